"""Studies copied between stores: the same afterwards, all of it or nothing."""

from __future__ import annotations

import optuna
import pandas as pd
import pytest

from harness.driver import run_study
from harness.errors import RunError, UsageError
from harness.launchers import InProcessLauncher
from harness.plan import known_results
from harness.results import load_results, load_run
from harness.store import open_store
from harness.store.copying.moving import move_study
from harness.store.copying.study import copy_study
from harness.store.local.files.depot import FolderDepot
from harness.store.local.hold import FolderHold
from harness.store.memory.store import MemoryStore
from harness.study import build_study
from tests.conftest import TINY, ScriptedLauncher, changed, make_result
from tests.servers import lab, postgres, servers  # noqa: F401
from tests.store.contract import begin

pytestmark = pytest.mark.slow

SEARCH = {
    "kind": "search", "trials": 6, "pruner": "median", "confirm": {"replicates": 1},
    "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True}, "train.batch_size": [16, 32]},
}  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A store with a study whose networks were really trained, and a search whose results are made up."""
    place = tmp_path_factory.mktemp("full") / "mlruns"
    trained = changed(TINY, {"train.max_steps": 20, "train.test_at": [0], "design.replicates": 2})
    run_study(build_study(trained, name="tiny", text="# tiny\n"), store=place, launch=InProcessLauncher)
    report = place.parent / "report"
    report.mkdir()
    (report / "comparison.md").write_text("better")
    open_store(place).attach_report("tiny", report)
    search = build_study(changed(TINY, {"design": SEARCH}), name="sought", text="")
    launcher = ScriptedLauncher(lambda job: make_result(0.5 + 0.01 * job.trial), leave=lambda job, folder: (
        folder / "left.txt").write_text(str(job.trial)))  # fmt: skip
    run_study(search, store=place, launch=launcher)
    return place


def require_equal(one, other, name):
    before, after = load_results(name, one), load_results(name, other)
    for frame, copied in ((before.trials, after.trials), (before.history, after.history)):
        ids = [column for column in ("run_id", "experiment_id") if column in frame]
        frame.attrs, copied.attrs = {}, {}
        pd.testing.assert_frame_equal(frame.drop(columns=ids), copied.drop(columns=ids), check_like=True)
    assert before.study == after.study
    for number in before.trials["trial"]:
        first, second = (load_run(f"{name}#{number}", store) for store in (one, other))
        assert first.files == second.files
        for file in first.files:
            contents = [
                open_store(store).file(found.run, file.as_posix()).read_bytes()
                for store, found in ((one, first), (other, second))
            ]
            assert contents[0] == contents[1], file
        assert (first.model is None) == (second.model is None)
        assert first.model is None or first.model.read_bytes() == second.model.read_bytes()
    with open_store(one).hold(name) as there, open_store(other).hold(name) as here:
        assert known_results(name, here.storage) == known_results(name, there.storage) == set(before.trials["trial"])
        runs = dict(zip(after.trials["trial"], after.trials["run_id"], strict=True))
        for trial in optuna.load_study(study_name=name, storage=here.storage).trials:
            assert trial.user_attrs["harness:run_id"] == runs[trial.number]


def require_the_same_study(one, other):
    """Look that a copied study goes on like the one that it is a copy of."""
    for name in ("tiny", "sought"):
        told = []
        copied = copy_study(open_store(one), open_store(other), name, lambda done, total, told=told: told.append(done))
        assert told == list(range(1, copied.trials + 2))
        assert copied.trials == len(load_results(name, one).trials)
        assert copied.files > copied.trials
        require_equal(one, other, name)
    again = build_study(changed(TINY, {"design": SEARCH}), name="sought", text="")
    outcome = run_study(again, store=other, launch=ScriptedLauncher(lambda job: make_result()))
    assert outcome.finished_here == 0, "all of it is known there"


def test_from_a_folder_to_a_folder(full, tmp_path):
    require_the_same_study(full, tmp_path / "copy")
    with pytest.raises(UsageError, match="has a study 'tiny' already"):
        copy_study(open_store(full), open_store(tmp_path / "copy"), "tiny")
    assert [one.text for one in open_store(tmp_path / "copy").conditions(str) if one.state == "problem"] == []


@pytest.mark.postgres
@pytest.mark.mlflow_server
def test_to_servers_and_back(full, lab, tmp_path):  # noqa: F811
    require_the_same_study(full, "lab")
    model = load_run("tiny#0", "lab").model
    assert model is not None
    require_the_same_study("lab", tmp_path / "back")
    require_equal(full, tmp_path / "back", "tiny")
    assert [one.text for one in open_store("lab").conditions(str) if one.state == "problem"] == []


def test_what_came_out_otherwise_is_no_study_of_that_name(full, tmp_path, monkeypatch):
    fetch = FolderDepot.fetch

    def damaging(self, address, folder):
        fetch(self, address, folder)
        if "copy" in address and (folder / "left.txt").exists():
            (folder / "left.txt").write_text("other")

    copy = open_store(tmp_path / "copy")
    with monkeypatch.context() as patch:
        patch.setattr(FolderDepot, "fetch", damaging)
        for _ in range(3):  # within a second: MLflow keeps the names of what is deleted
            with pytest.raises(RunError, match=r"left.txt came out other than it went in"):
                copy_study(open_store(full), copy, "sought")
    assert "sought" not in [summary.name for summary in copy.summaries()]
    copy_study(open_store(full), copy, "sought")
    assert [summary.name for summary in copy.summaries()] == ["sought"], "what was left of the first try is gone"


@pytest.fixture
def filled(store, tiny):
    """A store with a study of made-up results that left a file each."""
    launcher = ScriptedLauncher(lambda job: make_result(), leave=lambda job, folder: (
        folder / "left.txt").write_text(str(job.trial)))  # fmt: skip
    run_study(tiny(), store=store, launch=launcher)
    return store


def test_a_study_is_moved_and_nothing_is_left_where_it_was(filled, tmp_path):
    before = load_results("tiny", filled)
    moved = move_study(open_store(filled), open_store(tmp_path / "there"), "tiny")
    assert (moved.copied.study, moved.copied.trials, moved.left, moved.versions) == ("tiny", 4, None, [])
    assert open_store(filled).summaries() == open_store(filled).deleted() == []
    assert not list((filled / "artifacts").rglob("*.txt"))
    after = load_results("tiny", tmp_path / "there")
    assert after.trials["digest"].tolist() == before.trials["digest"].tolist()
    more = build_study(changed(TINY, {"design.replicates": 3}), name="tiny", text="")
    outcome = run_study(more, store=tmp_path / "there", launch=ScriptedLauncher(lambda job: make_result()))
    assert (outcome.finished, outcome.finished_here) == (6, 2)


def test_what_is_not_equal_or_cut_off_stays_where_it_was(filled, tmp_path, monkeypatch):
    fetch = FolderDepot.fetch

    def damaging(self, address, folder):
        fetch(self, address, folder)
        if "/there/" in address and (folder / "left.txt").exists():
            (folder / "left.txt").write_text("other")

    with monkeypatch.context() as patch:
        patch.setattr(FolderDepot, "fetch", damaging)
        with pytest.raises(RunError, match=r"left\.txt came out other than it went in"):
            move_study(open_store(filled), open_store(tmp_path / "there"), "tiny")
    assert "tiny" not in [one.name for one in open_store(tmp_path / "there").summaries()]
    with monkeypatch.context() as patch:
        patch.setattr(FolderHold, "delete", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            move_study(open_store(filled), open_store(tmp_path / "there"), "tiny")
    for place in (filled, tmp_path / "there"):
        assert [one.done for one in open_store(place).summaries()] == [4]
        assert [one.text for one in open_store(place).conditions(str) if one.state == "problem"] == []


@pytest.mark.postgres
@pytest.mark.mlflow_server
def test_from_a_server_it_is_moved_and_kept_there_as_deleted(filled, lab, tmp_path):  # noqa: F811
    move_study(open_store(filled), open_store("lab"), "tiny")
    moved = move_study(open_store("lab"), open_store(tmp_path / "back"), "tiny")
    assert [one.name for one in open_store("lab").deleted()] == [moved.left]
    assert open_store("lab").summaries() == []
    assert len(load_results("tiny", tmp_path / "back").trials) == 4
    with open_store("lab").hold(moved.left) as hold, pytest.raises(UsageError, match=r"mlflow gc .*--experiment-ids"):
        hold.remove()


def test_what_is_open_or_not_there_is_not_copied(store, tiny, tmp_path):
    with open_store(store).hold("tiny") as hold:
        begin(hold.begin(tiny(), {}))
    with pytest.raises(UsageError, match="was left open"):
        copy_study(open_store(store), open_store(tmp_path / "copy"), "tiny")
    with pytest.raises(UsageError, match="no study 'none'"):
        copy_study(open_store(store), open_store(tmp_path / "copy"), "none")
    assert not (tmp_path / "copy").exists()
    with open_store(store).hold("tiny") as hold:
        hold.begin(tiny(), {}).close("FINISHED")
    with pytest.raises(UsageError, match="in memory"):
        copy_study(open_store(store), MemoryStore(), "tiny")
