"""Each replicate of a variant beside the same of the reference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SlopePair:
    """One replicate: what the reference and the variant came to, in the unit of y."""

    replicate: int
    base: float
    variant: float


@dataclass(frozen=True)
class SlopePanel:
    """One variant.

    Attributes:
        label: the row's label.
        verdict: "better", "worse", "equivalent", "identical", "undecided", or empty for none.
        pairs: a line each.
        won: in how many of them the variant is better.
        lost: pairs without a line, since one of both has no value.
    """

    label: str
    verdict: str
    pairs: tuple[SlopePair, ...]
    won: int
    lost: int = 0


@dataclass(frozen=True)
class SlopeFigure:
    """Paired slopes: a line from the reference to the variant for each replicate.

    Attributes:
        name: file name without ending.
        title: what it shows.
        y_title: label of the y axis with its unit.
        base: label of the reference.
        better: "higher" or "lower".
        by_error: whether y is a share (%) of which more is better, so that its axis is logarithmic in what is missing
            to 100 %.
        logarithmic: whether the y axis is.
        panels: one a variant, at most four.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
    """

    name: str
    title: str
    y_title: str
    base: str
    better: str
    by_error: bool
    logarithmic: bool
    panels: tuple[SlopePanel, ...]
    description: str
    chapter: str
    note: str = ""
