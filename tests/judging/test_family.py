"""Comparisons of a study judged together; the numbers behind them are checked in tests/stats."""

import math
from dataclasses import replace

import numpy as np
import pytest

from harness.judging import compare, looks_of, open_comparisons, overlap_of
from harness.judging.contrast import show_verdict, show_within
from harness.records import asked_by
from harness.stats import LEVEL, Verdict, continued, nominal_level, outlook, planned
from tests.findings.conftest import make_study

UP = [0.001, 0.002, 0.003]  # mean 0.002, t = 2 sqrt(3) with 2 degrees of freedom: p = 0.0742


def of(metric, **report):
    return make_study(report={"metrics": [metric], **report})


def judge(study, samples, base):
    return {key: row[0] for key, row in compare(study, samples, base).items()}


def test_two_variants_share_the_error(sample):
    base = sample(test_accuracy=[0.9] * 3)
    far = sample(test_accuracy=[0.950, 0.951, 0.952])  # t = 51 sqrt(3): p = 0.000128
    near = sample(test_accuracy=[0.904, 0.905, 0.906])  # t = 5 sqrt(3): p = 0.0131
    found = judge(of("test_accuracy"), {"far": far, "near": near}, base)
    assert found["near"].p == pytest.approx(0.013072 / 0.9, abs=1e-5)  # one look spends nine tenths
    assert found["near"].p_holm == found["near"].p  # the larger of two
    assert found["far"].p_holm == pytest.approx(2 * found["far"].p)
    assert {key: one.verdict for key, one in found.items()} == {"far": Verdict.BETTER, "near": Verdict.BETTER}
    many = judge(of("test_accuracy"), {str(place): near for place in range(4)}, base)
    assert {one.verdict for one in many.values()} == {Verdict.UNDECIDED}  # 4 times 0.0131


def test_what_is_still_to_come_takes_its_part_of_the_error(sample):
    """Else the report of an unfinished study would claim what that of the finished one takes back."""
    base = sample(test_accuracy=[0.9] * 3)
    near = sample(test_accuracy=[0.904, 0.905, 0.906])
    waits = replace(near.below(2), failed=frozenset())
    unbegun, failed = near.below(0), replace(near.below(0), failed=frozenset({0, 1, 2}))
    alone = judge(of("test_accuracy"), {"near": near, "failed": failed}, base)["near"]
    assert (alone.p_holm, alone.verdict) == (alone.p, Verdict.BETTER)
    for other in (waits, unbegun):
        found = judge(of("test_accuracy"), {"near": near, "a": other, "b": other, "c": other}, base)["near"]
        assert (found.p_holm, found.verdict) == (pytest.approx(4 * found.p), Verdict.UNDECIDED)
        same = judge(of("test_accuracy", margin={"test_accuracy": 0.01}), {"near": near, "a": other}, base)["near"]
        assert same.p_equivalent == pytest.approx(
            2 * judge(of("test_accuracy", margin={"test_accuracy": 0.01}), {"near": near}, base)["near"].p_equivalent
        )


def test_undecided_says_how_many_more(sample):
    found = judge(
        of("test_accuracy"), {"x": sample(test_accuracy=[0.9 + up for up in UP])}, sample(test_accuracy=[0.9] * 3)
    )
    assert found["x"].verdict is Verdict.UNDECIDED
    levels = [nominal_level(LEVEL, continued(planned(3, 3), size, size, seen=3), 1) for size in range(4, 104)]
    assert found["x"].more == outlook(0.002, 0.001, 3, range(4, 104), lambda size: (levels[size - 4], math.nan))
    assert found["x"].more.even == 13
    assert open_comparisons({"x": (found["x"],)}) == ["x"]


