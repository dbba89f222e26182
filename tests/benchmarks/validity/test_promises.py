"""A short version of the benchmark: the seeds are fixed, so that the counts are, too.

Of 200 studies at 5 % ten have a false verdict; 19 or more would happen once in two hundred times.
"""

import pytest

from benchmarks.validity import Cell, simulate

STUDIES = range(200)
AT_MOST = 18


@pytest.mark.parametrize(("sizes", "way"), [((5,), "fixed"), ((3, 12), "adaptive")])
@pytest.mark.parametrize("noise", ["normal", "skewed", "heavy-tailed"])
def test_false_verdicts_are_rare_and_intervals_hold(noise, sizes, way):
    counts = simulate(Cell("errors", noise, 4, sizes, way), range(100))
    assert counts.wrong <= 10  # of 100 at 5 %: more would happen once in a hundred times
    assert counts.covered >= 0.92 * counts.intervals
    assert counts.comparisons == counts.intervals == 300


@pytest.mark.slow
def test_variants_that_differ_do_not_make_claims_of_the_others_false():
    counts = simulate(Cell("errors", "normal", 5, (3, 12), "adaptive", effect=3.0, alike=2), range(100))
    assert counts.wrong <= 10
    assert counts.found >= 180  # of 200 comparisons with a true difference of three deviations


@pytest.mark.parametrize("effect", [-1.5, 1.5])
def test_equivalence_is_seldom_claimed_at_the_edge_of_the_margin(effect):
    counts = simulate(Cell("errors", "normal", 4, (5,), effect=effect, margin=1.5), range(100))
    assert counts.wrong <= 10


@pytest.mark.parametrize("sizes", [(5,), (10,)])
def test_equal_means_with_unequal_and_skewed_spreads(sizes):
    counts = simulate(Cell("spreads", "three times as wide, skewed", 2, sizes), STUDIES)
    assert counts.wrong <= AT_MOST


def test_intervals_hold_on_a_small_test_set_where_most_pairs_are_equal():
    counts = simulate(Cell("images", "normal", 2, (5,), effect=2.0, images=360, shared=0.9), STUDIES)
    assert counts.covered >= 0.9 * counts.intervals


@pytest.mark.parametrize("noise", ["a tenth censored", "half censored"])
def test_censored_times(noise):
    counts = simulate(Cell("censored", noise, 3, (5,)), range(60))
    assert counts.wrong <= 7
    assert counts.covered >= 0.92 * counts.intervals


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["normal", "parts of a cross-validation"])
def test_the_report_of_a_grid_without_effects_claims_nothing(noise):
    assert simulate(Cell("effects", noise, 9, (5,)), STUDIES).wrong <= AT_MOST


@pytest.mark.slow
def test_large_effects_are_found_and_adaptive_studies_stop_early():
    fixed = simulate(Cell("power", "normal", 3, (12,), effect=3.0), range(30))
    adaptive = simulate(Cell("power", "normal", 3, (3, 12), "adaptive", effect=3.0), range(30))
    assert fixed.found == fixed.comparisons == 60
    assert adaptive.found >= 0.9 * adaptive.comparisons
    assert adaptive.trainings < 0.75 * fixed.trainings == 0.75 * 30 * 3 * 12
    assert adaptive.early > 30
    assert 2.5 < adaptive.early_estimates / adaptive.early < 3.5  # the truth is 3


def test_so_many_more_replicates_would_tell():
    counts = simulate(Cell("more", "normal", 2, (5,), effect=1.0), STUDIES)
    assert counts.comparisons >= 20  # the others are decided, or more than 100 would be needed
    assert counts.found >= 0.65 * counts.comparisons  # of those at 80 %


@pytest.mark.parametrize(
    ("noise", "sizes"), [("80 % diverge", (10,)), ("6 of 8 diverge", (8,)), ("6 of 8 end without it", (8,))]
)
def test_what_hardly_ever_reaches_the_target_is_never_better(noise, sizes):
    counts = simulate(Cell("direction", noise, 2, sizes, ratio=1 / 3, log_spread=0.1), STUDIES)
    assert counts.wrong == 0
    assert counts.comparisons == 200


def test_a_further_training_falls_where_it_is_said_to_fall():
    counts = simulate(Cell("prediction", "normal", 1, (5,)), STUDIES)
    assert counts.covered >= 180  # of 200 at 95 %
