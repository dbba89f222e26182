"""What a comparison goes by before it is judged; the numbers behind it are checked in tests/stats."""

import math

import numpy as np
import pytest

from harness.judging import compare
from harness.judging.evidence import Rules, gather
from harness.stats import Verdict
from tests.findings.conftest import make_study

STEADY = np.array([0.0, 2.0, 1.0, 0.0, 3.0]) * 1e-4
WILD = np.array([0.0, 60.0, 25.0, 5.0, 90.0]) * 1e-4


def one(study, value, base):
    ((contrast,),) = compare(study, {"x": value}, base).values()
    return contrast


def test_spreads_that_differ_are_told(sample):
    study = make_study(report={"metrics": ["test_accuracy"]})
    found = one(study, sample(test_accuracy=0.9 + WILD), sample(test_accuracy=0.95 + STEADY))
    assert found.spreads == pytest.approx(WILD.std() / STEADY.std())
    alike = one(study, sample(test_accuracy=0.9 + WILD), sample(test_accuracy=0.95 + WILD[::-1]))
    assert math.isnan(alike.spreads)


def test_an_accuracy_is_known_no_better_than_its_images(sample):
    """Mnist has 10,000 test images; all five pairs give one image more."""
    same = sample(test_accuracy=0.95 + STEADY), sample(test_accuracy=0.9499 + STEADY)
    found = one(make_study(report={"metrics": ["test_accuracy"]}), *same)
    assert found.high == pytest.approx(1e-4 + 2.8802895 * 0.5e-4 / math.sqrt(5))
    assert found.note == "every pair gives the same"
    # unknown images: of 0.95 and 0.9502 the values tell 5,000
    folder = make_study(
        data={"name": "folder", "folder": "images", "validation": 500}, report={"metrics": ["test_accuracy"]}
    )
    base = np.array([0.95, 0.9502, 0.9504, 0.95, 0.9502])
    found = one(folder, sample(test_accuracy=base + 2e-4), sample(test_accuracy=base))
    assert found.high == pytest.approx(2e-4 + 2.8802895 * 1e-4 / math.sqrt(5))


def test_losses_come_in_no_steps(sample):
    study = make_study(report={"metrics": ["test_loss"]})
    found = one(study, sample(test_loss=[0.5, 0.25, 0.75, 0.5, 0.25]), sample(test_loss=[0.25, 0.0, 0.5, 0.25, 0.0]))
    assert math.isnan(found.low)  # the sign test of five cannot go below 6 %
    assert found.p == pytest.approx(1 / 16 / 0.9)  # one look spends nine tenths


def test_what_is_infinite_is_no_value(sample):
    rules = Rules({}, 0.0, None)
    found = gather("test_loss", sample(test_loss=[0.1, 0.2, np.inf]), sample("base", test_loss=[0.2, 0.1, 0.3]), rules)
    assert (found.claim, found.contrast.note) == (None, "1 of 3 without a value; base: 0")
    assert found.contrast.kind == "difference", "what is not compared has the columns of what is"


def test_why_a_metric_may_have_no_value_is_said(sample):
    found = gather(
        "test_auc", sample(test_auc=[0.9, np.nan]), sample("base", test_auc=[0.9, 0.8]), Rules({}, 0.0, None)
    )
    assert found.contrast.note == "1 of 2 without a value (it needs images of every class); base: 0"


def test_what_was_never_measured_is_counted(sample):
    """It was asked for when the trainings were over: their table has no such column."""
    sides = sample(test_loss=[0.1, 0.2]), sample("base", test_loss=[0.2, 0.1])
    found = gather("test_macro_f1", *sides, Rules({}, 0.0, None))
    assert (found.claim, found.contrast.note) == (None, "2 of 2 without a value; base: 2")


def test_of_shares_only_those_of_images_come_in_steps(sample):
    """Of two classes of 4 and 2,496 images, 1 more right of the first moves the mean recall by an eighth."""
    for name, high in (("test_top_3_accuracy", True), ("test_macro_f1", False), ("test_balanced_accuracy", False)):
        study = make_study(report={"metrics": [name]})
        found = one(study, sample(**{name: 0.95 + STEADY}), sample(**{name: 0.9499 + STEADY}))
        assert (not math.isnan(found.high)) == high, name


@pytest.mark.parametrize(
    ("value", "base", "margin", "expected"),
    [
        (241_818, 242_062, None, Verdict.EQUIVALENT),  # 0.999 times
        (240_000, 242_062, None, Verdict.EQUIVALENT),
        (239_000, 242_062, None, Verdict.BETTER),  # 1.3 % fewer
        (245_000, 242_062, None, Verdict.WORSE),
        (241_818, 242_062, 1, Verdict.BETTER),  # the study says what matters
        (200_000, 242_062, 50_000, Verdict.EQUIVALENT),
        (242_062, 242_062, None, Verdict.IDENTICAL),
    ],
)
def test_counts_within_one_per_cent_are_equivalent_unless_the_study_says_another_margin(
    sample, value, base, margin, expected
):
    rules = Rules({"parameters": margin} if margin else {}, 0.0, None)
    one, other = (sample(test_accuracy=[0.9], counts={"parameters": count}) for count in (value, base))
    assert gather("parameters", one, other, rules).contrast.verdict is expected
