"""`harness runs`, `harness list --json`, and a study's name where a run is asked for."""

from __future__ import annotations

import json

import pytest

from harness.cli import cli
from harness.cli.choosing import run_or_winner, study_to_run
from harness.driver import run_study
from harness.errors import UsageError
from harness.records import Failed
from harness.store import open_store
from harness.study import build_study
from tests.conftest import TINY, ScriptedLauncher, changed, make_result
from tests.store.contract import record

FACTS = {"trial", "run_id", "variant", "digest", "replicate", "phase", "status", "stop_reason", "error", "settings",
         "metrics", "place", "started", "ended"}  # fmt: skip


@pytest.fixture
def recorded(project, tiny, monkeypatch):
    """A store in the project's folder: the third of four trainings failed."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "80")

    def answer(job):
        return Failed(job.trial, "broke", "") if job.trial == 2 else make_result(0.8 + 0.01 * job.trial)

    run_study(tiny(), store=project / "mlruns", launch=ScriptedLauncher(answer))
    return project / "mlruns"


def call(*arguments):
    return cli.main([*arguments], standalone_mode=False)


def test_a_line_a_trial_and_how_many(recorded, capsys):
    call("runs", "tiny", "--metric", "test_accuracy")
    out = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert out[0] == ["run", "variant", "rep", "status", "test", "acc", "%"]
    rows = [line for line in out if line[0].startswith("#")]
    assert [line[0] for line in rows] == ["#0", "#1", "#2", "#3"]
    assert [line[3] for line in rows] == ["finished", "finished", "failed", "finished"]
    assert [line[4] for line in rows] == ["79.00", "80.00", "–", "82.00"]
    assert out[-1] == ["tiny:", "4", "trials"]


def test_filters_and_sorting(recorded, capsys):
    call("runs", "tiny", "--status", "finished", "--sort", "test_accuracy", "--limit", "2")
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines() if line.strip().startswith("#")] == ["#3", "#1"]
    assert out.splitlines()[-1] == "tiny: 2 of 4 trials"


def test_json_is_all_there_is_on_standard_output(recorded, capsys):
    call("runs", "studies/tiny.toml", "--json", "--status", "failed")
    facts = json.loads(capsys.readouterr().out)
    (trial,) = facts.pop("trials")
    assert facts == {"study": "tiny", "question": "Is a stride of 2 as good as pooling on 8x8 digits?", "running": 0}
    assert trial.keys() == FACTS
    assert (trial["trial"], trial["status"], trial["error"]) == (2, "failed", "broke")


def test_the_list_as_json(recorded, capsys):
    (recorded.parent / "studies" / "bad.toml").write_text("question = 3\n")
    call("list", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert facts["store"] == "mlruns"
    bad, tiny = facts["studies"]
    assert (bad["name"], bad["file"], bad["asked"]) == ("bad", "studies/bad.toml", None)
    assert "question must be a string" in bad["error"]
    assert tiny == {
        "name": "tiny", "question": "Is a stride of 2 as good as pooling on 8x8 digits?", "file": "studies/tiny.toml",
        "error": None, "asked": {"trainings": 4, "at_most": False}, "done": 3,
        "trials": {"failed": 1, "finished": 3}, "report": None,
    }  # fmt: skip


def test_a_study_stands_for_its_winner_and_that_is_said(recorded, capsys):
    store = open_store(recorded)
    assert run_or_winner("tiny#1", store) == "tiny#1"
    run_id = run_or_winner("tiny", store)
    base = {run["trial"]: run for run in store.frames("tiny")[0].to_dict("records")}[0]
    assert run_id == run_or_winner("studies/tiny.toml", store) == base["run_id"] or base["variant"] != "base"
    run = store.find(run_id)
    assert (run.status, run.variant) == ("finished", "base")
    said = capsys.readouterr().err.splitlines()[0]
    assert said.startswith(f"tiny: this takes tiny#{run.trial}, of base. No variant is better in test accuracy than ")


def test_a_study_is_run_as_it_is_recorded_where_it_has_no_file(recorded, capsys):
    store = open_store(recorded)
    assert study_to_run("tiny", (), None, store).source is not None, "its file comes first"
    (recorded.parent / "studies" / "tiny.toml").unlink()
    more = study_to_run("tiny", ("design.replicates=3",), None, store)
    assert (more.name, more.trainings.trainings) == ("tiny", 6)
    assert capsys.readouterr().err == (
        f"tiny: there is no study file of this name; the study is run as it is recorded in {recorded}.\n"
    )
    outcome = run_study(more, store=store, launch=ScriptedLauncher(lambda job: make_result()))
    assert (outcome.finished, outcome.finished_here) == (6, 3)
    assert store.kept_study("tiny")["text"] == "# tiny\n\n# --set design.replicates=3"
    with pytest.raises(UsageError, match=f"no studies/tinny.toml.* Did you mean 'tiny', which {recorded} has"):
        study_to_run("tinny", (), None, store)
    with pytest.raises(UsageError, match=r"tiny\.toml: no such study file\."):
        study_to_run("tiny.toml", (), None, store)


def test_code_that_the_store_brings_along_is_not_run_before_somebody_says_so(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setenv("XDG_STATE_HOME", str(project / "state"))
    code = {"nets.py": "def plain(image_shape, classes):\n    raise SystemExit('executed')\n"}
    own = changed(TINY, {"model": {"build": "nets.py:plain"}, "design.factors": {"train.learning_rate": [0.1, 0.01]}})
    with open_store("mlruns").hold("own") as hold:
        record(hold.begin(build_study(own, name="own", text="", code=code), {}))
    for option in ((), ("--dry-run",)):
        with pytest.raises(UsageError, match=r"the study own: is made by code that the store brings along .*nets\.py"):
            call("run", "own", *option)
    assert study_to_run("own", (), None, open_store("mlruns"), trust=True).code == code


def test_a_study_without_a_network_that_could_win(project, tiny):
    run_study(tiny(), store=project / "mlruns", launch=ScriptedLauncher(lambda job: Failed(job.trial, "broke", "")))
    with pytest.raises(UsageError, match="a winner must have finished trials, base"):
        run_or_winner("tiny", open_store(project / "mlruns"))
