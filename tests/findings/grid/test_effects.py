import pandas as pd
import pytest

from harness.reports import report
from tests.findings.conftest import make_study, trial

FACTORS = {"model.downsample": ["max_pool", "stride"], "model.dense_dropout": [0.0, 0.5]}


def factorial(gain, factors=FACTORS, replicates=4, metrics=("test_accuracy",)):
    study = make_study(
        design={"kind": "factorial", "replicates": replicates, "factors": factors}, report={"metrics": list(metrics)}
    )
    rows = []
    for replicate in range(replicates):
        for variant in study.variants:
            accuracy = 0.9 + gain(variant.settings, replicate)
            rows.append(trial(study, len(rows), dict(variant.settings), replicate, test_accuracy=accuracy))
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def gain(settings, replicate):
    """Stride loses 1 point, dropout wins 2, together 3 more; replicates differ by a hundredth of a point."""
    stride, dropout = settings["model.downsample"] == "stride", settings.get("model.dense_dropout") == 0.5
    return -0.01 * stride + 0.02 * dropout + 0.03 * (stride and dropout) + 0.0001 * replicate * (1 + stride + dropout)


def test_effects_by_hand():
    (section,) = (section for section in factorial(gain).sections if section.heading == "Main effects and interactions")
    effects = {row[0]: (row[1], float(row[2].split()[0].replace("−", "-"))) for row in section.table.rows}
    # averaged over dropout, stride changes -1 + 3 / 2 points, and 0.015 for the replicates 0 to 3
    assert effects["downsample=stride"] == ("main effect", pytest.approx(0.52, abs=0.01))
    assert effects["dense_dropout=0.5"] == ("main effect", pytest.approx(3.51, abs=0.02))
    assert effects["downsample=stride × dense_dropout=0.5"] == ("interaction", pytest.approx(3.0, abs=0.01))


def test_the_figure_has_a_line_for_each():
    (figure,) = (figure for figure in factorial(gain).plots if figure.name == "effect_test_accuracy")
    assert [one.label for one in figure.estimates] == [
        *("downsample=stride", "dense_dropout=0.5", "downsample=stride × dense_dropout=0.5"),
    ]
    assert [one.verdict for one in figure.estimates] == ["better"] * 3
    assert figure.estimates[1].low < figure.estimates[1].value < figure.estimates[1].high


def test_table_and_figure_have_the_verdicts_of_one_family():
    """2 main effects share half of the error, 1 interaction and 3 cells the other half."""
    told = factorial(gain, replicates=5)
    (section,) = (section for section in told.sections if section.heading == "Main effects and interactions")
    assert section.table.headings[-3:] == ("p", "p (Holm)", "verdict")
    assert [row[-1].split(";")[0] for row in section.table.rows] == ["better"] * 3
    # all pairs of the interaction are +3 points, of 10,000 images: t = 0.03 / (0.00005 / sqrt(5)) = 1,342
    assert section.table.rows[2][-3:-1] == ("<0.001", "<0.001")


def test_every_metric_with_a_ratio_on_its_logarithm():
    told = factorial(gain, metrics=("test_accuracy", "train_seconds", "parameters"))
    (section,) = (section for section in told.sections if section.heading == "Main effects and interactions")
    assert section.table.headings[2] == "metric"
    assert [(row[0], row[2], row[3]) for row in section.table.rows][3] == (
        *("downsample=stride", "training seconds", "1.00 times"),
    )
    assert [plot.name for plot in told.plots if plot.name.startswith("effect_")] == [
        *("effect_test_accuracy", "effect_train_seconds"),
    ]


def test_a_metric_without_effects_says_why():
    told = factorial(gain, metrics=("test_accuracy", "steps_to_target"))
    assert (
        "What each factor does to steps to target cannot be averaged over the other factors: 16 of 16 trainings never "
        "reached the target."
    ) in told.remarks


@pytest.mark.parametrize(
    "changes",
    [{"factors": {"model.downsample": ["max_pool", "stride"]}}, {"metrics": ("parameters",)}, {"replicates": 1}],
)
def test_nothing_without_two_factors_a_difference_or_replicates(changes):
    assert "Main effects and interactions" not in [section.heading for section in factorial(gain, **changes).sections]