def test_what_diverged_has_no_scores_no_seconds_and_missed_its_target(sample):
    ended = np.array(["maximum", "not_finite", "maximum"])
    columns = {
        "test_accuracy": [0.97, 0.98, 0.97],
        "train_seconds": [9.0, 0.1, 9.0],
        "images_per_second": [8.0, 9.0, 8.0],
    }
    broken = sample(**columns, steps_to_target=[500.0, 20.0, 600.0], stop_reason=ended)
    for name in columns:
        values = broken.by_replicate(name)
        assert values.isna().tolist() == [False, True, False], name
        found = judge(of(name), {"x": broken}, sample(**{name: [0.9, 0.91, 0.92]}))["x"]
        assert (found.verdict, found.note) == (Verdict.UNDECIDED, "1 of 3 without a value; variant: 0")
    times = broken.times("steps_to_target")
    assert times.at.tolist() == [500, math.inf, 600]
    assert times.missed.tolist() == [False, True, False]


def test_no_test_is_no_reason_to_go_on(sample):
    study = of("seconds_to_target")
    here, there = (
        sample(seconds_to_target=[1.0, 2.0]),
        sample(seconds_to_target=[1.0, 2.1], withheld="device cpu and gpu"),
    )
    row = compare(study, {"x": there}, here)
    assert row["x"][0].note == "not compared: device cpu and gpu"
    assert open_comparisons(row) == []


def test_seconds_of_disturbed_trainings_leave_their_pairs_and_nothing_else_out(sample):
    """Half the seconds each time, but in two replicates: there others used the machine."""
    base = sample("base", disturbed=[3], seconds_to_target=[4.0, 5.0, 6.0, 40.0, 5.0], test_accuracy=[0.9] * 5)
    fast = sample(disturbed=[1], seconds_to_target=[2.0, 60.0, 3.06, 2.0, 2.45], test_accuracy=[0.9] * 5)
    found = judge(of("seconds_to_target"), {"x": fast}, base)["x"]
    assert (found.pairs, found.estimate, found.verdict) == (
        3,
        pytest.approx((0.5 * 0.51 * 0.49) ** (1 / 3)),
        Verdict.BETTER,
    )
    assert judge(of("test_accuracy"), {"x": fast}, base)["x"].pairs == 5


def test_of_times_that_were_missed_those_of_disturbed_trainings_do_not_count(sample):
    nan = math.nan
    late = sample(disturbed=[0, 2], seconds_to_target=[1.0, nan, 3.0], train_seconds=[9.0, 8.0, 7.0])
    times = late.times("seconds_to_target")
    assert (times.at.to_dict(), times.missed.to_dict()) == ({1: 8.0}, {1: True})
    assert len(sample(disturbed=[0], steps_to_target=[1.0, 2.0]).times("steps_to_target").at) == 2


def test_seconds_have_no_verdict_where_others_used_the_machine_in_all_pairs_but_one(sample):
    base = sample("base", disturbed=[0, 1], seconds_to_target=[4.0, 5.0, 6.0])
    row = compare(of("seconds_to_target"), {"x": sample(seconds_to_target=[2.0, 2.5, 3.0])}, base)
    assert row["x"][0].note == "not compared: others used the machine in 2 of 3 pairs"
    assert row["x"][0].verdict is Verdict.UNDECIDED
    assert open_comparisons(row) == []


def test_nobody_reached_it(sample):
    never = sample(steps_to_target=[math.nan] * 5)
    found = judge(of("steps_to_target"), {"x": never}, never)
    assert found["x"].note == "5 of 5 never reached it; variant: 5 of 5"
    assert not found["x"].tested


def test_a_diverged_training_that_cannot_be_averaged(sample):
    found = judge(of("test_loss"), {"x": sample(test_loss=[0.1, np.nan])}, sample("base", test_loss=[0.1, 0.2]))
    assert found["x"].note == "1 of 2 without a value; base: 0"
    assert math.isnan(found["x"].p)


