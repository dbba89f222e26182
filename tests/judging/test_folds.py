"""Cross-validation and its repetitions."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.judging import judge_study, overlap_of, parts_of
from harness.judging.contrast import Contrast
from harness.judging.look import Evidence
from harness.judging.outlooks import Ahead, outlook_of
from harness.stats import Outlook, Verdict, planned
from tests.findings.conftest import make_study

FOLDS = {"name": "mnist_5k", "validation": 800, "split": "k_fold"}


def folds(replicates, data=FOLDS):
    return make_study(
        data=data,
        design={"kind": "factorial", "replicates": replicates, "factors": {"model.dense_dropout": [0.0, 0.5]}},
        report={"metrics": ["val_accuracy"]},
    )


@pytest.mark.parametrize("replicates", [3, 5, 50])
def test_repetitions_leave_the_number_of_parts(replicates):
    assert parts_of(folds(replicates)) == 5
    assert overlap_of(folds(replicates)) == 1 / 4
    assert (parts_of(make_study()), overlap_of(make_study())) == (1, 0)


def test_of_images_of_ones_own_the_trainings_tell_how_many_parts_there_are(sample):
    study = folds(50, {**FOLDS, "name": "folder", "folder": "pictures"})
    # 1,000 steps of 64 images are 20 epochs of 3,200: four parts of 800, and the one that is held out
    trained = sample(val_accuracy=[0.9, 0.9], epochs=[20.0, 20.0])
    assert (parts_of(study, trained), overlap_of(study, trained)) == (5, 1 / 4)
    assert parts_of(study, sample(val_accuracy=[0.9], epochs=[0.0])) == 50  # a training that broke off tells nothing


def test_repeated_ten_times_by_hand(sample):
    """Bouckaert & Frank 2004: t = mean / sqrt((1 / (k r) + n2 / n1) s^2), k r - 1 degrees of freedom."""
    up = 0.002 + 0.001 * np.tile([-1.0, -0.5, 0.0, 0.5, 1.0], 10)
    study = folds(50)
    base = 0.9 + 0.01 * np.repeat(np.linspace(-1, 1, 10), 5)
    found = judge_study(study, {study.variants[1].digest: sample(val_accuracy=base + up)}, sample(val_accuracy=base))
    ((contrast,),) = found.contrasts.values()
    deviation = math.sqrt(10 * 2.5 / 49) * 0.001
    error = deviation * math.sqrt(1 / 50 + 1 / 4)
    assert contrast.pairs == 50
    assert contrast.p == pytest.approx(2 * stats.t.sf(0.002 / error, 49) / 0.9)
    assert contrast.high - contrast.estimate == pytest.approx(stats.t.ppf(1 - 0.0225, 49) * error)
    assert contrast.verdict is Verdict.BETTER  # the five parts alone: t = 3.77 with 4 degrees of freedom, p = 0.02


def test_more_are_whole_repetitions(sample):
    study = folds(5)
    up = np.array([0.0, 0.001, 0.002, 0.003, 0.004])
    base = 0.9 - up / 2  # both spread alike
    near = judge_study(study, {study.variants[1].digest: sample(val_accuracy=base + up)}, sample(val_accuracy=base))
    ((contrast,),) = near.contrasts.values()
    assert contrast.verdict is Verdict.UNDECIDED
    # mean 1.26 deviations; 1.96 sqrt(1 / n + 1 / 4) is never below 0.98, and the deviation not sure
    assert contrast.more == Outlook(None, None, 100)
    # mean of 1.6 deviations of ten parts: an even chance, with a whole repetition or several
    known = Contrast("val_accuracy", "difference", 1.6, pairs=10)
    found = outlook_of(
        Evidence(known, scale=(1.6, 1.0, None)), (0.05, 0.05), Ahead(planned(10, 10), overlap=1 / 9, parts=10)
    )
    assert found.even % 10 == 0
    assert found.most == 100


def test_missed_targets_have_no_test_where_parts_share_images(sample):
    study = make_study(
        data=FOLDS,
        design={"kind": "factorial", "replicates": 5, "factors": {"model.dense_dropout": [0.0, 0.5]}},
        report={"metrics": ["steps_to_target"]},
    )
    slow, fast = [900.0, 950.0, 980.0, math.nan, math.nan], [100.0, 110.0, 120.0, 130.0, 140.0]
    found = judge_study(study, {study.variants[1].digest: sample(steps_to_target=slow)}, sample(steps_to_target=fast))
    ((contrast,),) = found.contrasts.values()
    assert (contrast.verdict, contrast.tested) == (Verdict.UNDECIDED, False)
    assert contrast.note == "2 never reached it, which has no test in a cross-validation"


@pytest.mark.parametrize("seed", [1])
def test_ten_repetitions_seldom_claim_what_is_not_there(sample, seed):
    """Splits drawn from the same images: each repetition's mean differs by the same sampling of the images.

    Of 200 studies at most 16 may err, which 2 in 100 such tests would exceed at 5 %. Without the correction it would be
    about 60 % of them.
    """
    study, random, false = folds(50), np.random.default_rng(seed), 0
    for _ in range(200):
        noise = math.sqrt(0.2) * random.standard_normal() + math.sqrt(0.8) * random.standard_normal(50)
        base = np.full(50, 0.9)
        found = judge_study(
            study, {study.variants[1].digest: sample(val_accuracy=base + 0.01 * noise)}, sample(val_accuracy=base)
        )
        false += next(iter(found.contrasts.values()))[0].verdict is not Verdict.UNDECIDED
    assert 1 <= false <= 16
