"""A confusion matrix, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConfusionFigure:
    """Which classes one trained network takes for which.

    Attributes:
        name: file name without ending.
        title: what it shows.
        classes: names, by label.
        counts: test images, a row a true class, a column a predicted one.
        description: what a reader who cannot see it should know.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    description: str
