"""The command line as a user meets it: real processes, exit codes, what is printed, what is created."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from harness.cli.dry_run import _budget, _to_do
from harness.cli.listing import _done
from harness.cli.run import _say_stopped
from harness.driver import Outcome, Stopped
from harness.estimate import TimeEstimate
from harness.machine import look
from harness.machine.load import WORKER_MODULE
from harness.store import StudySummary
from tests.cli.test_interrupts import wait_for


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_that_another_study_trains_is_said_before_a_run_begins(harness):
    """The other one is a process that has started one with a worker's arguments."""
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()', '{WORKER_MODULE}'])"
    other = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: other.pid in look().others)
        said = harness("run", "tiny", "--dry-run")[2]
        assert "another study trains on this machine (process" in said
        assert str(other.pid) in said
        steps_alone = ("--set", 'report.metrics=["test_accuracy"]')
        assert "another study" not in harness("run", "tiny", "--dry-run", *steps_alone)[2]
        assert "studies that train now: " in harness("doctor")[1]
    finally:
        other.stdin.close()
        other.wait(20)


class TestStudyFiles:
    def test_validate(self, harness):
        enough = ("--set", "design.replicates=5")
        assert harness("validate", *enough) == (0, "studies/tiny.toml: ok, 2 variants, 10 trainings\n", "")

    def test_too_few_replicates_are_a_warning(self, harness):
        warning = (
            "warning: With 2 replicates seconds to target cannot be decided where a training misses its target: "
            "p is at least 0.33, and the first of 2 needs 0.025. 5 replicates can.\n"
        )
        ok = "studies/tiny.toml: ok, 2 variants, 4 trainings\n"
        assert harness("validate") == (0, ok, f"studies/tiny.toml: {warning}")
        code, out, _ = harness("run", "tiny", "--dry-run")
        assert code == 0
        assert " ".join(out.split()).endswith(warning.strip())

    def test_a_mistake_is_one_line_exit_code_2_and_nothing_created(self, harness, project):
        before = files(project)
        code, out, err = harness("run", "tiny", "--set", "model.downsample=strid")
        assert (code, out) == (2, "")
        assert err == (
            "error: studies/tiny.toml: model.downsample must be one of max_pool, average_pool, stride, none, "
            "got 'strid'. Did you mean 'stride'?\n"
        )
        assert files(project) == before

    def test_validate_reports_every_bad_file_and_accepts_the_others(self, harness, project):
        (project / "studies" / "bad.toml").write_text("question = 3\n")
        code, out, err = harness("validate")
        assert code == 2
        assert out == "studies/tiny.toml: ok, 2 variants, 4 trainings\n"
        assert "studies/bad.toml: question must be a string in quotes, got 3." in err

    def test_schema_describes_the_study_files_of_the_project(self, harness):
        import tomllib

        code, out, _ = harness("schema")
        assert code == 0
        schema = json.loads(out)
        jsonschema.Draft202012Validator.check_schema(schema)
        for path in Path("studies").glob("*.toml"):
            jsonschema.validate(tomllib.loads(path.read_text()), schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"question": 3}, schema)

    def test_dry_run_prints_the_plan_and_creates_nothing(self, harness, project):
        before = files(project)
        code, out, _ = harness("run", "tiny", "--dry-run", "--workers", "2")
        assert code == 0
        assert "factorial, 2 variants x 2 replicates; 2 at a time" in out
        assert next(line for line in out.splitlines() if "base" in line).split()[:4] == ["base", "1,250", "3,488", "60"]
        assert "4 trainings, about" in out
        assert files(project) == before

    def test_a_question_is_shown_as_it_is_written(self, harness, project):
        text = (project / "studies" / "tiny.toml").read_text()
        question = "Which of [adam, sgd] learns, [/x] or :smile:?"
        (project / "studies" / "tiny.toml").write_text(
            text.replace("Is a stride of 2 as good as pooling on 8x8 digits?", question)
        )
        assert question in harness("list")[1]
        assert question in harness("run", "tiny", "--dry-run")[1]

    def test_list(self, harness, project):
        (project / "studies" / "bad.toml").write_text("question = 3\n")
        code, out, _ = harness("list")
        assert code == 0
        assert "0 of 4" in out
        assert "invalid:" in out

    def test_what_is_done_beside_what_a_file_asks_for(self, tiny):
        def done(counts, **changes):
            return _done(StudySummary("tiny", "?", counts) if counts else None, tiny(**changes))

        some = {"finished": 2, "pruned": 1, "failed": 1}
        assert done(None) == "0 of 4"
        assert done(some) == "3 of 4, 1 failed"
        assert done(some, **{"design.replicates": {"min": 2, "max": 9}}) == "3 of 18 at most, 1 failed"
        assert done(some, **{"design.replicates": 1}) == "3, the file asks for 2, 1 failed"
        assert _done(StudySummary("gone", "?", some), None) == "3, 1 failed"

    def test_dry_run_of_a_study_that_was_begun(self, tiny):
        study = tiny()
        estimates = [TimeEstimate(study.base, {}, 60, 1.0, measured=True)]
        assert _to_do(study, estimates, 1, 0).startswith("4 trainings, about 4 min at most")
        assert _to_do(study, estimates, 1, 3).startswith("3 of 4 trainings done, the others about 70 s at most")
        assert _to_do(study, estimates, 1, 4) == "4 trainings done: nothing is left to train."

    def test_a_dry_run_says_how_much_the_budget_has_room_for(self, tiny):
        def said(minutes=None, **changes):
            study = tiny(**changes)
            return _budget(study, [TimeEstimate(study.base, {}, 60, 1.0, measured=True)], 1, None, minutes)

        assert said() == said(minutes=None, **{"budget.until": "decided", "design.replicates": 9}) == ""
        assert said(budget={"trainings": 3}) == (
            "The budget has room for 3 of the 4 that are left: 1 replicate of every variant and 1 more, all runs "
            "together."
        )
        assert said(budget={"trainings": 4}) == "The budget has room for all of it."
        assert said(budget={"minutes": 100}) == "The budget has room for all of it (a rough figure)."
        # 8 seconds to start, then 62.5 for each
        assert said(minutes=2.5, budget={"trainings": 3}).startswith(
            "The budget has room for about 2 of the 4 that are"
        )
        search = {"kind": "search", "trials": 9, "space": {"model.dense": [[16], [8]]}, "confirm": {"replicates": 2}}
        assert said(budget={"trainings": 7}, design=search) == (
            "The budget has room for 7 of the 13 that are left: 3 of the search, and 4 to confirm what it finds."
        )
        assert said(minutes=2, design=search).endswith("too few for a search and its 4 confirmations.")

    @pytest.mark.parametrize(
        ("here", "cut_off", "stopped", "told"),
        [
            (3, 0, Stopped("the 4 minutes of this run are over"), "The same command goes on from there."),
            (0, 2, Stopped("the 4 minutes of this run are over"), "No training ended in that time: allow more."),
            (3, 2, Stopped("over", "budget.minutes"), "e.g. harness run x.toml --set budget.minutes=9"),
        ],
    )
    def test_how_to_go_on_when_a_budget_ended_a_run(self, tiny, here, cut_off, stopped, told):
        outcome = Outcome(tiny(budget={"minutes": 4.5}), 3, here, {}, stopped=stopped, cut_off=cut_off)
        said = _say_stopped("x.toml", outcome, stopped)
        assert said.startswith(f"ended by its budget: {stopped.why}. 3 trainings are kept")
        assert ("2 under way were closed as KILLED" in said) is bool(cut_off)
        assert said.endswith(told)


