import numpy as np
import pandas as pd
import pytest

from harness.pages.svg import draw
from harness.reports import report
from harness.study import build_study
from tests.findings.conftest import POOL, STRIDE, curve, make_study, trial


def test_every_training_to_its_own_end_and_a_mean_as_far_as_all_go(study, trials):
    history = pd.DataFrame(
        {
            "trial": [0, 0, 0, 1, 1],
            "step": [0, 100, 200, 0, 100],
            "train_seconds": [0.0, 1.0, 2.0, 0.0, 3.0],
            "val_accuracy": [0.1, 0.9, 0.98, 0.1, 0.94],
        }
    )
    trials = trials.assign(steps_to_target=[200.0, np.nan, np.nan, np.nan, np.nan, np.nan])
    steps, seconds = report(study, trials, history).curves
    assert steps.name == "val_accuracy_by_steps"
    (base,) = steps.curves
    one, two = base.trainings
    assert (one.line.x, one.line.y) == ((0, 100, 200), (90, 10, 2))
    assert (two.line.x, two.line.y) == ((0, 100), (90, 6))
    assert (one.reached, two.reached) == ((200, 2), None)
    assert (base.mean.x, base.mean.y) == ((0, 100), (90, 8))
    assert (steps.target, steps.goal, steps.logarithmic, steps.y_title) == (2, "98 %", True, "validation error (%)")
    assert steps.title == "Validation error against steps"
    assert steps.evaluations == (0, 100, 200)
    (base,) = seconds.curves
    assert [training.line.x for training in base.trainings] == [(0, 1, 2), (0, 3)]
    assert base.mean.x == (0, 2)
    assert base.trainings[0].reached == (2, 2)
    assert seconds.evaluations == ()


def test_both_figures_are_described(study, trials, history):
    steps, seconds = report(study, trials, history).curves
    assert steps.description == (
        "Line chart of validation accuracy against steps for 2 variants: base ends at 98.64 % to 98.70 % after 1,000 "
        "steps; downsample=stride ends at 98.44 % to 98.50 % after 1,000 steps."
    )
    assert "downsample=stride ends at 98.44 % to 98.50 % after 4.00 training seconds" in seconds.description
    assert steps.note == (
        "A thin line is one training, to its own end; a dot is where it reached the target. Thick lines are means, as "
        "far as all trainings of the variant go. The error is 100 % minus the accuracy, on a logarithmic axis."
    )


def test_trainings_that_end_far_apart_are_shown_one_by_one_without_a_mean(study, trials, history):
    trials["dead_classes"] = [0.0, 0, 0, 2, 4, 1]
    steps, _ = report(study, trials, history).curves
    base, stride = steps.curves
    assert (base.apart, stride.apart) == ("", "3 of 3 never predict some class")
    assert (len(base.mean.x), stride.mean.x, len(stride.trainings)) == (11, (), 3)
    assert steps.title == "Validation accuracy against steps: trainings of downsample=stride end far apart"
    assert (steps.logarithmic, steps.target, steps.y_title) == (False, 98, "validation accuracy (%)")
    assert "No mean is drawn of downsample=stride (3 of 3 never predict some class)" in steps.note
    assert steps.bottom == pytest.approx(10)


def test_seconds_far_apart_are_logarithmic(study, trials, history):
    history.loc[history["trial"] > 2, "train_seconds"] *= 20
    steps, seconds = report(study, trials, history).curves
    assert (steps.x_logarithmic, seconds.x_logarithmic) == (False, True)


def test_of_many_trainings_the_first_thirty_are_drawn(study):
    trials = pd.DataFrame([trial(study, number, POOL, number) for number in range(32)])
    history = pd.concat([curve(study, POOL, number, number) for number in range(32)])
    figure = report(study, trials, history).curves[0]
    assert len(figure.curves[0].trainings) == 30
    assert "the first 30 trainings" in figure.note


def test_seconds_of_different_places_are_not_drawn(study, trials, history):
    trials.loc[trials["trial"] == 5, "workers"] = 1
    assert [figure.name for figure in report(study, trials, history).curves] == ["val_accuracy_by_steps"]


