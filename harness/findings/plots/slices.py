"""What a search found along each of its parameters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slice:
    """One parameter.

    Attributes:
        label: its name.
        places: where each trial lies: a number of a range, or which of the levels.
        levels: the levels in their order; empty for a range.
        ends: lowest and highest number of the range; the first and the last level's place.
        logarithmic: whether the range was searched on a logarithmic scale.
    """

    label: str
    places: tuple[float, ...]
    levels: tuple[str, ...]
    ends: tuple[float, float]
    logarithmic: bool = False


@dataclass(frozen=True)
class SliceFigure:
    """Every trial of a search against each parameter by itself, a panel each.

    Attributes:
        name: file name without ending.
        title: what it shows.
        y_title: label of the y axis with its unit, the objective.
        by_error: whether y is a share (%) of which more is better, so that its axis is logarithmic in what is missing
            to 100 %.
        values: the objective of each trial, in the unit of y.
        best: which trials are the best: one, or those that no other beats in all objectives.
        best_title: what these are.
        slices: the parameters.
        description: what a reader who cannot see it should know.
        chapter: heading that it stands under.
        note: how to read it.
    """

    name: str
    title: str
    y_title: str
    by_error: bool
    values: tuple[float, ...]
    best: tuple[int, ...]
    best_title: str
    slices: tuple[Slice, ...]
    description: str
    chapter: str
    note: str = ""