def test_a_target_met_at_once_has_no_ratio(sample):
    found = judge(of("steps_to_target"), {"x": sample(steps_to_target=[0.0, 10.0])}, sample(steps_to_target=[5.0, 5.0]))
    assert found["x"].note == "a value of 0 has no ratio"


def test_counts_need_no_test_and_take_no_share(sample):
    study = make_study(report={"metrics": ["parameters", "test_accuracy"]})
    base = sample(test_accuracy=[0.9] * 3, counts={"parameters": 100})
    row = compare(study, {"x": sample(test_accuracy=[0.9 + up for up in UP], counts={"parameters": 50})}, base)["x"]
    assert (row[0].kind, row[0].estimate, row[0].verdict) == ("exact", 0.5, Verdict.BETTER)
    assert row[1].p_holm == row[1].p
    assert compare(study, {"x": sample(test_accuracy=[0.9])}, base)["x"][0].note == "not recorded"


def test_better_is_lower_for_a_loss(sample):
    found = judge(of("test_loss"), {"x": sample(test_loss=[0.1, 0.1001, 0.1002])}, sample(test_loss=[0.2] * 3))
    assert found["x"].verdict is Verdict.BETTER
    assert found["x"].won == 3


def test_looks_and_folds():
    assert looks_of(make_study()).sizes == (3,)
    adaptive = {
        "kind": "factorial",
        "replicates": {"min": 3, "max": 12},
        "factors": {"model.dense_dropout": [0.0, 0.5]},
    }
    assert looks_of(make_study(design=adaptive)).sizes == (3, 5, 7, 9, 12)
    assert overlap_of(make_study()) == 0
    folds = make_study(data={"name": "mnist", "validation": 12_000, "split": "k_fold"})
    assert overlap_of(folds) == 1 / 4


def test_replicates_of_a_cross_validation_count_for_less(sample):
    folds = make_study(
        data={"name": "mnist", "validation": 12_000, "split": "k_fold"}, report={"metrics": ["test_accuracy"]}
    )
    found = judge(folds, {"x": sample(test_accuracy=[0.9 + up for up in UP])}, sample(test_accuracy=[0.9] * 3))
    # Nadeau and Bengio: variance times 1 + 3 / 4; t(1 - 0.0225, 2)
    assert found["x"].high - found["x"].estimate == pytest.approx(4.55343 * 0.001 * math.sqrt(1 / 3 + 1 / 4), rel=1e-5)


def digests(*ends):
    """Columns of trainings that ended in these weights."""
    return {"weights_digest": [f"w{end}" for end in ends], "history_digest": [f"h{end}" for end in ends]}


