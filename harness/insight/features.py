"""Dead and redundant features, counted from what they put out for real images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from harness.insight.tiles import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REDUNDANT = 0.95
"""Correlation above which a feature says what another one says."""


class Unused(NamedTuple):
    """The features of one layer that could go.

    Attributes:
        dead: whether each feature puts out the same value everywhere, for all images: 0 for one that a ReLU never lets
            through; bool (features,).
        redundant: whether each living feature correlates above :data:`REDUNDANT` with one before it that is kept; bool
            (features,).
    """

    dead: np.ndarray
    redundant: np.ndarray


class FeatureStatistics:
    """Extremes and correlations of a layer's features, image batch by image batch.

    The values of a feature are those at every pixel of every image. Sums are kept in float64.
    """

    def __init__(self) -> None:
        self._count = 0

    def add(self, values: np.ndarray) -> None:
        """Take note of what a layer puts out for some images.

        Args:
            values: (images, ..., features).
        """
        rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
        if not self._count:
            features = rows.shape[1]
            self._low, self._high = np.full(features, np.inf), np.full(features, -np.inf)
            self._origin = rows[0].copy()  # near the values, so that the sums of squares lose no digits
            self._sums, self._products = np.zeros(features), np.zeros((features, features))
        self._low, self._high = np.minimum(self._low, rows.min(axis=0)), np.maximum(self._high, rows.max(axis=0))
        rows -= self._origin
        self._sums += rows.sum(axis=0)
        self._products += rows.T @ rows
        self._count += len(rows)

    def correlations(self) -> np.ndarray:
        """Return Pearson's correlation of every two features, (features, features); 0 with one that is constant."""
        means = self._sums / self._count
        covariances = self._products / self._count - np.outer(means, means)
        spread = np.sqrt(np.maximum(np.diag(covariances), 0))
        spread = np.where(self._low == self._high, 0, spread)
        scale = np.outer(spread, spread)
        correlations: np.ndarray = np.divide(covariances, scale, out=np.zeros_like(scale), where=scale > 0)
        return correlations

    def unused(self) -> Unused:
        """Return which features could go: of several that say the same, all but the first."""
        dead = self._low == self._high
        correlations = self.correlations()
        redundant = np.zeros_like(dead)
        for feature in range(len(dead)):
            kept = ~(dead | redundant)[:feature]
            redundant[feature] = not dead[feature] and (correlations[feature, :feature][kept] > REDUNDANT).any()
        return Unused(dead, redundant)


def draw_unused(unused: Mapping[str, Unused]) -> Figure:
    """Draw every feature of every layer as a square: in use, redundant or dead, by sign as well as by colour.

    Args:
        unused: layer -> its features.
    """
    from matplotlib.patches import Rectangle

    columns = 64
    rows = {layer: -(-len(found.dead) // columns) for layer, found in unused.items()}
    cell, left = 12, 90
    width = left + columns * cell + 20
    height = 84 + sum(28 + cell * count for count in rows.values())
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    axes.text(width / 2, 12, "Dead and redundant features", ha="center", va="top", fontsize=11)
    marks = {"in use": ("#9ecae9", ""), "redundant": ("#f3c48f", "="), "dead": ("#4d4d4d", "×")}

    def put(x: float, y: float, kind: str) -> None:
        fill, sign = marks[kind]
        axes.add_patch(Rectangle((x, y), cell - 1, cell - 1, facecolor=fill))
        colour = "white" if kind == "dead" else "black"
        axes.text(x + cell / 2 - 0.5, y + cell / 2, sign, ha="center", va="center_baseline", fontsize=7, color=colour)

    for place, kind in enumerate(marks):
        put(left + 110 * place, 38, kind)
        axes.text(left + 110 * place + cell + 4, 38 + cell / 2, kind, ha="left", va="center", fontsize=8)
    top = 64.0
    for layer, found in unused.items():
        count = len(found.dead)
        text = f"{int(found.dead.sum())} dead and {int(found.redundant.sum())} redundant of {count}"
        axes.text(left, top + 10, text, ha="left", va="center", fontsize=8, color="0.25")
        axes.text(left - 8, top + 10, layer, ha="right", va="center", fontsize=9)
        for feature in range(count):
            kind = "dead" if found.dead[feature] else "redundant" if found.redundant[feature] else "in use"
            put(left + cell * (feature % columns), top + 20 + cell * (feature // columns), kind)
        top += 28 + cell * rows[layer]
    return figure
