"""A study with a metric of the user's, from its file to a report that is built without its code."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.cli.conftest import TINY

FILE = """from pathlib import Path

import numpy as np

Path({mark!r}).touch()


def cost(labels, logits):
    return 1000 * np.abs(labels - logits.argmax(axis=1)).mean()


def odd(labels, logits):
    return labels


def broken(labels, logits):
    return {{}}[len(labels)]
"""

pytestmark = pytest.mark.slow

METRIC = """
[metrics.cost]
of = "mine.py:cost"
better = "lower"
unit = "euros"
title = "cost of mistakes"
margin = 5000

[report]
metrics = ["test_cost"]
"""


@pytest.fixture
def study(project):
    """Write the study; gives its file, and the mark that executing its code leaves."""
    mark = project / "executed"
    (project / "studies/mine.py").write_text(FILE.format(mark=str(mark)), encoding="utf-8")
    file = project / "studies/costly.toml"
    text = TINY.replace("val_accuracy", "val_cost").replace("value = 0.5", "value = 1500").replace("basic", "none")
    file.write_text(text + METRIC, encoding="utf-8")
    return file, mark


def test_from_a_file_to_a_report_that_executes_nothing(harness, project, study):
    _, mark = study
    for arguments in (("validate", "studies/costly.toml"), ("list",), ("run", "studies/costly.toml", "--dry-run")):
        code, out, err = harness(*arguments)
        assert (code, mark.exists()) == (0, False), out + err
    code, out, err = harness("run", "studies/costly.toml", "--workers", "1")
    assert (code, mark.exists()) == (0, True), out + err
    mark.unlink()

    report = project / "reports/costly"
    page = (report / "comparison.md").read_text(encoding="utf-8")
    assert "| test cost of mistakes (euros) |" in page
    assert " in test cost of mistakes (" in page, "the sentence of the verdict"
    assert "test_cost 5000" in page, "the margin"
    assert "a validation cost of mistakes of 1500 euros" in page
    trials = pd.read_parquet(report / "trials.parquet")
    history = pd.read_parquet(report / "history.parquet")
    reached = history[history["val_cost"] <= 1500].groupby("trial")["step"].min()
    assert trials.set_index("trial")["steps_to_target"].dropna().to_dict() == reached.to_dict()
    assert trials["test_cost"].between(100, 4500).all()
    assert set(trials["stop_reason"]) <= {"target", "maximum"}

    (project / "studies/mine.py").unlink()
    before = page
    for arguments in (
        *(("report", "reports/costly"), ("report", "costly"), ("show", "costly#0"), ("list",)),
        ("compare", "costly", "reports/costly", "--metric", "test_cost"),
    ):
        code, out, err = harness(*arguments)
        assert not mark.exists(), arguments
        assert code == (2 if arguments[0] == "compare" else 0), out + err  # the same runs are no comparison
    assert (report / "comparison.md").read_text(encoding="utf-8") == before
    assert "cost of mistakes" in harness("show", "costly#0")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("odd", "must give a number, got an array of 300"),
        ("broken", "mine.py, line 17: broken(labels of 300 images, logits of 300 x 10) raised KeyError: 300"),
    ],
)
def test_what_cannot_be_measured_ends_the_run_with_their_traceback(harness, study, name, said):
    file, _ = study
    file.write_text(file.read_text(encoding="utf-8").replace("mine.py:cost", f"mine.py:{name}"), encoding="utf-8")
    code, _, err = harness("run", "studies/costly.toml", "--workers", "1")
    assert (code, said in err) == (2, True), err
    assert ('File "mine.py", line 17, in broken' in err) == (name == "broken"), err
    assert "harness/" not in err
