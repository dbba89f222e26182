"""Replicates as many as it takes, on a real Optuna storage; results are made up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from harness.judging import Sample, compare, open_comparisons
from harness.plan import Plan, open_study
from harness.records import Clocks, asked_since
from harness.store.local.optuna_storage import open_storage
from tests.conftest import FINGERPRINT, make_result

LEVELS = {"model.downsample": ["max_pool", "stride", "average_pool"]}


@pytest.fixture
def adaptive(tiny):
    def make(first=3, last=12, metrics=("test_accuracy",), fixed=False, **report):
        replicates = last if fixed else {"min": first, "max": last}
        design = {"kind": "factorial", "replicates": replicates, "factors": LEVELS}
        return tiny(design=design, report={"metrics": list(metrics), **report})

    return make


def open_plan(study, store, results, asked=()):
    optuna_study = open_study(study, open_storage(store))
    return Plan(study, optuna_study, recorded=set(results), recall=results.__getitem__, asked=asked)


def accuracy(label, replicate):
    """Stride is far worse, with little spread; average pooling seems better, but goes up and down."""
    wobble = 0.0001 * (replicate % 3)
    return {"base": 0.9, "downsample=stride": 0.5 + wobble}.get(label, 0.907 + 0.01 * (-1) ** replicate)


def even(label, replicate):
    """As before, but average pooling is no better than the base."""
    return accuracy(label, replicate) - 0.007 * (label == "downsample=average_pool")


def train(plan, results, most=1000, score=accuracy):
    done = []
    while len(done) < most and (job := plan.next()):
        result = make_result(score(job.variant.label, job.replicate))
        results[job.trial] = result
        plan.tell(job.trial, result, run_id="r")
        done.append((job.variant.label, job.replicate))
    return done


def test_only_what_is_undecided_goes_on_and_the_base_with_it(store, adaptive):
    done = train(open_plan(adaptive(), store, {}), {})
    assert Counter(label for label, _ in done) == {
        "base": 12,
        "downsample=stride": 3,
        "downsample=average_pool": 12,
    }
    # looks after 3, 5, 7, 9 and 12; within a look replicate by replicate
    base, stride, average = "base", "downsample=stride", "downsample=average_pool"
    assert done[:9] == [
        *((label, 0) for label in (base, stride, average)),
        *((label, 1) for label in (average, stride, base)),
        *((label, 2) for label in (stride, average, base)),
    ]
    assert done[9:13] == [(base, 3), (average, 3), (base, 4), (average, 4)]


def test_what_would_hardly_be_decided_is_ended_and_stays_so(store, adaptive):
    done = train(open_plan(adaptive(), store, {}), {}, score=even)
    assert Counter(label for label, _ in done) == {"base": 7, "downsample=stride": 3, "downsample=average_pool": 7}


def test_equivalence_that_can_still_be_shown_is_not_futile(store, adaptive):
    study = adaptive(margin={"test_accuracy": 0.012})
    done = train(open_plan(study, store, {}), {}, score=even)
    assert Counter(label for label, _ in done)["downsample=average_pool"] > 7


def test_everything_decided_ends_it(store, adaptive):
    gains = {"base": 0.9, "downsample=stride": 0.8, "downsample=average_pool": 0.7}
    done = train(
        open_plan(adaptive(), store, {}), {}, score=lambda label, r: gains[label] + 0.0001 * (r % 2) * (label != "base")
    )
    assert len(done) == 9


def test_a_margin_decides_what_differs_little(store, adaptive):
    study = adaptive(margin={"test_accuracy": 0.5})
    assert len(train(open_plan(study, store, {}), {})) == 9


def test_continuing_goes_the_way_it_would_have_gone(store, tmp_path, adaptive):
    study = adaptive()
    whole = train(open_plan(study, store, {}), {})
    other = tmp_path / "other"
    other.mkdir()
    results = {}
    parts = []
    while part := train(open_plan(study, other, results), results, most=4):
        parts += part
    assert parts == whole


def test_a_look_waits_for_those_still_running(store, adaptive):
    plan = open_plan(adaptive(), store, {})
    jobs = [plan.next() for _ in range(9)]
    assert plan.next() is None
    for job in jobs[:-1]:
        plan.tell(job.trial, make_result(accuracy(job.variant.label, job.replicate)), run_id="r")
        assert plan.next() is None
    last = jobs[-1]
    plan.tell(last.trial, make_result(accuracy(last.variant.label, last.replicate)), run_id="r")
    assert plan.remaining == 4


def test_seconds_that_others_disturbed_decide_nothing(store, adaptive):
    """Half the seconds in every pair; where others used the machine that is no reason to stop, nor to go on."""
    study = adaptive(metrics=["train_seconds"])
    for load, trainings in ((0.0, 9), (0.5, 9)):
        place = store / str(load)
        place.mkdir()
        plan, done = open_plan(study, place, {}), 0
        while job := plan.next():
            seconds = (1.0 if job.variant.label == "base" else 0.5) + 0.001 * job.replicate
            plan.tell(job.trial, make_result(clocks=Clocks(train=seconds), foreign_load=load), run_id="r")
            done += 1
        assert done == trainings


def test_a_failed_training_is_not_repeated_in_the_same_run(store, adaptive):
    plan = open_plan(adaptive(), store, {})
    jobs = [plan.next() for _ in range(9)]
    plan.fail(jobs[0].trial, "out of memory")
    for job in jobs[1:]:
        plan.tell(job.trial, make_result(accuracy(job.variant.label, job.replicate)), run_id="r")
    assert [plan.next().replicate for _ in range(4)] == [3, 3, 3, 4]


def test_times_that_nobody_reaches_are_no_reason_to_go_on(store, tiny):
    design = {
        "kind": "factorial",
        "replicates": {"min": 3, "max": 12},
        "factors": {"model.downsample": ["max_pool", "stride"]},
    }
    study = tiny(
        design=design,
        target={"metric": "val_accuracy", "value": 0.99},
        report={"metrics": ["steps_to_target"]},
    )
    assert len(train(open_plan(study, store, {}), {})) == 6


def test_a_look_waits_for_what_an_interruption_left_out(store, adaptive):
    """Average pooling is 20 deviations better: too little for three replicates, enough for four of five."""
    ups = [-0.0025, 0.0, 0.0025, 0.0, 0.001]

    def score(label, replicate):
        return 0.5 if label == "downsample=stride" else 0.9 + (label != "base") * (0.05 + ups[replicate])

    results = {}
    plan = open_plan(adaptive(), store, results)
    train(plan, results, most=9, score=score)
    wave = [plan.next() for _ in range(4)]
    for job in wave:
        if (job.variant.label, job.replicate) != ("downsample=average_pool", 3):
            results[job.trial] = make_result(score(job.variant.label, job.replicate))
            plan.tell(job.trial, results[job.trial], run_id="r")
    rest = train(open_plan(adaptive(), store, results), results, score=score)
    assert rest == [("downsample=average_pool", 3)]


class Rerun:
    """A study of noise with a small effect, run with one plan of replicates after the other."""

    def __init__(self, adaptive, place, seed):
        self.adaptive, self.place, self.seed = adaptive, place, seed
        self.results, self.values, self.asked = {}, {}, ()

    def score(self, label, replicate):
        rng = np.random.default_rng([self.seed, replicate, *label.encode()])
        return 0.9 + 0.01 * rng.normal() + 0.008 * (label == "downsample=average_pool")

    def open_now(self, study):
        """Return the labels that a report would call undecided and worth going on with."""
        samples = {}
        for variant in study.variants:
            known = sorted(self.values[variant.label].items())
            replicates, scores = np.array(known).T
            columns = {"replicate": replicates.astype(int), "test_accuracy": scores}
            columns |= {"train_seconds": np.ones(len(known)), "stop_reason": np.full(len(known), "budget")}
            samples[variant.digest] = Sample(variant.label, columns)
        base = samples.pop(study.base.digest)
        still = open_comparisons(compare(study, samples, base, self.asked))
        return {samples[digest].label for digest in still}

    def run(self, design_of):
        """Train to the end; return of each wave but the first what was trained, and what was open before."""
        study = design_of(self.adaptive)
        self.asked = asked_since(self.asked, study, lambda: len(self.results))
        plan, waves = open_plan(study, self.place, self.results, self.asked), []
        while jobs := list(iter(plan.next, None)):
            if self.values:
                waves.append(({job.variant.label for job in jobs} - {"base"}, self.open_now(study)))
            for job in jobs:
                score = self.score(job.variant.label, job.replicate)
                self.values.setdefault(job.variant.label, {})[job.replicate] = score
                self.results[job.trial] = make_result(score)
                plan.tell(job.trial, self.results[job.trial], run_id="r")
        return study, waves


def up_to(first, last):
    return lambda adaptive: adaptive(first, last)


def fixed(replicates):
    def make(adaptive):
        return adaptive(replicates, replicates, fixed=True)

    return make


@pytest.mark.parametrize("first", [up_to(3, 12), fixed(5)], ids=["raised", "fixed before"])
@pytest.mark.parametrize("seed", range(8))
def test_after_a_change_it_goes_on_with_what_a_charged_report_leaves_open(store, adaptive, first, seed):
    rerun = Rerun(adaptive, store, seed)
    rerun.run(first)
    study, waves = rerun.run(up_to(3, 30))
    assert len(rerun.asked) == 2
    assert all(trained <= was_open for trained, was_open in waves)
    for label in rerun.open_now(study):
        assert len(rerun.values[label]) == 30


def test_seconds_from_different_machines_are_not_waited_for(store, adaptive):
    """A report would not compare them, however many replicates came."""
    study = adaptive(metrics=("train_seconds",))

    def train_on(place_of):
        plan, results, done = open_plan(study, store, {}), {}, 0
        while job := plan.next():
            clocks = Clocks(train=2.0 + 0.1 * (-1) ** job.replicate * (job.variant.label == "base"))
            result = make_result(clocks=clocks, fingerprint=place_of(job.variant.label))
            results[job.trial] = result
            plan.tell(job.trial, result, run_id="r")
            done += 1
        return done

    elsewhere = replace(FINGERPRINT, processor="another processor")
    assert train_on(lambda label: FINGERPRINT if label == "base" else elsewhere) == 9  # the first look, no more