class TestWrongUse:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["rnu"], "error: no such command 'rnu'. Did you mean 'run'? See harness --help."),
            (["run", "tinny"], "error: tinny: no such study file, and no studies/tinny.toml. Did you mean 'tiny'?"),
            (["run", "tiny", "--set", "x"], "error: --set needs KEY=VALUE, got 'x'. E.g. --set train.max_epochs=2"),
            (["compare", "a", "b", "--metric", "acuracy"], "error: --metric: no such metric 'acuracy'. Did you mean"),
            (
                ["compare", "a", "b", "--margin", "0.1"],
                "error: --margin 0.1: say of which metric, e.g. --margin test_acc",
            ),
            (
                ["compare", "a", "b", "--margin", "test_accuracy=-1"],
                "error: --margin test_accuracy=-1: must be a number above 0, got '-1'. E.g. 0.002",
            ),
            (["compare", "tiny", "tiny"], "error: mlruns: there is no store here. Change to the folder"),
            (["report"], "error: name a study or a report's folder, or give --all. E.g. harness report"),
            (["show", "tiny"], "error: mlruns: there is no store here. Change to the folder"),
            (["ui"], "error: mlruns: there is no store here. Change to the folder"),
            (["data", "verify", "mnits"], "error: 'mnits' is neither an image set"),
            (["run", "tiny", "--workers", "0"], "error: --workers must be a whole number from 1 to 10,000, got 0."),
        ],
    )
    def test_one_message_and_exit_code_2(self, harness, project, arguments, message):
        before = files(project)
        code, out, err = harness(*arguments)
        assert (code, out) == (2, "")
        assert message in err
        assert "Traceback" not in err
        assert files(project) == before

    def test_missing_images(self, harness, project, tmp_path):
        code, out, err = harness(
            "run", "tiny", "--set", "data.name=folder", "--set", f"data.folder={tmp_path / 'nowhere'}"
        )
        assert (code, out) == (2, "")
        assert str(tmp_path / "nowhere") in err
        assert not (project / "mlruns").exists()


def test_help_has_an_example_for_every_command():
    from harness.cli import cli

    commands = {name: cli.get_command(None, name) for name in cli.list_commands(None)}
    commands |= {f"data {name}": command for name, command in commands.pop("data").commands.items()}
    for name, command in commands.items():
        assert command.help, name
        assert f"harness {name}" in command.epilog, name


