"""Verdicts where some trials never reached the target; the numbers behind them are checked in tests/stats."""

import math

import pytest

from harness.judging import compare
from harness.stats import Verdict
from tests.findings.conftest import make_study

NEVER = math.nan


def judge(variant, base, **report):
    study = make_study(report={"metrics": ["steps_to_target"], **report})
    return compare(study, {"x": variant}, base)["x"][0]


def test_six_of_eight_that_never_got_there_are_not_better(sample):
    base = sample("base", steps_to_target=[500.0 + n for n in range(8)])
    found = judge(sample(steps_to_target=[900.0, 950.0] + [NEVER] * 6), base)
    assert (found.kind, found.verdict) == ("time_ratio", Verdict.WORSE)
    assert found.p == 2 / 2**8
    assert found.low > 1
    assert found.high == math.inf
    # the other way round
    found = judge(base, sample("base", steps_to_target=[900.0, 950.0] + [NEVER] * 6))
    assert (found.verdict, found.p, found.low) == (Verdict.BETTER, 2 / 2**8, 0)


def test_a_variant_that_mostly_diverges_is_not_better_however_early_that_was(sample):
    base = sample("base", steps_to_target=[500.0 + n for n in range(10)])
    broke = sample(
        steps_to_target=[400.0, 410.0] + [20.0] * 8,
        steps=[1000.0] * 2 + [30.0] * 8,
        stop_reason=["target"] * 2 + ["not_finite"] * 8,
    )
    found = judge(broke, base)
    assert found.verdict is not Verdict.BETTER
    assert found.estimate == math.inf
    assert found.note == "8 of 10 never reached it; base: 0 of 10"


def test_three_replicates_never_decide(sample):
    found = judge(sample(steps_to_target=[NEVER] * 3), sample("base", steps_to_target=[1.0, 2.0, 3.0]))
    assert (found.verdict, found.p) == (Verdict.UNDECIDED, 2 / 20)


def test_a_margin_is_a_difference_in_steps(sample):
    base = sample("base", steps_to_target=[501.0 + n for n in range(11)] + [NEVER])
    same = sample(steps_to_target=[502.0 + n for n in range(11)] + [NEVER])
    found = judge(same, base, margin={"steps_to_target": 100.0})
    assert found.verdict is Verdict.EQUIVALENT
    # eleven pairs say so on both sides, the twelfth says nothing
    assert found.p_equivalent == 1 / 2**11
    # a step more in each pair is no chance, but a margin of one step is not met
    assert judge(same, base, margin={"steps_to_target": 1.0}).verdict is Verdict.WORSE


@pytest.mark.parametrize("comparisons", [1, 30])
def test_the_test_is_chosen_by_how_many_are_judged_together(sample, comparisons):
    study = make_study(report={"metrics": ["steps_to_target"]})
    base = sample("base", steps_to_target=[500.0 + n for n in range(10)])
    worse = sample(steps_to_target=[900.0 + n for n in range(9)] + [NEVER])
    found = compare(study, {str(place): worse for place in range(comparisons)}, base)
    # ten sign flips would not do for thirty comparisons: 2 / 2^10 times 30 is 0.059
    assert {one.verdict for (one,) in found.values()} == {Verdict.WORSE}
