import math

import pandas as pd
import pytest

from harness.findings.plots.slopes import SlopePair
from harness.reports import report
from tests.findings.conftest import make_study, trial
from tests.findings.differences.test_forest import BASE, FASTER, missing


def slopes(study, trials, history):
    return {figure.name: figure for figure in report(study, trials, history).plots if figure.chapter == "Pair by pair"}


def test_each_pair_is_a_line_from_the_reference_to_the_variant(study, trials, history):
    found = slopes(study, trials, history)
    assert list(found) == ["pairs_test_accuracy", "pairs_seconds_to_target"]  # parameters are no matter of pairs
    accuracy = found["pairs_test_accuracy"]
    (panel,) = accuracy.panels
    assert (panel.label, panel.verdict, panel.won, panel.lost) == ("downsample=stride", "undecided", 0, 0)
    assert [(pair.replicate, pair.base, pair.variant) for pair in panel.pairs] == [
        (0, pytest.approx(98.6), 98.5),
        (1, pytest.approx(98.7), 98.5),
        (2, pytest.approx(98.8), 98.5),
    ]
    assert (accuracy.base, accuracy.better, accuracy.by_error, accuracy.logarithmic) == ("base", "higher", True, False)
    seconds = found["pairs_seconds_to_target"]
    assert seconds.panels[0].pairs == (SlopePair(0, 4.0, 2.0), SlopePair(1, 5.0, 2.5), SlopePair(2, 6.0, 3.0))
    assert (seconds.panels[0].won, seconds.logarithmic) == (3, True)
    assert "downsample=stride is better in 3 of 3" in seconds.description


def test_pairs_of_which_one_never_got_there_have_no_line_and_are_counted():
    figure = slopes(*missing([BASE, FASTER, (300, 310, 320, None, None)]))["pairs_steps_to_target"]
    assert [(len(panel.pairs), panel.lost) for panel in figure.panels] == [(5, 0), (3, 2)]
    assert "learning_rate=0.01 is better in 3 of 3, 2 more lack a value" in figure.description
    assert "never got there" in figure.note


def test_what_has_no_pairs_has_no_panel(study, trials, history):
    trials["seconds_to_target"] = math.nan
    assert list(slopes(study, trials, history)) == ["pairs_test_accuracy"]


def test_of_many_variants_there_are_none():
    rates = [1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 6e-4]
    for count, drawn in ((5, True), (6, False)):
        study = make_study(
            design={"kind": "factorial", "replicates": 2, "factors": {"train.learning_rate": rates[:count]}},
            report={"metrics": ["test_accuracy"]},
        )
        rows = [
            trial(
                study, 2 * place + replicate, {"train.learning_rate": rate}, replicate, test_accuracy=0.9 + 0.01 * place
            )
            for place, rate in enumerate(rates[:count])
            for replicate in range(2)
        ]
        assert bool(slopes(study, pd.DataFrame(rows), pd.DataFrame())) is drawn
