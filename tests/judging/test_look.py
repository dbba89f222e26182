"""Looks put together: one estimate, interval, sign and p that agree, whatever the data."""

import math
from dataclasses import replace

import numpy as np
import pytest

from harness.judging import compare
from harness.judging.evidence import Rules, gather
from harness.stats import LEVEL, Looks, Verdict, continued, planned
from tests.findings.conftest import make_study

MARGIN = 0.5


def rules(plan, metric="test_accuracy", margin=MARGIN):
    return Rules({metric: margin}, 0.0, plan)


@pytest.fixture
def accuracies(sample):
    """Make a variant and its base from differences that come in the order of replicates."""

    def make(differences, **kinds):
        differences = np.asarray(differences, dtype=float)
        base = 0.5 + 0.1 * np.cos(np.arange(len(differences)))
        return sample(test_accuracy=base + differences, **kinds), sample("base", test_accuracy=base)

    return make


def growing(study):
    """Return differences of 20 replicates whose truth changes on the way, so that looks disagree."""
    random = np.random.default_rng(study)
    return random.normal(random.normal(0, 1.5), 1, 20) * np.where(np.arange(20) < 6, 1, random.choice([-1, 0, 1]))


@pytest.mark.parametrize("plan", [planned(3, 20), Looks((5, 10, 20), (0.9, 0.04, 0.02))], ids=["adaptive", "topped up"])
def test_p_interval_sign_and_estimate_agree(accuracies, plan):
    told = claimed = turned = 0
    for study in range(300):
        differences = growing(study)
        before = None
        for size in plan.sizes:
            found = gather("test_accuracy", *accuracies(differences[:size]), rules(plan))
            contrast, claim = found.unbiased(LEVEL), found.claim
            outside = not contrast.low <= 0 <= contrast.high
            assert (claim.p <= LEVEL) == outside
            assert contrast.low <= contrast.estimate <= contrast.high
            if outside:
                assert claim.improves == (contrast.low > 0) == (contrast.estimate > 0)
            if before is not None:
                assert claim.p <= before.p
                assert claim.p_equivalent <= before.p_equivalent
                if before.p <= LEVEL:
                    assert claim.improves is before.improves, "what was decided stays decided"
            before, told, claimed = claim, told + 1, claimed + outside
            turned += found.shown < len(found.looks) - 1
    assert 0.05 * told < claimed < 0.9 * told
    assert turned > 10, "there are looks that alone would not say what was claimed before"


def test_the_last_look_tells_unless_an_earlier_one_decided(accuracies):
    plan = Looks((5, 10), (0.9, 0.04))
    gone = [1.0, 1.1, 0.9, 1.0, 1.05, -3.0, -2.0, -4.0, -3.0, -2.5]
    found = gather("test_accuracy", *accuracies(gone), rules(plan))
    assert (found.shown, found.contrast.pairs, found.claim.improves) == (0, 5, True)
    assert found.contrast.note == "of the look after 5 replicates, which decided it"
    assert found.contrast.estimate == pytest.approx(1.01)
    stayed = gather("test_accuracy", *accuracies([*gone[:5], 1.2, 0.8, 1.0, 1.1, 0.9]), rules(plan))
    assert (stayed.shown, stayed.contrast.pairs, stayed.contrast.note) == (1, 10, "")
    assert stayed.claim.p < gather("test_accuracy", *accuracies(gone[:5]), rules(plan)).claim.p


def test_a_look_is_taken_when_its_replicates_are_there(accuracies):
    plan = Looks((5, 10), (0.9, 0.04))
    differences = np.linspace(0.9, 1.1, 10)
    seven, five = (gather("test_accuracy", *accuracies(differences[:n]), rules(plan)) for n in (7, 5))
    assert (seven.claim.p, seven.contrast.pairs) == (five.claim.p, 5)
    early = gather("test_accuracy", *accuracies(differences[:4]), rules(plan))
    assert early.claim is None
    assert early.contrast.note == "the study is unfinished: verdicts come after 5 replicates of each"
    assert early.contrast.estimate == pytest.approx(differences[:4].mean())
    assert math.isnan(early.contrast.low)


def test_what_failed_is_waited_for_no_longer_and_what_was_interrupted_is(accuracies):
    plan = planned(5, 5)
    variant, base = accuracies(np.linspace(0.9, 1.1, 4))
    gone = frozenset({4})
    assert gather("test_accuracy", replace(variant, failed=gone), base, rules(plan)).claim is None
    both = replace(variant, failed=gone), replace(base, failed=gone)
    assert gather("test_accuracy", *both, rules(plan)).contrast.pairs == 4
    variant, base = accuracies(np.linspace(0.9, 1.1, 5))
    interrupted = replace(variant.below(4), pending=gone)
    assert gather("test_accuracy", interrupted, base, rules(plan)).claim is None


