import pandas as pd

from harness.findings.tables import contrasts_table, results_table
from harness.reports import report
from tests.findings.conftest import make_study, trial
from tests.findings.test_rows import explored, search


def test_results(study, trials, history):
    table = results_table(report(study, trials, history))
    assert table.headings[:4] == ("variant", "n", "validation accuracy (%)", "test accuracy (%)")
    assert table.rows[0] == (
        *("base (downsample=max_pool)", "3", "98.60 (98.35 to 98.85)", "98.70 (98.45 to 98.95)"),
        *("3 of 3", "594 (391 to 903)", "4.93 (2.98 to 8.17)", "242,062", "3,000,000", "8,963"),
    )


def test_contrasts(study, trials, history):
    table = contrasts_table(report(study, trials, history))
    assert table.rows == (
        (
            "downsample=stride",
            "test accuracy",
            "−0.20 points",
            "−0.46 to +0.06",
            "3",
            "−1.14",
            "0.082",
            "0.16",
            "undecided; about 15 to 80 more replicates",
        ),
        (
            *("downsample=stride", "seconds to target", "0.50 times", "–", "3", "–", "0.28", "0.28"),
            "undecided; every pair gives the same",
        ),
        ("downsample=stride", "parameters", "0.50 times", "exact", "–", "–", "–", "–", "better"),
    )


def test_nothing_to_compare_has_no_second_table(study):
    comparison = report(study, pd.DataFrame(), pd.DataFrame())
    assert contrasts_table(comparison) is None
    assert results_table(comparison).rows[0][1:6] == ("0", "–", "–", "0 of 0", "–")


def test_a_large_search_shows_its_best_rows_and_says_so():
    study = search()
    rows = [explored(study, number, 1e-4 * (number + 1), 0.9 + number / 10_000) for number in range(90)]
    table = results_table(report(study, pd.DataFrame(rows), pd.DataFrame()))
    assert len(table.rows) == 50
    assert table.rows[1][0] == "learning_rate=0.009"  # the last, after the reference
    assert table.faint == (True,) * 50
    assert table.note == "The best 50 of 90 variants; comparison.csv has all of them."


def test_a_large_grid_shows_the_clearest_rows_in_its_own_order():
    biases = [place / 1000 for place in range(60)]
    design = {"kind": "one_at_a_time", "replicates": 3, "factors": {"model.bias": biases}}
    study = make_study(design=design, report={"metrics": ["test_accuracy"]}, target=None)
    rows = []
    for place, bias in enumerate(biases):
        for replicate in range(3):
            noise = (0, 1e-3, -1e-3)[(replicate + place) % 3]
            better = 0.01 if place in (58, 59) else 0
            settings = {"model.bias": bias}
            rows.append(trial(study, len(rows), settings, replicate, test_accuracy=0.97 + better + noise))
    table = results_table(report(study, pd.DataFrame(rows), pd.DataFrame()))
    labels = [row[0] for row in table.rows]
    assert len(labels) == 50
    assert labels[0].startswith("base")
    assert {"bias=0.058", "bias=0.059"} <= set(labels)
    assert labels[1:] == sorted(labels[1:], key=lambda label: float(label.split("=")[1]))


def test_a_notebook_shows_the_answer_and_both_tables(study, trials, history):
    comparison = report(study, trials, history)
    shown = comparison._repr_html_()
    assert shown.count("<table>") == 2
    assert f"<strong>{comparison.question}</strong>" in shown
    assert "98.70 (98.45 to 98.95)" in shown
    assert "replicate by replicate" in shown
    assert repr(comparison).startswith(f"<Report {comparison.name}: 2 variants, ")
    assert repr(comparison).endswith(f"{comparison.headline}>")
