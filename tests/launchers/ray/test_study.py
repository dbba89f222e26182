"""A whole study on a cluster of several nodes: its record is that of the local run, whatever is lost on the way."""

from __future__ import annotations

import contextlib
import functools
import socket

import pandas as pd
import pytest

from harness.driver import run_study
from harness.errors import RunError
from harness.launchers import Cause, Death
from harness.launchers.ray import Cluster, RayLauncher
from harness.records import Evaluated, Started
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
    # a training that was lost before it began leaves whole numbers as floats in its columns
    return trials.sort_values(["variant", "replicate"]).reset_index(drop=True).convert_dtypes()


@pytest.fixture
def study(tiny):
    return tiny(**{"design.replicates": 3, "train.max_steps": 400, "train.evaluate_every": 50, "target": None})


def on(nodes, **options):
    return functools.partial(RayLauncher, cluster=Cluster(nodes.address), **options)


HOSTILE = {"KERAS_BACKEND": "torch", "TF_XLA_FLAGS": "--no_such_flag", "TF_NUM_INTRAOP_THREADS": "7"}
"""What somebody has set on the nodes: workers would fail, or compute otherwise."""


def test_a_study_with_a_lost_node_is_recorded_as_the_local_one_is(study, nodes_of, tmp_path, monkeypatch):
    run_study(study, store=tmp_path / "here", workers=2, threads=1)
    seen, killed = [], []
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    with nodes_of(0) as nodes:
        places = [nodes.add(), nodes.add()]
        monkeypatch.undo()

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
    pd.testing.assert_frame_equal(here, there, check_exact=True, check_dtype=False)  # a lost trial lacks whole numbers


def test_a_study_goes_on_when_a_lost_head_is_back(tiny, nodes_of, tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "2")  # after which Ray ends its driver's process
    study = tiny(**{"train.max_steps": 6000, "train.evaluate_every": 500, "target": None})
    port = free_port()
    seen, clusters = [], contextlib.ExitStack()
    with clusters:
        nodes = clusters.enter_context(nodes_of(1, port=port))
        killed = []

        def observe(progress, event):
            seen.append(event)
            if progress.finished_here >= 1 and not killed and isinstance(event, Started):
                killed.append(event)
                nodes.kill_head()
            if isinstance(event, Death):
                nodes.close()
                clusters.enter_context(nodes_of(1, port=port))

        outcome = run_study(study, store=tmp_path / "there", threads=1, launch=on(nodes), observe=observe)
    assert (outcome.finished, outcome.failed) == (4, {})
    (death,) = [event for event in seen if isinstance(event, Death)]
    assert death.cause is Cause.MACHINE
    assert death.message.startswith("the Ray cluster was lost: the connection to the Ray cluster ended")
    assert len(outcomes(tmp_path / "there", study.name)) == 4


def test_a_cluster_that_stays_away_ends_the_run_and_the_same_command_goes_on(tiny, nodes_of, tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "2")
    # longer than it takes to notice that the head is gone
    study = tiny(**{"train.max_steps": 6000, "train.evaluate_every": 500, "target": None})
    with nodes_of(1) as nodes:

        def observe(progress, event):
            if progress.finished_here == 1 and isinstance(event, Started):
                nodes.kill_head()

        launch = on(nodes, patience=5)
        with pytest.raises(RunError, match=r"did not come back for 5 s: .* the same command goes on"):
            run_study(study, store=tmp_path / "there", threads=1, launch=launch, observe=observe)
    before = len(outcomes(tmp_path / "there", study.name))
    assert 1 <= before < 4
    with nodes_of(1) as nodes:
        outcome = run_study(study, store=tmp_path / "there", threads=1, launch=on(nodes))
    assert (outcome.finished, outcome.finished_here) == (4, 4 - before)
    assert not outcomes(tmp_path / "there", study.name).duplicated(["variant", "replicate"]).any()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
