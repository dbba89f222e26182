import pandas as pd

from harness.findings.answer.matrix import Cell
from harness.findings.tables import matrix_table
from harness.reports import report
from tests.findings.conftest import POOL, make_study, trial


def test_a_row_a_variant_and_a_column_a_metric(study, trials, history):
    trials["seconds_to_target"] = [4.0, 5.0, 6.0, 2.1, 2.5, 2.9]
    told = report(study, trials, history)
    assert told.matrix.against == "base (downsample=max_pool)"
    assert told.matrix.metrics == ("test_accuracy", "seconds_to_target", "parameters")
    assert told.matrix.headings == ("test accuracy", "seconds to target", "parameters")
    (row,) = told.matrix.rows
    assert row.label == "downsample=stride"
    assert row.cells == (
        Cell("test_accuracy", "undecided", "U", "−0.20 points", "−0.46 to +0.06"),
        Cell("seconds_to_target", "better", "B", "−50 %", "−55 to −44 %"),
        Cell("parameters", "better", "B", "−50 %"),
    )
    table = matrix_table(told)
    assert table.caption == "Verdicts against base (downsample=max_pool)"
    assert table.headings == ("variant", "test accuracy", "seconds to target", "parameters")
    assert table.rows == (
        (
            "downsample=stride",
            "U undecided, −0.20 points (−0.46 to +0.06)",
            "B better, −50 % (−55 to −44 %)",
            "B better, −50 %",
        ),
    )


def test_what_is_identical_has_no_size_and_what_was_not_tested_no_verdict(study, trials, history):
    ends = trials["replicate"].astype(str)
    same = trials.assign(test_accuracy=0.98, weights_digest="w" + ends, history_digest="h" + ends, parameters=7)
    (row,) = report(study, same, history).matrix.rows
    assert row.cells[0] == Cell("test_accuracy", "identical", "I")
    lost = trials.assign(stop_reason=["not_finite"] * 6)
    (row,) = report(study, lost, history).matrix.rows
    assert (row.cells[0].verdict, row.cells[0].letter, row.cells[0].size) == ("no verdict", "–", "")


def test_a_verdict_says_what_it_rests_on(study, trials, history):
    trials["seconds_to_target"] = [4.0, 5.0, 6.0, 2.1, 2.5, 2.9]
    dead = trials.assign(dead_classes=[0, 0, 0, 1, 2, 1], test_accuracy=[0.986, 0.987, 0.988, 0.885, 0.786, 0.887])
    (row,) = report(study, dead, history).matrix.rows
    note = "3 of 3 trainings never predict some class"
    assert row.said == "a stride"
    assert (row.cells[0].verdict, row.cells[0].note) == ("undecided", note)
    assert row.cells[0].text.endswith(")")
    worse = Cell("test_accuracy", "worse", "W", "−9.00 points", "−12.00 to −6.00", note)
    assert worse.text == f"worse, −9.00 points (−12.00 to −6.00); {note}"


def test_without_a_comparison_there_is_no_matrix(study):
    alone = report(study, pd.DataFrame([trial(study, 0, POOL, 0)]), pd.DataFrame())
    assert alone.matrix is None
    assert matrix_table(alone) is None


def test_of_a_screening_its_main_effects(history):
    factors = {"model.downsample": ["max_pool", "stride"], "model.padding": ["same", "valid"],
               "model.dense_dropout": [0.0, 0.5], "train.learning_rate": [1e-4, 1e-3]}  # fmt: skip
    study = make_study(
        design={"kind": "screening", "replicates": 4, "factors": factors}, report={"metrics": ["test_accuracy"]}
    )
    rows = []
    for place, variant in enumerate(study.variants):
        for replicate in range(4):
            worse = 0.02 * (variant.settings["model.downsample"] == "stride")
            accuracy = 0.97 - worse + 0.0001 * ((replicate + place) % 3)
            rows.append(trial(study, len(rows), dict(variant.settings), replicate, test_accuracy=accuracy))
    matrix = report(study, pd.DataFrame(rows), pd.DataFrame()).matrix
    assert matrix.against == "the other level of each factor"
    assert len(matrix.rows) == 4
    (stride,) = [row for row in matrix.rows if row.label == "downsample=stride"]
    assert (stride.cells[0].verdict, stride.cells[0].letter, stride.cells[0].size[:3]) == ("worse", "W", "−2.")