def test_seconds_are_drawn_of_trainings_that_had_the_machine_alone(study, trials, history):
    trials.loc[trials["trial"] == 0, "foreign_load"] = 1.0
    history.loc[history["trial"] == 0, "train_seconds"] *= 10
    steps, seconds = report(study, trials, history).curves
    assert [len(figure.curves[0].trainings) for figure in (steps, seconds)] == [3, 2]
    assert max(seconds.curves[0].mean.x) == pytest.approx(8.0)
    trials["foreign_load"] = [0.0] * 3 + [1.0] * 3  # of one variant none is left
    assert [figure.name for figure in report(study, trials, history).curves] == ["val_accuracy_by_steps"]


def test_long_histories_are_thinned_and_keep_their_ends(study):
    at = np.arange(5000)
    history = pd.DataFrame({"trial": 0, "step": at, "train_seconds": at / 100, "val_accuracy": at / 5000})
    figure = report(study, pd.DataFrame([trial(study, 0, POOL, 0)]), history).curves[0]
    assert figure.curves[0].mean.x == ()  # of one training
    line = figure.curves[0].trainings[0].line
    assert len(line.x) == 200
    assert (line.x[0], line.x[-1]) == (0, 4999)


def test_at_most_ten_variants_are_drawn():
    design = {"kind": "one_at_a_time", "factors": {"model.bias": [place / 100 for place in range(1, 13)]}}
    study = make_study(design=design)
    settings = [{"model.bias": place / 100} for place in range(1, 13)]
    trials = pd.DataFrame([trial(study, number, chosen, 0) for number, chosen in enumerate(settings)])
    history = pd.concat([curve(study, chosen, number, 0) for number, chosen in enumerate(settings)])
    figure = report(study, trials, history).curves[0]
    assert len(figure.curves) == 10
    assert len(figure.left_out) == 2
    assert "Each panel has one variant, with base in grey. 2 more variants are not drawn." in figure.note


def test_no_history_no_figures(study, trials):
    assert report(study, trials, pd.DataFrame()).curves == ()


def test_without_validation_training_accuracy_is_drawn():
    study = make_study(target=None, report={}, data={"name": "mnist", "validation": 0})
    trials = pd.DataFrame([trial(study, 0, POOL, 0), trial(study, 1, STRIDE, 0)])
    history = pd.concat([curve(study, POOL, 0, 0), curve(study, STRIDE, 1, 0)]).assign(val_accuracy=np.nan)
    figure = report(study, trials, history).curves[0]
    assert figure.name == "train_accuracy_by_steps"
    assert figure.target is None
    assert figure.y_title == "training error (%)"
    assert figure.curves[0].trainings[0].line.x[0] == 100  # no running mean before the first step


def test_what_a_study_names_has_figures_of_its_own_in_its_unit():
    cost = {"of": "mine.py:cost", "better": "lower", "unit": "euros"}
    given = {
        **make_study().given,
        "metrics": {"cost": cost},
        "target": {"metric": "val_cost", "value": -5.0},
        "report": {"metrics": ["test_auc", "val_auc", "val_macro_f1"]},
    }
    study = build_study(given, name="costly", code={"mine.py": "def cost(labels, logits): pass"})
    trials = pd.DataFrame([trial(study, 0, POOL, 0), trial(study, 1, POOL, 1)])
    points = {
        "trial": [0, 0, 1, 1],
        "step": [100, 200, 100, 200],
        "train_seconds": [1.0, 2.0, 1.0, 2.0],
        "val_accuracy": [0.9, 0.98, 0.9, 0.98],
        "val_auc": [0.99, 0.995, 0.99, 0.997],
        "val_cost": [20.0, -4.0, 30.0, -6.0],
    }
    figures = {figure.name: figure for figure in report(study, trials, pd.DataFrame(points)).curves}
    assert list(figures) == [
        f"{name}_by_{x}" for name in ("val_accuracy", "val_auc", "val_cost") for x in ("steps", "seconds")
    ]
    costs, areas = figures["val_cost_by_steps"], figures["val_auc_by_steps"]
    assert (costs.y_title, costs.target, costs.goal, costs.bottom) == ("validation cost (euros)", -5, "-5 euros", -6)
    assert not costs.logarithmic
    assert costs.curves[0].mean.y == (25, -5)
    assert costs.description.endswith("base ends at -6 euros to -4 euros after 200 steps.")
    assert (areas.y_title, areas.most, areas.bottom) == ("validation AUC", 1, 0.99)
    assert areas.curves[0].mean.y == pytest.approx((0.99, 0.996))
    assert figures["val_accuracy_by_steps"].target is None
    for figure in figures.values():
        assert "<svg" in draw(figure)