def test_a_look_is_not_taken_over_a_replicate_that_is_still_to_come(accuracies):
    """Replicates are trained side by side: the fifth may end before the third."""
    plan = planned(5, 5)
    variant, base = accuracies(np.linspace(0.9, 1.1, 5))
    there = variant.columns["replicate"] != 2
    gap = replace(variant, columns={name: values[there] for name, values in variant.columns.items()})
    assert gather("test_accuracy", gap, base, rules(plan)).claim is None
    assert gather("test_accuracy", replace(gap, failed=frozenset({2})), base, rules(plan)).contrast.pairs == 4


def test_each_look_tests_as_its_own_data_ask(sample):
    """All of the first five reach the target: Student's t. A later miss makes the next look a time ratio."""
    plan = continued(planned(5, 5), 8, 8, seen=5)
    nan = math.nan
    steps, base = [100.0, 110, 105, 95, 101, 99, 104, nan], [300.0, 310, 290, 305, 299, 301, 300, 295]
    later = gather("steps_to_target", sample(steps_to_target=steps), sample(steps_to_target=base), rules(plan))
    early = gather("steps_to_target", sample(steps_to_target=steps[:5]), sample(steps_to_target=base[:5]), rules(plan))
    assert [look.contrast.kind for look in later.looks] == ["ratio", "time_ratio"]
    assert later.claim.p == early.claim.p
    assert later.claim.p < 0.001
    assert later.claim.improves


def test_what_cannot_be_compared_now_is_not_decided(accuracies, sample):
    plan = Looks((5, 10), (0.9, 0.04))
    variant, base = accuracies(np.linspace(0.9, 1.1, 10))
    ended = np.array(["maximum"] * 9 + ["not_finite"])
    variant = replace(variant, columns={**variant.columns, "stop_reason": ended})
    found = gather("test_accuracy", variant, base, rules(plan))
    assert (found.claim, found.contrast.note) == (None, "1 of 10 without a value; base: 0")


def test_futility_is_a_small_chance_of_both_claims(accuracies):
    plan = planned(3, 30)
    even = np.tile([1.0, -1.0], 8)
    assert gather("test_accuracy", *accuracies(even), rules(plan, margin=0.01)).futile(LEVEL)
    assert not gather("test_accuracy", *accuracies(even), rules(plan, margin=1.0)).futile(LEVEL)
    assert not gather("test_accuracy", *accuracies(even + 0.5), rules(plan, margin=0.01)).futile(LEVEL)
    assert not gather("test_accuracy", *accuracies(np.tile([1.0, -1.0], 15)), rules(plan, margin=0.01)).futile(LEVEL)


def test_times_that_may_still_be_equivalent_are_not_ended(sample):
    plan = planned(3, 30)
    steps = [300.0, 310, 290, 305, 300, math.nan, 298, 301, 300, 302, 305, 299, math.nan, 310, 300]
    both = sample(steps_to_target=steps), sample("base", steps_to_target=steps[::-1])
    assert gather("steps_to_target", *both, Rules({}, 0.0, plan)).futile(LEVEL)
    assert not gather("steps_to_target", *both, Rules({"steps_to_target": 500.0}, 0.0, plan)).futile(LEVEL)


def test_an_ended_comparison_says_so_and_an_open_one_that_it_waits(sample):
    given = {"kind": "factorial", "replicates": {"min": 3, "max": 30}}
    study = make_study(
        design={**given, "factors": {"model.downsample": ["max_pool", "stride"]}}, report={"metrics": ["test_accuracy"]}
    )
    base = sample(test_accuracy=[0.9] * 12)
    even = sample(test_accuracy=np.tile([0.91, 0.89], 6))
    likely = sample(test_accuracy=0.9 + np.tile([0.02, -0.01], 6))
    found = {key: row[0] for key, row in compare(study, {"even": even, "likely": likely}, base).items()}
    assert {one.verdict for one in found.values()} == {Verdict.UNDECIDED}
    assert found["even"].note == "ended early: 30 replicates would hardly have decided it"
    assert (found["even"].futile, found["even"].more) == (True, None)
    assert found["likely"].note == "the study is unfinished: the next look is after 15 replicates"
    assert not found["likely"].futile
