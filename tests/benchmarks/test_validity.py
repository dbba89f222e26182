"""A short version of benchmarks/validity.py: the seeds are fixed, so that the counts are, too."""

import pytest

from benchmarks.validity import Cell, cells, report, simulate


@pytest.mark.parametrize(("first", "last"), [(5, 5), (3, 12)])
@pytest.mark.parametrize("noise", ["normal", "skewed", "heavy-tailed"])
def test_false_verdicts_are_rare_and_intervals_hold(noise, first, last):
    counts = simulate(Cell("difference", noise, 4, first, last), 100, seed=7)
    assert counts.wrong <= 10  # of 100 at 5 %: more would happen once in a hundred times
    assert counts.covered >= 0.92 * counts.intervals
    assert counts.comparisons == counts.intervals == 300


def test_equivalence_is_seldom_claimed_at_the_edge_of_the_margin():
    counts = simulate(Cell("edge", "normal", 4, 5, 5, effect=1.5, margin=1.5), 100, seed=7)
    assert counts.wrong <= 10


def test_censored_times():
    counts = simulate(Cell("times", "half censored", 3, 5, 5), 60, seed=7)
    assert counts.wrong <= 7
    assert counts.covered >= 0.92 * counts.intervals


def test_large_effects_are_found_and_adaptive_studies_stop_early():
    fixed = simulate(Cell("power", "normal", 3, 12, 12, effect=3.0), 30, seed=7)
    adaptive = simulate(Cell("power", "normal", 3, 3, 12, effect=3.0), 30, seed=7)
    assert fixed.found == fixed.comparisons
    assert adaptive.found >= 0.9 * adaptive.comparisons
    assert adaptive.trainings < 0.7 * fixed.trainings


def test_the_tables_have_a_row_for_each_kind_of_study():
    results = [(cell, simulate(cell, 1, seed=1)) for cell in list(cells())[::9]]
    tables = report(results)
    assert len(tables["errors"]) + len(tables["power"]) == len(results) + 4
