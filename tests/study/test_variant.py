from __future__ import annotations

from dataclasses import replace

import pytest

from harness.study import Augment, load_study
from harness.study.code import digest_of
from harness.study.variant import get_path, set_path, short_names, show_level


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("stride", "stride"),
        (1e-4, "0.0001"),
        (0.0012345678, "0.001235"),
        (True, "true"),
        ([128, 64], "128 64"),
        ([], "none"),
        ([{"filters": 16, "kernel": 5}, {"filters": 36}], "16@5x5 36@3x3"),
        ([{"filters": 16, "kernel": 5, "downsample": "none"}], "16@5x5/none"),
        ([{"filters": 16, "block": "residual", "downsample": "stride"}], "16@3x3/residual/stride"),
        ({"evaluations": 5, "metric": None}, "evaluations=5"),
        ({}, "none"),
        ({"shift": 2, "cutout": 0}, "shift=2 cutout=0"),
        (Augment(shift=2, rotate=7.5).model_dump(mode="json"), "shift=2 rotate=7.5"),
        (Augment().model_dump(mode="json"), "none"),
    ],
)
def test_show_level(level, text):
    assert show_level(level) == text


def test_short_names_tell_apart():
    paths = ["model.conv.0.filters", "model.conv.1.filters", "model.padding", "train.learning_rate"]
    assert short_names(paths) == {
        "model.conv.0.filters": "conv.0.filters",
        "model.conv.1.filters": "conv.1.filters",
        "model.padding": "padding",
        "train.learning_rate": "learning_rate",
    }


def test_short_names_never_begin_with_an_index():
    assert short_names(["model.dense.0"]) == {"model.dense.0": "dense.0"}


def test_set_and_get_path():
    tables = {"model": {"conv": [{"filters": 1}, {"filters": 2}]}}
    set_path(tables, "model.conv.1.filters", 9)
    assert tables == {"model": {"conv": [{"filters": 1}, {"filters": 9}]}}
    assert get_path(tables, "model.conv.0.filters") == 1
    with pytest.raises(KeyError, match="2"):
        set_path(tables, "model.conv.2.filters", 9)


def test_flat_settings_are_readable_and_exact(build):
    flat = build(**{"train.learning_rate": 0.0012345678}).base.flat()
    assert flat["model.conv"] == "16@5x5 36@5x5"
    assert flat["train.learning_rate"] == "0.0012345678"
    assert flat["target.value"] == "0.98"
    assert "train.max_epochs" not in flat


def test_code_of_the_users_is_part_of_what_a_variant_means_and_of_its_program():
    base = load_study("studies/pooling_or_stride.toml").base
    own, other = replace(base, code={"nets.py": "a = 1\n"}), replace(base, code={"nets.py": "a = 2\n"})
    assert "code" not in base.meaning()
    assert own.meaning() == {**base.meaning(), "code": {"nets.py": digest_of("a = 1\n")}}
    assert len({base.digest, own.digest, other.digest}) == 3
    assert len({base.program, own.program, other.program}) == 3


def test_amounts_of_augmentation_are_no_program_of_their_own(build):
    base, one, two, turned = (
        build(**{"train.augment": augment}).base for augment in ({}, {"shift": 1}, {"shift": 2}, {"rotate": 1.0})
    )
    assert one.program == two.program
    assert len({base.program, one.program, turned.program}) == 3
    assert base.digest == build().base.digest
    assert one.digest != two.digest


def test_patience_is_another_word_of_the_plateau(build):
    one, other = (build(**{"train.plateau": {key: 3}}).base for key in ("patience", "evaluations"))
    assert one.train.plateau.evaluations == 3
    assert one.digest == other.digest


def test_objectives_are_programs_of_their_own_but_for_the_amount_of_l2(build):
    keys = ({}, {"train.l2": 0.01}, {"train.loss": "focal"}, {"train.ema": 0.9}, {"train.clip_norm": 1.0},
            {"train.class_weights": "balanced"})  # fmt: skip
    assert len({build(**given).base.program for given in keys}) == len(keys)
    assert build(**{"train.l2": 0.1}).base.program == build(**{"train.l2": 0.01}).base.program