class TestIdentical:
    VALUES = (0.97, 0.98, 0.96)

    def verdict(self, sample, ours, theirs, metric="test_accuracy", values=VALUES, **report):
        one, other = (sample(**{metric: list(values)}, **columns) for columns in (ours, theirs))
        return judge(of(metric, **report), {"x": one}, other)["x"]

    def test_trainings_that_are_the_same_to_the_bit(self, sample):
        found = self.verdict(sample, digests(1, 2, 3), digests(1, 2, 3))
        assert found.verdict is Verdict.IDENTICAL
        assert (found.kind, found.estimate, found.low, found.high, found.pairs) == ("difference", 0, 0, 0, 3)
        assert math.isnan(found.p)
        assert (found.more, open_comparisons({"x": (found,)})) == (None, [])
        assert repr(found) == "<Contrast test_accuracy: 0.00 points (the same), 3 pairs: identical>"
        steps = self.verdict(sample, digests(1, 2, 3), digests(1, 2, 3), "steps_to_target", [500.0, np.nan, 600.0])
        assert (steps.verdict, steps.kind, steps.estimate) == (Verdict.IDENTICAL, "ratio", 1)

    def test_equal_values_alone_are_not(self, sample):
        for ours in (digests(1, 2, 4), {}, digests(1, 2, 3) | {"history_digest": ["", "", ""]}):
            found = self.verdict(sample, ours, digests(1, 2, 3))
            assert (found.verdict, found.note) == (Verdict.UNDECIDED, "every pair gives the same")
        margin = {"margin": {"test_accuracy": 0.01}}
        assert self.verdict(sample, {}, {}, values=self.VALUES * 2, **margin).verdict is Verdict.EQUIVALENT

    def test_one_pair_and_seconds_never_are(self, sample):
        assert self.verdict(sample, digests(1), digests(1), values=[0.9]).verdict is Verdict.UNDECIDED
        found = self.verdict(sample, digests(1, 2, 3), digests(1, 2, 3), "train_seconds", [9.0, 9.1, 9.2])
        assert found.verdict is Verdict.UNDECIDED

    def test_nor_is_what_diverged_or_never_reached_its_target(self, sample):
        broken = {**digests(1, 2, 3), "stop_reason": ["maximum", "not_finite", "maximum"]}
        assert self.verdict(sample, broken, broken).note == "1 of 3 without a value; variant: 1"
        found = self.verdict(sample, digests(1, 2, 3), digests(1, 2, 3), "steps_to_target", [np.nan] * 3)
        assert found.verdict is Verdict.UNDECIDED

    def test_it_takes_nothing_of_the_error_of_the_others(self, sample):
        base = sample(test_accuracy=[0.9] * 3, **digests(1, 2, 3))
        near = sample(test_accuracy=[0.904, 0.905, 0.906], **digests(4, 5, 6))  # p = 0.0131
        same = sample(test_accuracy=[0.9] * 3, **digests(1, 2, 3))
        found = judge(of("test_accuracy"), {"near": near, **{str(place): same for place in range(9)}}, base)
        assert found["near"].p_holm == found["near"].p
        assert found["near"].verdict is Verdict.BETTER


class TestWithin:
    """The interval of two one-sided tests: mean 0.002, error 0.001 / sqrt(3), of nine tenths t(0.955, 2) = 3.10391."""

    def test_it_is_that_of_91_per_cent_for_one_comparison(self, sample):
        study = of("test_accuracy", margin={"test_accuracy": 0.01})
        found = judge(study, {"x": sample(test_accuracy=[0.9 + up for up in UP])}, sample(test_accuracy=[0.9] * 3))["x"]
        assert found.verdict is Verdict.EQUIVALENT
        half = 3.10391 * 0.001 / math.sqrt(3)
        assert found.within == pytest.approx((0.91, 0.002 - half, 0.002 + half), abs=1e-6)
        assert show_verdict(found) == "equivalent; 91 % interval +0.02 to +0.38 points"

    def test_it_is_wider_where_the_error_is_shared_and_always_within_the_margin(self, sample):
        study = of("test_accuracy", margin={"test_accuracy": 0.007})
        base = sample(test_accuracy=[0.9] * 3)
        variants = {"a": [0.001, 0.002, 0.003], "b": [-0.001, 0.0, 0.001]}
        samples = {key: sample(test_accuracy=[0.9 + up for up in ups]) for key, ups in variants.items()}
        found = judge(study, samples, base)
        assert found["b"].within == pytest.approx((0.955, -0.0026289, 0.0026289), abs=1e-6)  # t(0.9775, 2) = 4.55343
        # Holm: the second is adjusted by at least as much as the first is, to 2 * 0.0033
        assert found["a"].within[0] == pytest.approx(0.91264, abs=1e-5)
        assert all(-0.007 < low < high < 0.007 for _, low, high in (one.within for one in found.values()))

    def test_there_is_none_without_a_spread_or_another_verdict(self, sample):
        seconds = of("train_seconds", margin={"train_seconds": 1.0})
        level = judge(seconds, {"x": sample(train_seconds=[9.0] * 6)}, sample(train_seconds=[9.0] * 6))["x"]
        study = of("test_accuracy", margin={"test_accuracy": 0.01})
        assert (level.verdict, level.within) == (Verdict.EQUIVALENT, None)
        wide = judge(study, {"x": sample(test_accuracy=[0.8, 0.9, 1.0])}, sample(test_accuracy=[0.9] * 3))["x"]
        assert (wide.verdict, wide.within) == (Verdict.UNDECIDED, None)

    def test_that_of_a_ratio_is_in_the_unit_of_the_margin(self, sample):
        study = of("train_seconds", margin={"train_seconds": 1.0})
        found = judge(study, {"x": sample(train_seconds=[10.1, 10.2, 10.3])}, sample(train_seconds=[10.0] * 3))["x"]
        half = 3.10391 * 0.1 / math.sqrt(3)
        assert found.within == pytest.approx((0.91, 0.2 - half, 0.2 + half), abs=1e-5)
        assert show_within(found) == "91 % interval +0.0208 to +0.3792 s"


