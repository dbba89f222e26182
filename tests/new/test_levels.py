"""What varies, as it is written on a command line, and values as TOML has them."""

from __future__ import annotations

import tomllib

import pytest

from harness.errors import UsageError
from harness.new import parse_levels, show_toml


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("model.downsample=max_pool,stride", ["max_pool", "stride"]),
        ("model.dense_dropout = 0.0, 0.25", [0.0, 0.25]),
        ("train.batch_size=16,64", [16, 64]),
        ("train.refit=true,false", [True, False]),
        ('model.downsample="max_pool","none"', ["max_pool", "none"]),
        ("model.dense=[64],[128, 64]", [[64], [128, 64]]),
        ("train.learning_rate=1e-4..1e-2", {"low": 1e-4, "high": 1e-2, "log": True}),
        ("model.dense_dropout=0.0..0.6", {"low": 0.0, "high": 0.6}),
        ("model.conv.0.filters=8..128", {"low": 8, "high": 128}),
    ],
)
def test_levels(text, levels):
    key, found = parse_levels(text)
    assert found == levels
    assert key == text.partition("=")[0].strip()
    written = [found] if isinstance(found, dict) else found
    assert tomllib.loads(f"found = {show_toml(written)}")["found"] == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model.downsample", "needs KEY=LEVEL,LEVEL"),
        ("=1,2", "needs KEY=LEVEL,LEVEL"),
        ("train.batch_size=64", "two levels or more"),
        ("train.batch_size=64..16", "from the lower to the higher end"),
        ("model.downsample=a..b", "ends of a range must be numbers"),
    ],
)
def test_what_is_no_level(text, said):
    with pytest.raises(UsageError, match=said):
        parse_levels(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-4, "0.0001"),
        (1e-5, "1e-5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (2.0, "2.0"),
        (1e20, "1e20"),
        ('a "word"\\', '"a \\"word\\"\\\\"'),
        ({"low": 1, "log": True}, "{ low = 1, log = true }"),
    ],
)
def test_values_as_toml_has_them(value, text):
    assert show_toml(value) == text
    assert tomllib.loads(f"found = {text}")["found"] == value
