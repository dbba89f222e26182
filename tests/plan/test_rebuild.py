"""Optuna's storage made anew from the record is the one that was lost."""

from __future__ import annotations

import functools

import optuna
import pytest

from harness.driver import run_study
from harness.driver.repair import recorded_trials, repair_study
from harness.errors import UsageError
from harness.plan import known_results, rebuild_study
from harness.records import Failed, StopReason
from harness.results import load_results
from harness.store import open_store
from harness.store.local.optuna_storage import FILE, open_storage, rename_studies
from tests.conftest import ScriptedLauncher, make_result

SEARCH = {
    "design.kind": "search",
    "design.factors": None,
    "design.replicates": 1,
    "design.trials": 6,
    "design.sampler": "random",
    "design.space": {
        "model.downsample": ["max_pool", "stride"],
        "train.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True},
    },
    "design.confirm": {"top": 1, "replicates": 2},
    "design.objectives": ["images_per_second"],
}


ATTRIBUTES = ("digest", "variant", "replicate", "phase", "run_id", "stop_reason")


def answer(job):
    """A result by the trial's number: one pruned, one that diverged, one that failed."""
    if job.trial == 2:
        return make_result(0.6, StopReason.PRUNED)
    if job.trial == 3:
        return Failed(job.trial, "ValueError: no", "Traceback")
    return make_result(0.6, images_per_second=900.0 - job.trial)


def seen(store, name="tiny"):
    """What the plan reads of an Optuna study."""
    found = []
    for trial in optuna.load_study(study_name=name, storage=open_storage(store)).get_trials():
        kept = [trial.user_attrs.get(f"harness:{key}") for key in ATTRIBUTES]
        found.append((trial.number, trial.state, trial.values, trial.params, trial.distributions, *kept))
    return found


def lose(store):
    for file in store.glob(f"{FILE}*"):
        file.unlink()


@pytest.mark.parametrize("changes", [{}, SEARCH], ids=["factorial", "search"])
def test_it_is_as_it_was_and_the_study_goes_on(store, tiny, changes):
    study = tiny(**changes)
    run_study(study, store=store, launch=ScriptedLauncher(answer, places=1))
    before, results = seen(store), load_results("tiny", store).trials
    assert {state.name for _, state, *_ in before} >= {"COMPLETE", "PRUNED", "FAIL"}
    lose(store)
    with pytest.raises(UsageError, match=r"`harness doctor --repair --store .*` makes Optuna's storage anew"):
        run_study(study, store=store, launch=ScriptedLauncher(answer))
    assert "trials made anew" in repair_study(load_results("tiny", store).study, open_store(store))
    assert seen(store) == before
    launcher = ScriptedLauncher(lambda job: make_result(0.8), places=1)
    outcome = run_study(study, store=store, launch=launcher)
    after = load_results("tiny", store).trials
    assert after.iloc[: len(results)].equals(results), "what was recorded stays as it was"
    finished = after[after["status"] == "finished"]
    assert not finished.duplicated(["digest", "replicate", "phase"]).any()
    assert outcome.finished == len(after[after["status"].isin(["finished", "pruned"])])


def test_a_refused_network_counts_against_the_budget_as_before(store, tiny):
    space = {"model.padding": ["same", "valid"], "model.conv": [[{"filters": 4}], [{"filters": 4, "kernel": 5}] * 2]}
    study = tiny(**{**SEARCH, "design.space": space})
    run_study(study, store=store, launch=ScriptedLauncher(lambda job: make_result()))
    before = seen(store)
    trials = load_results("tiny", store).trials
    refused = trials[trials["error"].notna()]["trial"].tolist()
    assert refused, "the space has an impossible network"
    assert known_results("tiny", open_storage(store)) == set(trials["trial"])
    storage = open_storage(store)
    rename = functools.partial(rename_studies, storage)
    rebuild_study(study, storage, recorded_trials(study, open_store(store)), rename)
    again = seen(store)
    assert [row[1] for row in again] == [row[1] for row in before]
    attributes = optuna.load_study(study_name="tiny", storage=storage).get_trials()[refused[0]].user_attrs
    assert "harness:refused" in attributes
    launcher = ScriptedLauncher(lambda job: make_result())
    run_study(study, store=store, launch=launcher)
    assert launcher.jobs == [], "nothing is left to do"
