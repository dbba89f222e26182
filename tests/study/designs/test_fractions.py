import itertools

import pytest

from harness.study.designs.fractions import MOST_FACTORS, RUNS, columns_of, levels_of, resolution_of, smallest

# factors -> runs by resolution III, IV and V: Box, Hunter & Hunter 2005, table 6.22; Plackett & Burman 1946
PUBLISHED = {
    3: (4, 8, 8),
    4: (8, 8, 16),
    5: (8, 16, 16),
    6: (8, 16, 32),
    7: (8, 16, 64),
    8: (12, 16, 64),
    11: (12, 24, None),
    12: (16, 24, None),
    15: (16, 32, None),
    16: (20, 32, None),
    19: (20, 40, None),
    20: (24, 40, None),
    23: (24, 48, None),
    24: (32, 48, None),
    31: (32, 64, None),
}
EVERY = [(factors, runs) for factors in range(3, MOST_FACTORS + 1) for runs in RUNS if columns_of(factors, runs)]


def signs(factors, runs):
    return [[2 * level - 1 for level in row] for row in levels_of(columns_of(factors, runs), runs)]


@pytest.mark.parametrize("factors", PUBLISHED)
def test_the_fewest_runs_are_those_of_the_books(factors):
    assert tuple(smallest(factors, resolution) for resolution in (3, 4, 5)) == PUBLISHED[factors]


@pytest.mark.parametrize(("factors", "runs"), EVERY)
def test_every_pair_of_levels_meets_equally_often(factors, runs):
    """Orthogonal and balanced: each level in half of the runs, each two levels of two factors in a quarter."""
    rows = list(levels_of(columns_of(factors, runs), runs))
    assert rows[0] == (0,) * factors
    assert len(set(rows)) == runs
    for one, other in itertools.combinations(zip(*rows, strict=True), 2):
        assert sum(one) == runs / 2
        assert sum(a & b for a, b in zip(one, other, strict=True)) == runs / 4


def test_seven_factors_in_eight_runs_by_hand():
    # A, B, C as bits of the run; then ABC, AB, AC and BC
    assert list(levels_of(columns_of(7, 8), 8))[:5] == [
        (0, 0, 0, 0, 0, 0, 0),
        (1, 0, 0, 1, 1, 1, 0),
        (0, 1, 0, 1, 1, 0, 1),
        (1, 1, 0, 0, 0, 1, 1),
        (0, 0, 1, 1, 0, 1, 1),
    ]


def test_twelve_runs_are_those_of_plackett_and_burman():
    rows = [tuple(row) for row in signs(11, 12)]
    first = tuple(1 if sign == "+" else -1 for sign in "++-+++---+-")
    assert rows[0] == (-1,) * 11
    assert set(rows[1:]) == {first[-turn:] + first[:-turn] for turn in range(11)}
    assert rows[1] == first


@pytest.mark.parametrize(
    ("factors", "runs", "resolution"),
    [
        (3, 4, 3),
        (4, 8, 4),
        (5, 16, 5),
        (8, 16, 4),
        (9, 16, 3),
        (12, 24, 4),
        (13, 24, 3),
        (8, 64, 5),
        (11, 12, 3),
        (20, 40, 4),
    ],
)
def test_resolution_is_the_shortest_word(factors, runs, resolution):
    """By its definition: of so many columns, some product is not balanced, and of fewer none."""
    assert resolution_of(columns_of(factors, runs), runs) == resolution
    rows = signs(factors, runs)

    def unbalanced(size):
        for places in itertools.combinations(range(factors), size):
            total = 0
            for row in rows:
                product = 1
                for place in places:
                    product *= row[place]
                total += product
            if total:
                return True
        return False

    assert [unbalanced(size) for size in range(1, resolution)] == [False] * (resolution - 1)
    assert resolution == 5 or unbalanced(resolution)


def test_what_would_repeat_runs_is_no_design():
    assert columns_of(3, 16) == ()
    assert columns_of(3, 12) == ()
    assert columns_of(12, 12) == ()
    assert (smallest(32, 3) or 99) > 32
