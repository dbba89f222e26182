from __future__ import annotations

import pytest

from harness.errors import StudyError

VARIANTS = [
    {"data.scaling": "none", "train.learning_rate": 1e-3},
    {"data.scaling": "none", "train.learning_rate": 3e-3},
    {"model.downsample": "stride"},
]


def test_variants_are_the_base_and_those_that_are_written_out(build):
    study = build(design={"kind": "listed", "replicates": 2, "variants": VARIANTS})
    assert [variant.label for variant in study.variants] == [
        "base",
        "scaling=none, learning_rate=0.001",
        "scaling=none, learning_rate=0.003",
        "downsample=stride",
    ]
    assert study.trainings == (4, 8)
    assert study.design.dimensions == {
        "data.scaling": ("none",),
        "train.learning_rate": (1e-3, 3e-3),
        "model.downsample": ("stride",),
    }
    assert study.design.sentence == (
        "the base, and the variants that the study writes out; 2 replicates of each variant."
    )


def test_settings_of_a_variant_are_checked_together(build):
    """Momentum is used by sgd alone: a level that is right only beside another one."""
    study = build(
        design={"kind": "listed", "variants": [{"train.optimizer": "sgd", "train.momentum": 0.5}]},
    )
    assert study.variants[1].train.momentum == 0.5


@pytest.mark.parametrize(
    ("variants", "message"),
    [
        ([], "design.variants must not be empty, got []."),
        ([{}], "design.variants.0 must not be empty, got {}."),
        (
            [{"data.scaling": "none"}, {"data.scaling": "unt"}],
            "design.variants.1: data.scaling must be one of none, unit, standardized, got 'unt'. Did you mean 'unit'?",
        ),
        ([{"dat.scaling": "unit"}], 'design.variants "dat.scaling" must be a path into'),
        ([{"data": {"scaling": "unit"}}], 'design.variants "data" must name a key of [data], got the whole table.'),
        (
            [{"data.scaling": "none"}, {"data.scaling": "unit"}],
            "design.variants: one of them is the base, which is trained in any case. Change a setting in it, or remove "
            "it.",
        ),
        ([{"data.scaling": "none"}] * 2, "the variants 'scaling=none' and 'scaling=none' mean the same."),
    ],
)
def test_a_variant_that_cannot_be_is_named(build, variants, message):
    with pytest.raises(StudyError) as caught:
        build(design={"kind": "listed", "variants": variants})
    assert message in str(caught.value)
