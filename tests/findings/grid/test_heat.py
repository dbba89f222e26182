import pandas as pd
import pytest

from harness.findings.plots.heat import HeatCell
from harness.reports import report
from tests.findings.conftest import make_study, trial

RATES, POOLS = [1e-4, 1e-2, 1e-3], ["max_pool", "stride"]


def maps(factors, metrics=("test_accuracy",), left_out=()):
    study = make_study(
        target=None,
        design={"kind": "factorial", "replicates": 3, "factors": factors},
        report={"metrics": list(metrics)},
    )
    rows = []
    for number, variant in enumerate(study.variants):
        for replicate in range(3):
            accuracy = 0.90 + 0.01 * number + 0.0001 * replicate * (number + 1)
            if number not in left_out:
                rows.append(trial(study, len(rows), dict(variant.settings), replicate, test_accuracy=accuracy))
    found = report(study, pd.DataFrame(rows), pd.DataFrame())
    return [figure for figure in found.plots if figure.chapter == "The grid"]


def test_a_grid_of_two_factors_is_a_map_with_numbers_in_order():
    (figure,) = maps({"train.learning_rate": RATES, "model.downsample": POOLS})
    assert (figure.row_title, figure.column_title) == ("downsample", "learning_rate")  # the longer one goes across
    assert (figure.rows, figure.columns) == (("max_pool", "stride"), ("0.0001", "0.001", "0.01"))
    assert (figure.name, figure.better, figure.by_error) == ("test_accuracy_grid", "higher", True)
    assert len(figure.cells) == 6
    reference = figure.cells[0]
    assert reference == HeatCell(0, 0, pytest.approx(90.01), "90.01", "reference", reference.says)
    assert reference.says == "base: 90.01 (89.99 to 90.03), reference"
    at = {(cell.row, cell.column): cell for cell in figure.cells}
    best = at[1, 1]  # a rate of 0.001 comes last in the study
    assert (best.text, best.verdict) == ("95.06", "better")
    assert best.says.startswith("learning_rate=0.001, downsample=stride: 95.06")
    assert best.says in figure.description


def test_what_is_not_trained_has_no_cell_and_a_small_grid_no_map():
    assert maps({"train.learning_rate": RATES, "model.downsample": POOLS}, left_out=(5,)) == []
    (figure,) = maps({"train.learning_rate": [1e-4, 2e-4, 3e-4, 4e-4], "model.downsample": POOLS}, left_out=(5,))
    assert len(figure.cells) == 7
    assert maps({"train.learning_rate": [1e-4, 1e-3], "model.downsample": POOLS}) == []


def test_one_factor_or_three_make_no_map():
    assert maps({"train.learning_rate": [1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 6e-4]}) == []
    three = {"train.learning_rate": [1e-4, 1e-3], "model.downsample": POOLS, "model.dense_dropout": [0.0, 0.5]}
    assert maps(three) == []
