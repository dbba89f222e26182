"""What a shell completes; the scripts for bash, zsh and fish, in those shells where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from click.shell_completion import BashComplete

from harness.cli import cli
from harness.driver import run_study
from tests.conftest import ScriptedLauncher, make_result


@pytest.fixture
def recorded(project, tiny, monkeypatch):
    monkeypatch.chdir(project)
    (project / "studies" / "other.toml").write_text("")
    run_study(tiny(), store="mlruns", launch=ScriptedLauncher(lambda job: make_result()))


def offered(*words: str) -> list[str]:
    *before, incomplete = words
    complete = BashComplete(cli, {}, "harness", "_HARNESS_COMPLETE")
    return [item.value for item in complete.get_completions(before, incomplete)]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("run |", ["other", "tiny"]),
        ("run studies/t|", ["studies/tiny.toml"]),
        ("copy mlruns there |", ["tiny"]),
        ("predict t|", ["tiny", "tiny#0", "tiny#1", "tiny#2", "tiny#3"]),
        ("insight tiny#|", ["tiny#0", "tiny#1", "tiny#2", "tiny#3"]),
        ("export tiny#3|", ["tiny#3"]),
        ("show tiny#3|", ["tiny#3"]),
        ("runs tiny --sort steps|", ["steps"]),
        ("runs --store nowhere tiny --sort steps|", ["steps", "steps_to_target"]),
        ("runs tiny --variant d|", ["downsample=stride"]),
        ("runs tiny --status f|", ["finished", "failed"]),
        ("compare a b --margin test_lo|", ["test_loss="]),
        ("run tiny --set train.m|", ["train.momentum=", "train.max_steps=", "train.max_epochs=", "train.max_seconds="]),
        ("run --store mlruns |", ["other", "tiny"]),
    ],
)
def test_what_is_offered(recorded, line, values):
    found = offered(*line.removesuffix("|").split(" "))
    assert set(values) <= set(found)
    if "--set" not in line:
        assert found == values


def test_a_store_that_cannot_be_read_offers_nothing(project, monkeypatch):
    monkeypatch.chdir(project)
    (project / "mlruns").mkdir()
    (project / "mlruns" / "mlflow.db").write_bytes(b"no database " * 1000)
    assert offered("predict", "") == []
    assert offered("run", "") == ["tiny"]


def test_nothing_heavy_is_imported(project):
    code = "import sys; from harness.cli import cli\ntry: cli()\nexcept SystemExit: pass\nprint(*sys.modules)"
    for words in ("harness predict tiny#", "harness run tiny --set train.", "harness runs tiny --sort "):
        environment = {**os.environ, "_HARNESS_COMPLETE": "bash_complete", "COMP_WORDS": words.replace(" ", "\n"),
                       "COMP_CWORD": str(words.count(" "))}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        loaded = done.stdout.split()
        assert "click" in loaded, done.stderr
        assert not {"mlflow", "tensorflow", "keras", "optuna", "pandas"} & set(loaded)


SCRIPTS = {
    "bash": """COMP_WORDS=(harness runs tiny --variant down); COMP_CWORD=4; compopt() { echo "$@"; }
               _harness_completion harness; echo "${COMPREPLY[@]}"
               COMP_WORDS=(harness run tiny --set train.lea); COMPREPLY=(); _harness_completion harness
               echo "${COMPREPLY[@]}" """,
    "fish": """complete -C 'harness runs tiny --variant down'; complete -C 'harness run tiny --set train.lea'""",
    "zsh": "",
}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_in_its_shell(recorded, project, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (project / "bin").mkdir()
    program = project / "bin" / "harness"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from harness.cli import main; main()' \"$@\"\n")
    program.chmod(0o755)
    path = os.pathsep.join([str(project / "bin"), os.environ["PATH"]])
    where = {
        "cwd": project,
        "env": {**os.environ, "PATH": path},
        "capture_output": True,
        "text": True,
        "timeout": 60,
        "check": False,
    }
    script = subprocess.run(["harness", "completion", shell], **where).stdout
    if shell == "zsh":  # what it completes takes a terminal; that it can be read is seen without one
        assert subprocess.run(["zsh", "-n", "-c", script], **where).stderr == ""
        return
    done = subprocess.run([shell, "-c", f"{script}\n{SCRIPTS[shell]}"], **where)
    assert "downsample=stride" in done.stdout, done.stderr
    assert "train.learning_rate=" in done.stdout
    assert ("-o nospace" in done.stdout) == (shell == "bash")
