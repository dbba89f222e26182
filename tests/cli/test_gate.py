"""The gate of docs/examples/gate, run as a CI job runs it: what was made worse is found, what was not gets through."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness.cli.compare import compare_command

GATE = Path("docs/examples/gate").resolve()


@pytest.fixture
def gate(project):
    """Run the script in the project's folder; return its exit code, all that it printed, and the job's summary."""
    programs = project / "programs"
    programs.mkdir()
    (programs / "harness").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from harness.cli import main; main()" "$@"\n'
    )
    (programs / "harness").chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        summary = project / "summary.md"
        summary.unlink(missing_ok=True)
        ended = subprocess.run(
            [GATE / "gate.sh", *arguments], cwd=project, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": path, "GITHUB_STEP_SUMMARY": str(summary), **environment},
        )  # fmt: skip
        return ended.returncode, ended.stdout + ended.stderr, summary.read_text() if summary.exists() else ""

    return run


def test_wrong_use_is_said_and_trains_nothing(gate, project):
    assert gate("studies/tiny.toml")[0] == 2
    (project / "old").mkdir()
    code, said, _ = gate("studies/tiny.toml", "baseline", GATE_FOLDER="old")
    assert code == 2
    assert "old is there already" in said
    code, said, _ = gate("studies/none.toml", "baseline")
    assert code == 2
    assert "studies/none.toml could not be trained; nothing was compared." in said
    assert sorted(path.name for path in project.iterdir()) == ["old", "programs", "studies"]


@pytest.mark.slow
def test_a_regression_fails_it_and_no_change_passes(gate, project, harness):
    file = project / "studies" / "tiny.toml"
    file.write_text(file.read_text().replace("replicates = 2", "replicates = 4"))
    assert harness("run", "studies/tiny.toml")[0] == 0
    shutil.copytree(project / "reports" / "tiny", project / "baseline")
    options = ("--metric", "test_accuracy", "--margin", "0.02", "--non-inferior")

    code, said, summary = gate("studies/tiny.toml", "baseline", *options)
    assert code == 0, said
    assert summary.splitlines()[0].endswith(": holds**")

    file.write_text(file.read_text().replace("learning_rate = 0.01", "learning_rate = 0.00001"))
    code, said, summary = gate("studies/tiny.toml", "baseline", *options, GATE_FOLDER="kept")
    assert code == 1, said
    assert summary.splitlines()[0].endswith(": does not hold**")
    assert "| train.learning_rate | 0.01 | 1e-05 |" in summary
    assert (project / "kept" / "reports" / "tiny" / "comparison.html").is_file()

    code, said, summary = gate("studies/tiny.toml", "kept/reports/tiny", "--metric", "test_accuracy")
    assert code == 0, said  # against itself, trained anew
    code, said, _ = harness("compare", "kept/reports/tiny", "kept/store:tiny")
    assert code == 2, "the same runs"


@pytest.mark.parametrize("name", ["github-actions.yml", "pre-commit-config.yaml"])
def test_what_the_examples_call_is_there(name):
    text = (GATE / name).read_text()
    yaml.safe_load(text)
    assert re.findall(r"docs/examples/gate/\S+", text) == ["docs/examples/gate/gate.sh"]
    assert os.access(GATE / "gate.sh", os.X_OK)
    known = {option for parameter in compare_command.params for option in parameter.opts}
    assert set(re.findall(r"(?<=[\s\[])--[a-z-]+", text)) <= known
