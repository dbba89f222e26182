"""A whole study on a cluster of several nodes: its record is that of the local run, whatever is lost on the way."""

from __future__ import annotations

import functools

import pytest

from harness.driver import run_study
from harness.launchers import Cause, Death
from harness.launchers.ray import Cluster, RayLauncher
from harness.records import Evaluated
from harness.results import load_results

pytestmark = pytest.mark.ray

OF_THE_RUN = {
    *("run_id", "experiment_id", "started", "ended", "trial", "workers", "foreign_load", "studies_beside"),
    *("prepare_seconds", "compile_seconds", "train_seconds", "evaluate_seconds", "record_seconds", "refit_seconds"),
    *("seconds_to_target", "images_per_second", "error"),
}
"""Columns that say when and how fast, and may differ; the others are compared bit by bit."""


def outcomes(store, name):
    """The trainings that count, in the order of the plan, without what may differ."""
    trials = load_results(name, store).trials
    trials = trials[trials["status"] == "finished"].drop(columns=OF_THE_RUN & set(trials.columns))
    return trials.sort_values(["variant", "replicate"]).reset_index(drop=True)


@pytest.fixture
def study(tiny):
    return tiny(**{"design.replicates": 3, "train.max_steps": 400, "train.evaluate_every": 50, "target": None})


def on(nodes, **options):
    return functools.partial(RayLauncher, cluster=Cluster(nodes.address), **options)


def test_a_study_with_a_lost_node_is_recorded_as_the_local_one_is(study, nodes_of, tmp_path):
    run_study(study, store=tmp_path / "here", workers=2, threads=1)
    seen, killed = [], []
    with nodes_of(0) as nodes:
        places = [nodes.add(), nodes.add()]

        def observe(progress, event):
            seen.append(event)
            if progress.finished_here >= 1 and not killed and isinstance(event, Evaluated):
                killed.append(places[0])
                nodes.kill(places[0])

        outcome = run_study(study, store=tmp_path / "there", threads=1, launch=on(nodes), observe=observe)
    assert (outcome.finished, outcome.failed, len(killed)) == (6, {}, 1)
    deaths = [event for event in seen if isinstance(event, Death)]
    assert [death.cause for death in deaths] == [Cause.MACHINE], deaths
    here, there = outcomes(tmp_path / "here", study.name), outcomes(tmp_path / "there", study.name)
    assert len(here) == 6
    assert not there.duplicated(["variant", "replicate"]).any()
    assert {"weights_digest", "history_digest", "test_accuracy", "stop_reason"} <= set(here.columns)
    assert [name for name in here.columns if not here[name].equals(there[name])] == []
