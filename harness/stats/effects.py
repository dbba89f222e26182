"""What each factor of a design does, and what two of them do together, as weights on the cells."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Effect:
    """What one level does, or a level of one factor together with a level of another.

    Attributes:
        factors: position of one factor, or of two for an interaction.
        levels: position of the level of each; 0 is what it is compared with.
        above: weight of each cell on the side of the level, (cells,).
        below: weight of each cell on the other side, (cells,); both sides have the same sum.
    """

    factors: tuple[int, ...]
    levels: tuple[int, ...]
    above: np.ndarray
    below: np.ndarray

    def sides(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return both sides of the effect within each replicate, (replicates,) each; their difference is the effect.

        What the cells of a replicate share cancels in it.

        Args:
            values: a row a replicate, a column a cell, (replicates, cells); nothing missing.
        """
        return values @ self.above, values @ self.below


def main_effects(cells: np.ndarray) -> list[Effect]:
    """Return what each level does against level 0, averaged over all settings of the other factors.

    The average over a full factorial is that of Yates (1937, "The design and analysis of factorial experiments"). Over
    a fraction of it in which each level meets each level of every other factor equally often, it is the difference
    between the halves of Plackett & Burman (1946, "The design of optimum multifactorial experiments").

    Args:
        cells: the position of the level of each factor in each cell, (cells, factors).
    """
    found = []
    for factor in range(cells.shape[1]):
        column = cells[:, factor]
        for level in range(1, column.max() + 1):
            found.append(Effect((factor,), (level,), _mean(column == level), _mean(column == 0)))
    return found


def interactions(cells: np.ndarray) -> list[Effect]:
    """Return by how much two levels together do more than the sum of what each does alone.

    For levels a of one factor and b of another, against their levels 0: (ab - b) - (a - 1), averaged over all
    settings of the other factors (Yates 1937). 0 means that the two simply add up.

    Args:
        cells: as in :func:`main_effects`.
    """
    found = []
    for one, other in itertools.combinations(range(cells.shape[1]), 2):
        first, second = cells[:, one], cells[:, other]
        for a, b in itertools.product(range(1, first.max() + 1), range(1, second.max() + 1)):
            above = _mean((first == a) & (second == b)) + _mean((first == 0) & (second == 0))
            below = _mean((first == a) & (second == 0)) + _mean((first == 0) & (second == b))
            found.append(Effect((one, other), (a, b), above, below))
    return found


@dataclass(frozen=True)
class Alias:
    """Two factors whose interaction is mixed into the main effect of a third.

    Attributes:
        factors: positions of the two.
        share: how much of what they do together is in the effect, from -1 to 1: of half of (ab - b) - (a - 1).
    """

    factors: tuple[int, int]
    share: float


def aliases(cells: np.ndarray) -> list[tuple[Alias, ...]]:
    """Return, for each factor of a two-level design, with which two others' interaction its effect is mixed.

    The alias matrix of Box & Wilson (1951, "On the experimental attainment of optimum conditions"), its rows for main
    effects and columns for interactions of two. In a regular fraction a share is -1, 0 or 1, in a Plackett-Burman
    design also a part.

    Args:
        cells: as in :func:`main_effects`, of levels 0 and 1.
    """
    signs = 2 * cells - 1
    pairs = list(itertools.combinations(range(cells.shape[1]), 2))
    shares = signs.T @ np.stack([signs[:, one] * signs[:, other] for one, other in pairs], axis=1) / len(cells)
    return [
        tuple(Alias(pair, float(share)) for pair, share in zip(pairs, row, strict=True) if share and place not in pair)
        for place, row in enumerate(shares)
    ]


def _mean(chosen: np.ndarray) -> np.ndarray:
    """Return the weights that average the chosen cells."""
    return np.asarray(chosen / chosen.sum(), dtype=float)
