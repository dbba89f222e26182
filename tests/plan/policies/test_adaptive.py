"""Replicates as many as it takes, on a real Optuna storage; results are made up."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.plan import Plan, open_study
from harness.records import Clocks
from harness.store.local.optuna_storage import open_storage
from tests.conftest import make_result

LEVELS = {"model.downsample": ["max_pool", "stride", "average_pool"]}


@pytest.fixture
def adaptive(tiny):
    def make(first=3, last=12, metrics=("test_accuracy",), **report):
        design = {"kind": "factorial", "replicates": {"min": first, "max": last}, "factors": LEVELS}
        return tiny(design=design, report={"metrics": list(metrics), **report})

    return make


def open_plan(study, store, results):
    optuna_study = open_study(study, open_storage(store))
    return Plan(study, optuna_study, recorded=set(results), recall=results.__getitem__)


def accuracy(label, replicate):
    """Stride is far worse, with little spread; average pooling goes up and down about the base."""
    wobble = 0.0001 * (replicate % 3)
    return {"base": 0.9, "downsample=stride": 0.5 + wobble}.get(label, 0.9 + 0.01 * (-1) ** replicate)


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
    # looks after 3, 5, 8 and 12; within a look replicate by replicate
    base, stride, average = "base", "downsample=stride", "downsample=average_pool"
    assert done[:9] == [
        *((label, 0) for label in (base, stride, average)),
        *((label, 1) for label in (average, stride, base)),
        *((label, 2) for label in (stride, average, base)),
    ]
    assert done[9:13] == [(base, 3), (average, 3), (base, 4), (average, 4)]


def test_everything_decided_ends_it(store, adaptive):
    gains = {"base": 0.9, "downsample=stride": 0.8, "downsample=average_pool": 0.7}
    done = train(
        open_plan(adaptive(), store, {}), {}, score=lambda label, r: gains[label] + 0.0001 * (r % 2) * (label != "base")
    )
    assert len(done) == 9


def test_a_margin_decides_what_differs_little(store, adaptive):
    study = adaptive(margin={"test_accuracy": 0.2})
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
    assert [plan.next().replicate for _ in range(4)] == [3, 3, 4, 4]


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
