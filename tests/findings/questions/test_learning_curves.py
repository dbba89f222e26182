import numpy as np
import pandas as pd
import pytest

from harness.pages.svg import draw
from harness.reports import report
from harness.study import build_study
from tests.findings.conftest import POOL, STRIDE, curve, make_study, trial


def test_mean_by_hand(study, trials):
    history = pd.DataFrame(
        {
            "trial": [0, 0, 0, 1, 1],
            "step": [0, 100, 200, 0, 100],
            "train_seconds": [0.0, 1.0, 2.0, 0.0, 3.0],
            "val_accuracy": [0.1, 0.9, 0.98, 0.1, 0.8],
        }
    )
    steps, seconds = report(study, trials, history).curves
    assert steps.name == "val_accuracy_by_steps"
    (base,) = steps.curves
    assert base.mean.x == (0, 100)  # as far as both replicates go
    assert base.mean.y == pytest.approx((10, 85))
    assert [line.x for line in base.replicates] == [(0, 100, 200), (0, 100)]
    assert seconds.curves[0].mean.x == (0, 2)
    assert steps.target == 98


def test_both_figures_are_described(study, trials, history):
    steps, seconds = report(study, trials, history).curves
    assert steps.description.startswith("Line chart of validation accuracy against steps for 2 variants: base ends at")
    assert "downsample=stride ends at 98.4" in seconds.description
    assert 0 < steps.bottom < 98


def test_seconds_of_different_places_are_not_drawn(study, trials, history):
    trials.loc[trials["trial"] == 5, "workers"] = 1
    assert [figure.name for figure in report(study, trials, history).curves] == ["val_accuracy_by_steps"]


def test_seconds_are_drawn_of_trainings_that_had_the_machine_alone(study, trials, history):
    trials.loc[trials["trial"] == 0, "foreign_load"] = 1.0
    history.loc[history["trial"] == 0, "train_seconds"] *= 10
    steps, seconds = report(study, trials, history).curves
    assert max(steps.curves[0].mean.x) == 1000
    assert max(seconds.curves[0].mean.x) == pytest.approx(8.0)
    assert len(seconds.curves[0].replicates) == 2
    trials["foreign_load"] = [0.0] * 3 + [1.0] * 3  # of one variant none is left
    assert [figure.name for figure in report(study, trials, history).curves] == ["val_accuracy_by_steps"]


def test_long_histories_are_thinned_and_keep_their_ends(study):
    at = np.arange(5000)
    history = pd.DataFrame({"trial": 0, "step": at, "train_seconds": at / 100, "val_accuracy": at / 5000})
    figure = report(study, pd.DataFrame([trial(study, 0, POOL, 0)]), history).curves[0]
    line = figure.curves[0].mean
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


def test_no_history_no_figures(study, trials):
    assert report(study, trials, pd.DataFrame()).curves == ()


def test_without_validation_training_accuracy_is_drawn():
    study = make_study(target=None, report={}, data={"name": "mnist", "validation": 0})
    trials = pd.DataFrame([trial(study, 0, POOL, 0), trial(study, 1, STRIDE, 0)])
    history = pd.concat([curve(study, POOL, 0, 0), curve(study, STRIDE, 1, 0)]).assign(val_accuracy=np.nan)
    figure = report(study, trials, history).curves[0]
    assert figure.name == "train_accuracy_by_steps"
    assert figure.target is None
    assert figure.curves[0].mean.x[0] == 100  # no running mean before the first step


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
    assert costs.curves[0].mean.y == (25, -5)
    assert costs.description.endswith("base ends at -5 euros after 200 steps.")
    assert (areas.y_title, areas.most, areas.bottom) == ("validation AUC", 1, 0.99)
    assert areas.curves[0].mean.y == pytest.approx((0.99, 0.996))
    assert figures["val_accuracy_by_steps"].target is None
    for figure in figures.values():
        assert "<svg" in draw(figure)