def test_completion_scripts(harness):
    for shell, word in (("bash", "_harness_completion"), ("zsh", "#compdef harness"), ("fish", "complete ")):
        code, out, _ = harness("completion", shell)
        assert code == 0
        assert word in out


def test_completion_offers_studies(harness):
    _, out, _ = harness(_HARNESS_COMPLETE="bash_complete", COMP_WORDS="harness run ", COMP_CWORD="2")
    assert out == "plain,tiny\n"


def test_doctor(harness):
    code, out, _ = harness("doctor")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} == {"versions", "variables", "machine", "data", "store"}
    assert "mnist_5k: verified" in out


def test_doctor_names_a_damaged_store(harness, project):
    (project / "mlruns").mkdir()
    (project / "mlruns" / "mlflow.db").write_bytes(b"no database " * 1000)
    code, out, _ = harness("doctor")
    assert code == 1
    assert "PROBLEM" in out


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
@pytest.mark.parametrize("arguments", [["doctor"], ["rnu"], ["list"]])
def test_no_colour_where_it_is_not_wanted(project, arguments, no_colour, coloured):
    """On a real terminal; `harness` elsewhere in these tests writes to a pipe."""
    (project / "studies" / "bad.toml").write_text("question = 3\n")
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from harness.cli import main; main()", *arguments],
        cwd=project, env={**os.environ, "TERM": "xterm", "NO_COLOR": no_colour}, stdout=terminal, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    written = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody is left to write to it
        while chunk := os.read(main, 4096):
            written += chunk
    os.close(main)
    process.wait(timeout=60)
    assert bool(re.search(rb"\x1b\[[0-9;]*3[0-9]m", written)) == coloured


class TestTheWholeRoad:
    @pytest.mark.slow
    def test_a_budget_ends_a_run_which_says_so_and_how_to_go_on(self, harness, project):
        code, out, err = harness("run", "tiny", "--set", "budget.trainings=3")
        assert code == 3
        assert err.splitlines()[-1] == (
            "ended by its budget: it may have 3 trainings. 3 trainings are kept. To go on, raise budget.trainings, e.g."
            " harness run tiny --set budget.trainings=6"
        )
        assert "This study is unfinished: 3 of 4 trainings are done" in " ".join(out.split())
        page = (project / "reports" / "tiny" / "comparison.md").read_text()
        assert "This study is unfinished: 3 of 4 trainings are done, 1 whole replicate of every variant." in page
        code, out, err = harness("run", "tiny", "--minutes", "30")
        assert (code, "unfinished" in out, "ended by its budget" in err) == (0, False, False)

    """One run with real workers; everything that can be asked of it afterwards."""

    @pytest.mark.slow
    def test_run_show_report_and_run_again(self, harness, project):
        code, out, err = harness("run", "tiny")
        assert code == 0, err
        assert "4 trainings to do, 0 done before" in out
        assert out.count("validation accuracy") >= 4
        assert "reports/tiny/comparison.html" in out
        assert "harness ui" in out
        folder = project / "reports" / "tiny"
        expected = {"comparison.md", "comparison.html", "comparison.csv", "comparison.tex", "report.json"}
        assert expected | {"trials.parquet", "history.parquet"} <= files(folder)

        code, again, err = harness("run", "tiny", "--register")
        assert code == 0, err
        assert "0 trainings to do, 4 done before" in again
        assert "Model:     tiny version 1, of trial " in again
        assert (
            'mlflow.keras.load_model("models:/tiny@winner") loads it, '
            "with MLFLOW_TRACKING_URI=sqlite:///mlruns/mlflow.db\n" in again
        )

        code, shown, _ = harness("show", "tiny")
        assert code == 0
        assert "downsample=stride" in shown

        code, shown, _ = harness("show", "tiny#3")
        assert code == 0
        assert shown.startswith("tiny#3  #3 · base · r1\n")
        assert "reached the target of 50 % validation accuracy" in shown
        assert "▲  reached" in shown
        assert "artifacts, in mlruns/artifacts/tiny/" in shown
        assert "model.keras" in shown
        run_id = shown.partition("run id")[2].split()[0]
        assert harness("show", run_id[:10])[1] == shown
        assert harness("show", "tiny#9") == (
            2, "", "error: tiny#9: the study 'tiny' has no trial '9'. Its trials are tiny#0 to tiny#3.\n"
        )  # fmt: skip
        assert harness("show", "tinny") == (
            2,
            "",
            "error: mlruns: no study 'tinny' in this store. Did you mean 'tiny'? Nor is it a run: those are named "
            "STUDY#NUMBER, or by their id or name.\n",
        )

        # the store is gone; the report's own data is enough
        pages = {name: (folder / name).read_bytes() for name in expected}
        shutil.rmtree(project / "mlruns")
        code, rebuilt, _ = harness("report", "--all")
        assert (code, rebuilt) == (
            0, "reports/tiny: rebuilt from the Parquet files in it\nreports/index.html: lists all reports\n"
        )  # fmt: skip
        assert {name: (folder / name).read_bytes() for name in expected} == pages
        assert harness("show", "tiny")[0] == 0