class TestGoingOn:
    """Two variants: ten trainings had finished when ten replicates were asked for where there were five."""

    def asked(self, *often):
        study, there, known = make_study(), 0, []
        for replicates in often:
            least, most = replicates if isinstance(replicates, tuple) else (replicates, replicates)
            known.append(replace(asked_by(study, finished=2 * there), replicates=(least, most)))
            there = most
        given = {"kind": "factorial", "factors": {"model.downsample": ["max_pool", "stride"]}}
        often_now = {"min": least, "max": most} if least < most else most
        return make_study(design={**given, "replicates": often_now}, report={"metrics": ["test_accuracy"]}), known

    def test_each_time_is_a_look_that_spends_half_of_what_is_left(self):
        plan = looks_of(*self.asked(5, 10, 20))
        assert (plan.sizes, plan.shares) == ((5, 10, 20), pytest.approx((0.9, 0.04, 0.02)))
        assert looks_of(*self.asked(5, (3, 30))).sizes == (5, 7, 9, 12, 15, 19, 24, 30)
        assert looks_of(*self.asked((3, 12), 12)) == looks_of(*self.asked((3, 12)))

    def test_a_record_that_lacks_what_is_asked_now_costs_nothing(self):
        study, _ = self.asked(5)
        assert looks_of(study) == looks_of(study, [asked_by(study, 0)])

    def test_fewer_than_there_are_is_no_new_look_and_ends_the_plan(self):
        assert looks_of(*self.asked(10, 5)).sizes == (10,)

    def test_p_is_charged_for_what_was_looked_at_before(self, sample):
        study, known = self.asked(5, 10)
        noise = 0.01 * np.cos(np.arange(10))  # alike in both
        ups = np.array([0.001, -0.001, 0.002, -0.002, 0.0005, 0.004, 0.0035, 0.004, 0.0045, 0.004])
        variant, base = sample(test_accuracy=0.9 + noise + ups), sample(test_accuracy=0.9 + noise)
        free, charged = (compare(study, {"x": variant}, base, which)["x"][0] for which in ([known[1]], known))
        assert free.p < LEVEL < charged.p
        assert charged.low < 0 < free.low

    def test_a_fixed_number_is_never_ended_early(self, sample):
        study, known = self.asked(5, 10)
        even = sample(test_accuracy=0.9 + np.tile([0.01, -0.01], 5)[:7])
        found = compare(study, {"x": even}, sample(test_accuracy=[0.9] * 7), known)["x"][0]
        assert found.note == "the study is unfinished: the next look is after 10 replicates"

    def test_after_the_last_look_more_replicates_are_named_as_of_any_fixed_number(self, sample):
        study, known = self.asked(5, 10)
        ups = np.tile([0.004, -0.001], 5)
        found = compare(study, {"x": sample(test_accuracy=0.9 + ups)}, sample(test_accuracy=[0.9] * 10), known)["x"][0]
        assert found.verdict is Verdict.UNDECIDED
        assert (found.more.most, found.more.planned) == (100, 0)
