import pandas as pd
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
    # a single run: 4.30265 * 0.001 * sqrt(1 + 1/3) on either side
    assert base.single.low == pytest.approx(0.987 - 0.0049683, abs=1e-6)
    assert base.single.high == pytest.approx(0.987 + 0.0049683, abs=1e-6)
    assert (base.inside, base.ours.n, base.lost) == (True, 3, 0)
    assert stride.ours.estimate == pytest.approx(0.985)
    assert stride.inside is None  # three equal values: how runs vary is not seen


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
        "Max-pooling: test accuracy 98.70 % (98.45 to 98.95) in 3 trials; published: 50.00 %. A single "
        "run of ours falls between 98.20 and 99.20 % 95 times in 100: the figure is outside that range. They trained "
        "less."
    )
    page = to_markdown(found)
    assert "## Beside what is published" in page
    assert (
        "| published | test accuracy | 50.00 % | 98.70 % (98.45 to 98.95) | 3 | 98.20 and 99.20 % | outside | a paper |"
        in page
    )


def said(trials, history, value=0.985, **changes):
    sentences = comparison(trials, history, {**REFERENCE, "value": value, **changes}).sentences
    return next(text for text in sentences if "98.50 %. " in text).partition("98.50 %. ")[2]


def test_more_replicates_do_not_push_a_figure_out(trials, history):
    """A run that ours vary about stays inside, however well their mean is known."""
    base = trials[trials["variant"] == "base"]
    many = [base.assign(trial=base["trial"] + 100 * n, replicate=base["replicate"] + 100 * n) for n in range(10)]
    (found,) = comparison(pd.concat(many), history, {**REFERENCE, "value": 0.9855}).published
    assert not found.ours.low <= 0.9855 <= found.ours.high
    assert found.inside is True


def test_what_two_runs_or_equal_ones_cannot_tell(trials, history):
    assert said(trials[trials["replicate"] < 2], history) == (
        "Whether a single run of ours would come to that cannot be told from 2 trials."
    )
    assert said(trials[trials["replicate"] < 1], history) == (
        "Whether a single run of ours would come to that cannot be told from 1 trial."
    )
    assert said(trials.assign(test_accuracy=0.98), history) == (
        "Whether a single run of ours would come to that cannot be told from 3 trials that all came to the same."
    )


def test_nor_can_it_be_told_where_a_run_diverged(trials, history):
    four = pd.concat([trials, trials[trials["trial"] == 0].assign(trial=9, replicate=3, stop_reason="not_finite")])
    assert said(four, history) == (
        "Whether a single run of ours would come to that cannot be told, since 1 of 4 trials came to no such value."
    )


def test_the_range_ends_where_the_metric_does(trials, history):
    wide = trials.assign(test_accuracy=[0.999, 0.9, 0.95, 0.9, 0.9, 0.9])
    assert "A single run of ours falls between 70.37 and 100.00 % 95 times in 100" in said(wide, history)


def test_two_figures_beside_one_value_are_said_in_one_sentence(trials, history):
    first, other = {**REFERENCE, "note": "Rounded."}, {**REFERENCE, "name": "retold", "note": "Rounded."}
    start = "Max-pooling: test accuracy 98.70 % (98.45 to 98.95) in 3 trials; published: 98.50 %; retold: "
    ours = "A single run of ours falls between 98.20 and 99.20 % 95 times in 100: "
    assert comparison(trials, history, first, other).sentences[0] == (
        f"{start}98.50 %. {ours}both figures are inside that range. Rounded."
    )
    assert comparison(trials, history, first, {**other, "value": 0.5}).sentences[0] == (
        f"{start}50.00 %. {ours}inside that range: published; outside that range: retold. Rounded."
    )


def drawn(report):
    return {figure.name: figure for figure in report.plots if figure.name.startswith("published")}


def test_published_figures_are_points_on_the_learning_curves_of_the_trainings(trials, history):
    history["test_accuracy"] = history["val_accuracy"].where(history["step"].isin([0, 200]))
    untrained = {**REFERENCE, "name": "untrained", "step": 0, "value": 0.104}
    figure = drawn(comparison(trials, history, REFERENCE, untrained))["published_test_accuracy"]
    (base,) = figure.variants
    assert [(mark.x, mark.y, mark.text) for mark in base.published] == [
        (1000, pytest.approx(98.5), "published: 98.5 % at the end"),
        (0, pytest.approx(10.4), "untrained: 10.4 % after 0 steps"),
    ]
    at_start = [100 * value for value in history[(history["step"] == 0) & (history["trial"] < 3)]["test_accuracy"]]
    assert [x for x, _ in base.measured] == [1000] * 3 + [0] * 3
    assert [y for _, y in base.measured] == pytest.approx([98.6, 98.7, 98.8, *at_start])
    assert len(base.courses) == 3  # test images are scored twice: the validation accuracy shows the way
    assert (figure.course, figure.accuracy, figure.y_title) == ("validation accuracy", True, "test accuracy (%)")
    assert "untrained: 10.4 % after 0 steps" in figure.description


def test_what_is_evaluated_is_its_own_curve(trials, history):
    figure = drawn(comparison(trials, history, {**REFERENCE, "metric": "val_loss", "value": 0.05, "step": 200}))
    loss = figure["published_val_loss"]
    assert (loss.course, loss.accuracy, loss.variants[0].published[0].y) == ("validation loss", False, 0.05)
    assert {x for x, _ in loss.variants[0].measured} == {200}


def test_steps_to_the_target_are_a_point_at_the_target(trials, history):
    one = {**REFERENCE, "metric": "steps_to_target", "value": 650.0}
    figure = drawn(comparison(trials, history, one))["published_val_accuracy"]
    (base,) = figure.variants
    (landmark,) = base.published
    assert (landmark.x, landmark.y, landmark.text) == (650, pytest.approx(98), "published: 98 % after 650 steps")
    assert [x for x, _ in base.measured] == [500, 600, 700]  # where ours reached it


def test_figures_of_what_has_no_curve_are_in_the_table_alone(trials, history):
    assert drawn(comparison(trials, history, {**REFERENCE, "metric": "parameters", "value": 10_000})) == {}
    assert drawn(comparison(trials, history, {**REFERENCE, "variant": "no such variant"})) == {}
