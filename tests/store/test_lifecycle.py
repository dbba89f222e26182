"""Removing a study for good from a folder, and what a killed process left of that or of a rename."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import pytest

from harness.driver import run_study
from harness.errors import UsageError
from harness.launchers import InProcessLauncher
from harness.results import load_results
from harness.store import open_store
from harness.store.aside import name_before, name_deleted
from harness.store.lifecycle import delete_study, remove_study, rename_study
from harness.store.local import removing
from harness.store.local.files.folder import LOCKS
from tests.conftest import ScriptedLauncher, make_result

pytestmark = pytest.mark.slow

OF_RUNS = ("runs", "metrics", "latest_metrics", "params", "tags", "inputs", "logged_models", "logged_model_metrics",
           "model_versions", "registered_models", "datasets", "experiment_tags")  # fmt: skip


def rows(store):
    with contextlib.closing(sqlite3.connect(store / "mlflow.db")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {table: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in OF_RUNS}


@pytest.fixture
def two(store, tiny):
    """A store with a study that was really trained and whose winner is registered, and another."""
    run_study(tiny(**{"train.max_steps": 20, "design.replicates": 1}), store=store, launch=InProcessLauncher)
    open_store(store).register("tiny", load_results("tiny", store).trials["run_id"][0], "about", "why")
    run_study(tiny(name="other"), store=store, launch=ScriptedLauncher(lambda job: make_result()))
    return open_store(store)


def test_the_name_of_a_deleted_study_tells_what_it_was():
    name = name_deleted("tiny", set())
    assert name_before(name) == name_before(name_deleted("tiny", {name})) == "tiny"
    assert name_deleted("tiny", {name}) != name
    assert name_before("tiny") is None
    assert name_before("tiny until 2026-01-02 03.04.05") is None


def test_nothing_of_a_removed_study_is_left_and_others_are_whole(store, two, tiny):
    before, size = rows(store), two.size("tiny")
    removed = remove_study(two, "tiny")
    assert (removed.name, removed.bytes) == ("tiny", size)
    assert size > 10_000
    assert not (store / "artifacts" / "tiny").exists()
    assert two.deleted() == []
    left = rows(store)
    assert left["runs"] == 5 < before["runs"]
    assert (left["model_versions"], left["registered_models"]) == (0, 0)
    assert len(load_results("other", store).trials) == 4
    assert [one.text for one in two.conditions(str) if one.state == "problem"] == []
    remove_study(two, "other")
    assert set(rows(store).values()) == {0}
    run_study(tiny(), store=store, launch=ScriptedLauncher(lambda job: make_result()))
    assert len(load_results("tiny", store).trials) == 4, "it begins anew"


def test_what_is_half_removed_is_not_restored_and_is_ended_by_doctor(store, two, monkeypatch):
    name = delete_study(two, "tiny")

    def kill(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(removing, "_remove_inputs", kill)
        with pytest.raises(KeyboardInterrupt):
            remove_study(two, name)
    with pytest.raises(UsageError, match=f"a part of '{name}' is removed for good already"):
        rename_study(two, name, "tiny")
    (problem,) = (one for one in two.conditions(str) if one.state == "problem")
    assert problem.text == f"{name}: was being removed for good when the process was killed. --repair ends that."
    assert problem.mend() == f"{name} is removed"
    assert two.deleted() == []
    assert not list((store / LOCKS).glob("*.removal"))


def test_a_rename_that_was_cut_off_is_ended_and_said(store, two):
    (store / LOCKS / "tiny.aside").write_text(json.dumps({"aside": "first"}))
    with pytest.raises(UsageError, match=r"'tiny' was being renamed .* and is 'first' from now on"):
        delete_study(two, "tiny")
    assert [one.name for one in two.summaries()] == ["first", "other"]
    # what was left of it later does not take hold of another study that gets the name
    (store / LOCKS / "tiny.aside").write_text(json.dumps({"aside": "gone"}))
    rename_study(two, "other", "tiny")
    assert [one.name for one in two.summaries()] == ["first", "tiny"]
    assert not (store / LOCKS / "tiny.aside").exists()


def test_only_what_is_deleted_is_removed(two):
    with two.hold("tiny") as hold, pytest.raises(UsageError, match="no study 'tiny' was deleted here"):
        hold.remove()
    assert len(two.summaries()) == 2


def test_a_store_that_is_not_there(tmp_path):
    for change in (lambda store: rename_study(store, "a", "b"), lambda store: remove_study(store, "a")):
        with pytest.raises(UsageError, match="there is no store here"):
            change(open_store(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()
