"""Features that a network does not use, or has twice: counted from what they put out for real images."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

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
