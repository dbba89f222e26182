"""Adding a metric takes its row and the line that measures it: everything else follows from the row."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROW = """    Metric("top_2_accuracy", "accuracy of two guesses", SHARE, "end", "test/top_2", "higher", split="test"),
"""
LINE = """        "top_2_accuracy": float((logits.argsort(axis=1)[:, -2:] == labels[:, None]).any(axis=1).mean()),
"""
STUDY = """
question = "Does a stride of 2 leave the right class among two guesses?"
insight = "none"
data = { name = "digits", validation = 300 }
model = { conv = [{ filters = 4 }], dense = [16] }
train = { learning_rate = 0.01, batch_size = 32, max_steps = 60, evaluate_every = 20 }
design = { kind = "factorial", replicates = 2, factors = { "model.downsample" = ["max_pool", "stride"] } }
"""
NAMED = """report = { metrics = ["top_2_accuracy"] }
"""


def insert(path: Path, before: str, text: str) -> None:
    head, mark, tail = path.read_text(encoding="utf-8").partition(before)
    assert mark
    path.write_text(head + text + mark + tail, encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    """A folder with a study, and `code` with a copy of the package that has one metric more."""
    shutil.copytree("harness", tmp_path / "code/harness", ignore=shutil.ignore_patterns("__pycache__"))
    insert(tmp_path / "code/harness/metrics/rows.py", '    Metric("steps", ', ROW)
    insert(tmp_path / "code/harness/worker/scores.py", "    }\n", LINE)
    (tmp_path / "guesses.toml").write_text(STUDY + NAMED, encoding="utf-8")
    return tmp_path


def harness(folder: Path, *arguments: str, code: str = "code") -> str:
    """Run a command of the copy; of the package as it is where there is no code."""
    command = [sys.executable, "-P", "-c", "from harness.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder / code), "COLUMNS": "160"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_it_is_in_the_store_the_report_the_table_and_what_show_prints(folder):
    harness(folder, "run", "guesses.toml", "--workers", "1")
    assert "accuracy of two guesses" in harness(folder, "show", "guesses#0")

    report = folder / "reports/guesses"
    page = (report / "comparison.md").read_text(encoding="utf-8")
    assert "accuracy of two guesses (%)" in page
    assert " to accuracy of two guesses" in page or " of accuracy of two guesses" in page, "the sentence of the verdict"
    assert pd.read_csv(report / "comparison.csv")["top_2_accuracy"].between(0.2, 1).all()
    trials = pd.read_parquet(report / "trials.parquet")
    assert (trials["top_2_accuracy"] >= trials["test_accuracy"]).all()

    # the package without it goes on with the study, from a store that has what it does not know
    (folder / "guesses.toml").write_text(STUDY, encoding="utf-8")
    harness(folder, "run", "guesses.toml", code="none")
    again = pd.read_parquet(report / "trials.parquet")
    assert again["test_accuracy"].tolist() == trials["test_accuracy"].tolist()
    assert "top_2_accuracy" not in again
