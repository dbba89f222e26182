import pytest

from harness.findings.tables import results_table
from harness.pages.markdown import to_markdown
from harness.reports import report
from tests.findings.conftest import make_study

REFERENCE = {"name": "published", "metric": "test_accuracy", "value": 0.985, "source": "a paper"}


def comparison(trials, history, *references):
    return report(make_study(report={"metrics": ["test_accuracy"], "reference": list(references)}), trials, history)


def test_ours_is_the_mean_of_the_named_variant(trials, history):
    base, stride = comparison(
        trials, history, REFERENCE, {**REFERENCE, "variant": "downsample=stride", "name": "other"}
    ).published  # fmt: skip
    assert base.ours.estimate == pytest.approx(0.987)  # 98.6, 98.7, 98.8
    assert base.ours.low == pytest.approx(0.987 - 4.30265 * 0.001 / 3**0.5, abs=1e-6)
    assert (base.inside, base.ours.n) == (True, 3)
    assert stride.ours.estimate == pytest.approx(0.985)
    assert stride.inside is None or stride.inside  # three equal values: the interval is a point


def test_a_step_is_looked_up_in_the_history(trials, history):
    (found,) = comparison(trials, history, {**REFERENCE, "metric": "val_accuracy", "step": 200}).published
    at = history[(history["step"] == 200) & (history["trial"] < 3)]["val_accuracy"]
    assert found.ours.n == 3
    assert found.ours.estimate == pytest.approx(at.mean())
    assert found.inside is False


def test_a_step_that_nobody_recorded_has_no_number(trials, history):
    (found,) = comparison(trials, history, {**REFERENCE, "step": 7}).published
    assert (found.ours.n, found.inside) == (0, None)


def test_it_is_a_row_of_the_table_without_trials(trials, history):
    table = results_table(comparison(trials, history, REFERENCE))
    row = dict(zip(table.headings, table.rows[-1], strict=True))
    assert row["variant"] == "published (a paper)"
    assert row["test accuracy (%)"] == "98.50"
    assert row["n"] == row["parameters"] == "–"


def test_it_is_said_with_its_note_and_has_a_table(trials, history):
    found = comparison(trials, history, {**REFERENCE, "value": 0.5, "note": "They trained less."})
    assert found.sentences[0] == (
        "base (downsample=max_pool): test accuracy 98.70 % (98.45 to 98.95) in 3 trials; published: 50.00 %, "
        "outside our interval. They trained less."
    )
    page = to_markdown(found)
    assert "## Beside what is published" in page
    assert "| published | test accuracy | 50.00 % | 98.70 % (98.45 to 98.95) | 3 | outside | a paper |" in page
