"""A grid of two factors, a cell each combination."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeatCell:
    """One combination of levels.

    Attributes:
        row: which of the rows.
        column: which of the columns.
        value: the mean, in the metric's unit as it is shown.
        text: the mean as text.
        verdict: "better", "worse", "equivalent", "identical" or "undecided" against the reference, "reference" for
            itself; empty for none.
        says: which variant it is and what it came to, for who points at it.
    """

    row: int
    column: int
    value: float
    text: str
    verdict: str
    says: str


@dataclass(frozen=True)
class HeatFigure:
    """A heat map of two factors.

    Attributes:
        name: file name without ending.
        title: what it shows.
        row_title: the factor down the side.
        column_title: the factor along the bottom.
        rows: its levels, from the bottom to the top.
        columns: its levels, from the left to the right.
        cells: the combinations that have a mean.
        better: "higher" or "lower".
        by_error: whether values are shares (%) of which more is better: colours go by the logarithm of what is missing
            to 100 %.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
    """

    name: str
    title: str
    row_title: str
    column_title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[HeatCell, ...]
    better: str
    by_error: bool
    description: str
    chapter: str
    note: str = ""
