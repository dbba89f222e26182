"""Two-level fractional factorials: which levels go together in so few runs.

A column of a design is a whole number: bit r says whether run r has the factor's second level. Run 0 has all first
levels. Two columns multiplied are their exclusive or.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

RUNS = (4, 8, 12, 16, 20, 24, 32, 40, 48, 64)
"""Numbers of runs of which there are designs."""

MOST_FACTORS = 31
CLEAR = 5
"""Resolution from which effects of two factors share no column with each other or with one factor's."""

_ROWS = {
    12: "++-+++---+-",
    20: "++--++++-+-+----++-",
    24: "+++++-+-++--++--+-+----",
}
"""First rows of Plackett & Burman (1946, "The design of optimum multifactorial experiments", p. 323 and 324)."""

_WORDS = {
    (16, 5): ("ABCD",),
    (32, 6): ("ABCDE",),
    (64, 7): ("ABCDEF",),
    (64, 8): ("ABCD", "ABEF"),
}
"""(runs, factors) -> what the further columns are made of, for resolution V and more (Box, Hunter & Hunter 2005,
"Statistics for experimenters", table 6.22)."""


def smallest(factors: int, resolution: int = 3) -> int | None:
    """Return the fewest runs that so many factors take for a resolution of at least so much; None if there are none."""
    return next((runs for runs in RUNS if resolution_of(columns_of(factors, runs), runs) >= resolution), None)


@functools.cache
def columns_of(factors: int, runs: int) -> tuple[int, ...]:
    """Return a column for each factor; none if so many do not fit, or if runs would repeat each other.

    Powers of two are regular fractions: the first factors are crossed, further ones are products of them, of an odd
    number while there are some, which gives resolution IV (Box & Hunter 1961, "The 2^(k-p) fractional factorial
    designs"). 12, 20 and 24 are those of Plackett & Burman; 24, 40 and 48 their fold-overs (Box &
    Wilson 1951), which also gives resolution IV.
    """
    if runs & (runs - 1) == 0:
        columns = _regular(factors, runs)
    elif runs // 2 in _ROWS and factors <= runs // 2:
        columns = _folded(runs // 2)
    else:
        columns = _plackett_burman(runs) if runs in _ROWS else ()
    chosen = columns[:factors]
    return chosen if len(chosen) == factors and len(set(levels_of(chosen, runs))) == runs else ()


def levels_of(columns: Sequence[int], runs: int) -> Iterator[tuple[int, ...]]:
    """Yield the runs: for each factor 0 for its first level, 1 for its second."""
    return (tuple(column >> run & 1 for column in columns) for run in range(runs))


@functools.cache
def resolution_of(columns: tuple[int, ...], runs: int) -> int:
    """Return 3, 4 or 5: 3 if an effect of one factor shares a column, or a part of it, with one of two others.

    4 if effects of two factors share one with each other, 5 if neither (Box & Hunter 1961); 0 of no columns.
    """
    for resolution in (3, 4):
        for some in itertools.combinations(columns, resolution):
            if 2 * functools.reduce(int.__xor__, some).bit_count() != runs:
                return resolution
    return CLEAR if columns else 0


def _regular(factors: int, runs: int) -> tuple[int, ...]:
    base = [sum((run >> place & 1) << run for run in range(runs)) for place in range(runs.bit_length() - 1)]
    named = dict(zip("ABCDEF", base, strict=False))
    if factors < len(base):
        return ()  # more runs than combinations
    words = _WORDS.get((runs, factors))
    if words is None:
        every = ["".join(word) for size in range(2, len(base) + 1) for word in itertools.combinations(named, size)]
        words = (*(word for word in every if len(word) % 2), *(word for word in every if not len(word) % 2))
    return (*base, *(functools.reduce(int.__xor__, (named[letter] for letter in word)) for word in words))


def _plackett_burman(runs: int) -> tuple[int, ...]:
    """Return the columns; run 0 is the row of all first levels, the others are the first row turned on and on."""
    row, size = _ROWS[runs], runs - 1
    return tuple(sum((row[(place - run) % size] == "+") << run + 1 for run in range(size)) for place in range(size))


def _folded(half: int) -> tuple[int, ...]:
    """Return the columns of a design, all of them turned round in further runs, and one that tells the halves apart."""
    ones = (1 << half) - 1
    return (*(column | (column ^ ones) << half for column in _plackett_burman(half)), ones << half)
