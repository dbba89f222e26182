from dataclasses import replace

import pandas as pd
import pytest

from harness.findings.answer.levels import capital, instead_of, level_in_words, words_of
from harness.findings.answer.phrases import Words
from harness.reports import report
from tests.findings.conftest import make_study, trial


@pytest.mark.parametrize(
    ("path", "level", "expected", "plural"),
    [
        ("model.conv.1.filters", "72", "72 filters in the second layer", True),
        ("model.conv.0.filters", "1", "1 filter in the first layer", False),
        ("model.conv.0.kernel", "3", "3x3 kernels in the first layer", True),
        ("model.dense_dropout", "0.5", "dropout 0.5", False),
        ("model.dense_dropout", "0", "no dropout", False),
        ("model.conv_dropout", "0.25", "dropout 0.25 after convolutions", False),
        ("model.dense", "96", "96 dense units", True),
        ("model.dense", "128 128", "two dense layers of 128 units", True),
        ("model.dense", "256 128", "dense layers of 256 and 128 units", True),
        ("model.dense", "none", "no dense layer", False),
        ("model.conv", "16@5x5", "one convolution (16@5x5)", False),
        ("model.downsample", "stride", "a stride", False),
        ("model.output_activation", "relu", "a ReLU on the last layer", False),
        ("train.learning_rate", "1e-05", "a learning rate of 0.00001", False),
        ("train.max_steps", "20000", "20,000 steps", True),
        ("train.precision", "mixed_bfloat16", "bfloat16", False),
        ("data.train_images", "55000", "55,000 training images", True),
        ("train.augment.shift", "2", "shifts of up to 2 pixels", True),
        ("train.augment.shift", "1", "shifts of up to 1 pixel", True),
        ("train.augment.rotate", "10.0", "turns of up to 10 degrees", True),
        ("train.augment.zoom", "0.1", "zooms of up to 0.1", True),
        ("train.augment.cutout", "8", "cut-out squares of 8 pixels", True),
        ("train.augment.cutout", "0", "no cut-out squares", True),
        ("train.augment.flip", "horizontal", "mirroring", False),
        # what nobody put into words keeps its key
        ("model.batch_norm_momentum", "0.9", "batch_norm_momentum=0.9", False),
        ("model.conv.12.filters", "8", "filters=8", False),
        ("train.max_steps", "a turn", "max_steps=a turn", False),
        ("model.downsample", "of a later version", "downsample=of a later version", False),
        ("train.augment", "shift=2, zoom=0.1", "“augment=shift=2, zoom=0.1”", False),
    ],
)
def test_a_level_as_people_say_it(path, level, expected, plural):
    said = level_in_words(path, level, {path: level})
    assert (said.text, said.plural) == (expected, plural)


@pytest.mark.parametrize(
    ("path", "level", "against", "expected"),
    [
        ("model.downsample", "stride", "max_pool", "a stride instead of max-pooling"),
        ("model.conv.1.filters", "72", "36", "72 filters in the second layer instead of 36"),
        ("model.dense_dropout", "0.5", "0", "dropout 0.5 instead of none"),
        ("model.dense_dropout", "0", "0.5", "no dropout instead of dropout 0.5"),
        ("model.dense", "none", "128", "no dense layer instead of 128 dense units"),
        ("model.activation_order", "after_pool", "before_pool", "the activation after the pool instead of before"),
    ],
)
def test_a_level_and_what_it_stands_in_the_place_of(path, level, against, expected):
    assert instead_of(path, level, against, {path: level}).whole == expected


def rows_of(factors, kind="factorial"):
    study = make_study(
        design={"kind": kind, "replicates": 2, "factors": factors}, report={"metrics": ["test_accuracy"]}
    )
    trials = [
        trial(study, 2 * place + replicate, dict(variant.settings), replicate)
        for place, variant in enumerate(study.variants)
        for replicate in range(2)
    ]
    return report(study, pd.DataFrame(trials), pd.DataFrame()).rows


def test_a_variant_is_what_differs_from_the_base():
    rows = rows_of({"model.downsample": ["max_pool", "stride"], "model.dense_dropout": [0.0, 0.5]})
    assert words_of(rows) == {
        "base": Words("the base"),
        "dense_dropout=0.5": Words("dropout 0.5", short="0.5", instead="none"),
        "downsample=stride": Words("a stride", instead="max-pooling"),
        "downsample=stride, dense_dropout=0.5": Words("a stride with dropout 0.5"),
    }


def test_two_variants_are_never_said_alike():
    base, stride = rows_of({"model.downsample": ["max_pool", "stride"]})
    twin = replace(stride, label="downsample=stride [1a2b]")
    assert words_of([base, stride])["downsample=stride"].text == "a stride"
    said = words_of([base, stride, twin])
    assert [said[row.label].text for row in (stride, twin)] == ["downsample=stride", "downsample=stride [1a2b]"]


def test_names_that_begin_small_do_so_at_the_beginning_of_a_sentence():
    assert [capital(text) for text in ("a stride", "bfloat16", "kernel=3", "32 filters", "ReLU")] == [
        *("A stride", "bfloat16", "kernel=3", "32 filters", "ReLU")
    ]
