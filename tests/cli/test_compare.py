"""`harness compare` on written reports: the table, and exit codes that a CI job can go by."""

import pandas as pd
import pytest

from harness.reports.writing import write_report
from tests.findings.conftest import POOL, STRIDE, make_study, trial


@pytest.fixture
def reports(project):
    """Reports `old`, `better`, `worse` and `same` of one study; accuracies differ by 2, -2 and 0 points."""
    study = make_study(report={"metrics": ["test_accuracy"]})
    for name, shift in {"old": 0.0, "better": 0.02, "worse": -0.02, "same": 0.0}.items():
        rows = [
            trial(study, 5 * place + replicate, settings, replicate, run_id=f"{name}-{place}-{replicate}",
                  test_accuracy=0.95 + shift + 0.0002 * ((replicate * (place + len(name))) % 4))
            for place, settings in enumerate((POOL, STRIDE))
            for replicate in range(5)
        ]  # fmt: skip
        write_report(study, pd.DataFrame(rows), pd.DataFrame(), project / "reports" / name)
    return project


@pytest.mark.parametrize(
    ("arguments", "code", "end"),
    [
        (["reports/better"], 0, "reports/better against reports/old: holds"),
        (["reports/worse"], 1, "reports/worse against reports/old: does not hold"),
        (["reports/same"], 3, "reports/same against reports/old: undecided"),
        (["reports/same", "--margin", "test_accuracy=0.005"], 0, "reports/same against reports/old: holds"),
        (["reports/worse", "--metric", "test_accuracy", "--margin", "0.05", "--non-inferior"], 0, "holds"),
        (["same"], 3, "same against reports/old: undecided"),  # a report by its name
    ],
)
def test_the_exit_code_says_whether_it_holds(harness, reports, arguments, code, end):
    found, out, err = harness("compare", "reports/old", *arguments)
    assert found == code, err
    assert out.rstrip().endswith(end)
    assert "downsample=stride" in out


def test_what_is_not_there_is_named(harness, reports):
    code, _, err = harness("compare", "reports/old", "nowhere:old")
    assert code == 2
    assert err == "error: nowhere:old: nowhere is no folder. Name a study in another store by STORE:STUDY.\n"
    assert harness("compare", "reports/old")[0] == 2
    code, _, err = harness("compare", "reports/old", "http://localhost:5000:old")
    assert code == 2
    assert "needs Optuna's storage, too" in err
    assert sorted(path.name for path in reports.iterdir()) == ["reports", "studies"]


def test_a_run_is_not_compared_with_itself(harness, reports):
    code, out, err = harness("compare", "reports/old", "old")
    assert (code, out) == (2, "")
    assert err.startswith(
        "error: reports/old and old share 10 of 10 and 10 runs: these would be compared with themselves."
    )


def test_settings_that_differ_are_shown(harness, reports):
    study = make_study(report={"metrics": ["test_accuracy"]}, data={"name": "mnist", "validation": 6000})
    rows = [trial(study, n, POOL, n, run_id=f"later-{n}", test_accuracy=0.95 + n / 1e4) for n in range(5)]
    write_report(study, pd.DataFrame(rows), pd.DataFrame(), reports / "reports" / "later")
    code, out, _ = harness("compare", "reports/old", "later")
    assert code == 3
    assert "Settings in which the two studies differ" in out
    assert ["data.validation", "5000", "6000"] in [line.split() for line in out.splitlines()]


@pytest.mark.slow
def test_a_summary_gets_each_comparison_as_markdown(harness, reports):
    for name, code in (("worse", 1), ("better", 0)):
        assert harness("compare", "reports/old", f"reports/{name}", "--summary", "job/summary.md")[0] == 2
        assert harness("compare", "reports/old", f"reports/{name}", "--summary", "summary.md")[0] == code
    first, second = (reports / "summary.md").read_text().split("**reports/better", 1)
    assert first.startswith("**reports/worse against reports/old: does not hold**\n\n| variant | metric | before |")
    assert "| downsample=stride | test accuracy |" in first
    assert [line.rsplit("|", 2)[1].strip() for line in first.splitlines() if line.startswith("| base")] == ["worse"]
    assert second.startswith(" against reports/old: holds**\n")


@pytest.mark.slow
def test_a_summary_says_why_nothing_was_compared(harness, reports):
    code, _, err = harness("compare", "reports/old", "old", "--summary", "summary.md")
    assert code == 2
    assert (
        (reports / "summary.md")
        .read_text()
        .startswith("**Not compared:** reports/old and old share 10 of 10 and 10 runs")
    )
    code, _, err = harness("compare", "reports/old", "old", "--summary", "nowhere/summary.md")
    assert (code, err) == (2, "error: --summary nowhere/summary.md: cannot be written to: No such file or directory.\n")
