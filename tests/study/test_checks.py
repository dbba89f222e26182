from __future__ import annotations

from datetime import date

import pytest

from harness.errors import StudyError
from harness.study import check_variants


def test_two_variants_that_mean_the_same_are_refused(build):
    # hvass02 and fashion02 are one network
    with pytest.raises(StudyError, match=r"the variants 'base' and 'preset=fashion02' mean the same"):
        build(**{"design.factors": {"model.preset": ["hvass02", "fashion02"]}})


def test_a_folder_of_images_is_checked_against_what_it_holds(build, tmp_path):
    study = build(**{"data.name": "folder", "data.folder": str(tmp_path), "train.batch_size": 100})
    check_variants(study, lambda data: ((28, 28, 1), 5100))
    with pytest.raises(
        StudyError, match=r"^train\.batch_size must be at most 99, the images there are to train on, got 100"
    ):
        check_variants(study, lambda data: ((28, 28, 1), 5099))
    with pytest.raises(StudyError, match=r"^data\.validation must be below 5000"):
        check_variants(study, lambda data: ((28, 28, 1), 5000))


def test_each_variant_is_checked_against_its_own_images(build):
    design = {
        "kind": "one_at_a_time",
        "factors": {"data.name": ["digits"], "model.padding": ["valid"], "data.validation": [300]},
    }
    model = {"conv": [{"filters": 2, "kernel": 5}, {"filters": 2, "kernel": 5}], "dense": []}
    build(design=design, model=model, **{"data.validation": 400})  # valid padding would be impossible on 8x8 digits
    design["kind"] = "factorial"
    with pytest.raises(StudyError, match=r"^variant name=digits, padding=valid"):
        build(design={**design, "factors": {"data.name": ["mnist", "digits"], "model.padding": ["same", "valid"]}},
              model=model, **{"data.validation": 400})  # fmt: skip


def test_every_variant_that_needs_validation_images_has_some(build):
    with pytest.raises(StudyError, match=r'"data\.validation": target\.metric must not be'):
        build(**{"design.factors": {"data.validation": [0, 300]}})


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"train": [{"max_steps": 60}]}, 'design.factors "train" must name a key of [train], got the whole table. '
         'E.g. "train.learning_rate".'),
        ({"model.model": [1]}, "design.factors \"model.model\": unknown key 'model' in model."),
        ({"model.conv.².filters": [1]}, 'design.factors "model.conv.².filters": model.conv of the base has 2 entries, '
         "numbered from 0, got '²'."),
        ({"train.plateau.evaluations": [1]}, 'design.factors "train.plateau.evaluations": train.plateau of the base is '
         "not set, without a key 'evaluations'."),
        ({"train.momentum": [0.0, 0.5]}, 'design.factors "train.momentum" has no effect with train.optimizer = adam. '
         "It is used with sgd alone."),
    ],
)  # fmt: skip
def test_factors_that_lead_nowhere(build, factors, message):
    with pytest.raises(StudyError) as caught:
        build(**{"design.factors": factors})
    assert str(caught.value) == message


def test_a_setting_may_matter_for_one_level_of_another_factor(build):
    build(**{"design.factors": {"train.optimizer": ["adam", "sgd"], "train.momentum": [0.5, 0.9]}})


def test_a_step_must_not_leave_the_whole_numbers(build):
    space = {"train.batch_size": {"low": 32, "high": 128, "step": 0.5}}
    with pytest.raises(StudyError, match=r'"train\.batch_size": train\.batch_size must be a whole number, got 32\.5'):
        build(design={"kind": "search", "trials": 3, "space": space})


def test_dates_are_refused(build):
    with pytest.raises(StudyError, match=r"^notes must not be a date or a time, got 2024-05-01\. Write it in quotes\."):
        build(notes=date(2024, 5, 1))
