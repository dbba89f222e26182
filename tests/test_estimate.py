from __future__ import annotations

import pytest

from harness.estimate import START_SECONDS, TRAINING_SECONDS, estimate_variants, fitting_trainings, total_seconds


def digits(data):
    return (8, 8, 1), 1437, 10


def test_steps_and_measured_seconds(tiny):
    study = tiny(**{"train.max_steps": None, "train.max_epochs": 2.0, "data.train_images": 640})
    base, stride = estimate_variants(study, digits, {study.base.digest: 0.5})
    # 640 images in batches of 32 are 20 steps an epoch
    assert (base.steps, stride.steps) == (40, 40)
    assert (base.step_seconds, base.measured, stride.measured) == (0.5, True, False)
    assert 0 < stride.step_seconds < 0.1
    assert base.costs["parameters"] == 1250


def test_augmentation_takes_time(tiny):
    study = tiny(design={"kind": "factorial", "factors": {"train.augment": [{}, {"flip": "both"}, {"rotate": 5.0}]}})
    plain, moved, turned = (estimate.step_seconds for estimate in estimate_variants(study, digits, {}))
    # 32 images of 64 values
    assert moved - plain == pytest.approx(32 * 64 * 1.2e-8)
    assert turned - plain == pytest.approx(32 * 64 * 3e-8)


def test_the_whole_is_shared_by_the_workers(tiny):
    study = tiny()
    estimates = estimate_variants(study, digits, {variant.digest: 1.0 for variant in study.variants})
    # two variants, two replicates, 60 steps of a second each
    work = 4 * (60 + TRAINING_SECONDS)
    assert total_seconds(study, estimates, 1) == pytest.approx(START_SECONDS + work)
    assert total_seconds(study, estimates, 1, trainings=3) == pytest.approx(START_SECONDS + work * 3 / 4)
    assert total_seconds(study, estimates, 2) == pytest.approx(START_SECONDS + work / 2)
    # no more workers than a single training can use
    assert total_seconds(study, estimates, 100) == pytest.approx(START_SECONDS + 60 + TRAINING_SECONDS)


def test_how_many_fit_into_a_budget(tiny):
    study = tiny()
    estimates = estimate_variants(study, digits, {variant.digest: 1.0 for variant in study.variants})
    each = 60 + TRAINING_SECONDS
    assert fitting_trainings(estimates, 1, START_SECONDS + 3.5 * each) == 3
    assert fitting_trainings(estimates, 2, START_SECONDS + 3.5 * each) == 7
    assert fitting_trainings(estimates, 2, START_SECONDS / 2) == 0


def test_a_search_counts_its_confirmation(tiny):
    design = {
        "kind": "search",
        "trials": 5,
        "space": {"model.dense": [[16], [8]]},
        "confirm": {"top": 1, "replicates": 2},
    }
    study = tiny(design=design)
    estimates = estimate_variants(study, digits, {study.base.digest: 1.0})
    assert total_seconds(study, estimates, 1) == pytest.approx(START_SECONDS + 9 * (60 + TRAINING_SECONDS))
