"""A study on a Ray cluster with PostgreSQL and an MLflow server, all of which fail on the way, and the same at home."""

from __future__ import annotations

import functools
import threading
import time

import pytest

from harness.driver import run_study
from harness.launchers import Cause, Death
from harness.launchers.ray import Cluster, RayLauncher
from harness.records import Evaluated
from harness.reports import report
from harness.results import load_results
from tests.launchers.ray.conftest import nodes_of  # noqa: F401
from tests.launchers.ray.test_study import outcomes
from tests.servers import lab, postgres, servers  # noqa: F401

pytestmark = [pytest.mark.ray, pytest.mark.postgres, pytest.mark.mlflow_server]


def verdicts(store, name):
    """What the report of a study says: its sentences, and each verdict with what it rests on."""
    _, trials, history = load_results(name, store)
    found = report(load_results(name, store).study, trials, history)
    return found.sentences, [
        (row.label, one.metric, one.verdict, one.estimate, one.low, one.high, one.p_holm)
        for row in found.rows
        for one in row.contrasts
    ]


def test_verdicts_are_those_of_the_local_run(tiny, lab, nodes_of, tmp_path):  # noqa: F811
    metrics = ["test_accuracy", "val_accuracy", "steps_to_target", "parameters"]
    study = tiny(
        report={"metrics": metrics},
        **{"design.replicates": 5, "train.max_steps": 400, "train.evaluate_every": 50, "target.value": 0.9},
    )
    run_study(study, store=tmp_path / "here", workers=2, threads=1)
    deaths, killed, restarting = [], [], []

    def restart():
        lab.postgres.stop()
        time.sleep(3)
        lab.postgres.start()

    with nodes_of(1) as nodes:
        places = [nodes.add(), nodes.add()]

        def observe(progress, event):
            if isinstance(event, Death):
                deaths.append(event)
            if progress.finished_here >= 2 and not killed and isinstance(event, Evaluated):
                killed.append(places[0])
                nodes.kill(places[0])
            if progress.finished_here >= 4 and not restarting:
                restarting.append(threading.Thread(target=restart))
                restarting[0].start()

        launch = functools.partial(RayLauncher, cluster=Cluster(nodes.address))
        outcome = run_study(study, store="lab", threads=1, launch=launch, observe=observe)
        restarting[0].join()
    assert (outcome.finished, outcome.failed, len(killed)) == (10, {}, 1)
    assert {death.cause for death in deaths} <= {Cause.MACHINE}, deaths
    here, there = outcomes(tmp_path / "here", study.name), outcomes("lab", study.name)
    assert (len(here), len(there)) == (10, 10)
    assert not there.duplicated(["variant", "replicate"]).any()
    assert [name for name in here.columns if not here[name].equals(there[name])] == []
    assert verdicts("lab", study.name) == verdicts(tmp_path / "here", study.name)
