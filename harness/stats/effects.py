"""What each factor of a full factorial does, and what two of them do together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.stats.paired import PairedDifference, paired_difference


@dataclass(frozen=True)
class Effect:
    """What one level does, or a level of one factor together with a level of another.

    Attributes:
        factors: one factor, or two for an interaction.
        levels: the level of each.
        difference: against the factors' first levels, replicate by replicate.
    """

    factors: tuple[str, ...]
    levels: tuple[Any, ...]
    difference: PairedDifference


def main_effects(frame: pd.DataFrame, value: str, factors: Mapping[str, Sequence[Any]]) -> list[Effect]:
    """Return what each level does, averaged over all settings of the other factors.

    The average over a full factorial is that of Yates (1937, "The design and analysis of factorial experiments"); it
    is taken within each replicate, and the replicates give the interval, so that what replicates share cancels.

    Args:
        frame: a row a trial, with the columns of the factors, ``replicate`` and ``value``. Replicates without a value
            for every cell of the design are left out.
        value: column to compare.
        factors: column -> its levels, the base's first.
    """
    cells = _complete(frame, value, factors)
    found = []
    for name, levels in factors.items():
        means = cells.T.groupby(level=name).mean().T
        found += [Effect((name,), (level,), paired_difference(means[level], means[levels[0]])) for level in levels[1:]]
    return found


def interactions(frame: pd.DataFrame, value: str, factors: Mapping[str, Sequence[Any]]) -> list[Effect]:
    """Return by how much two levels together do more than the sum of what each does alone.

    For levels a of one factor and b of another, against their first levels: (ab - b) - (a - 1), averaged over all
    settings of the other factors, within each replicate (Yates 1937). 0 means that the two simply add up.

    Args:
        frame: as in :func:`main_effects`.
        value: column to compare.
        factors: as in :func:`main_effects`.
    """
    cells = _complete(frame, value, factors)
    found = []
    for one, other in itertools.combinations(factors, 2):
        means = cells.T.groupby(level=[one, other]).mean().T
        first, second = factors[one][0], factors[other][0]
        for a, b in itertools.product(factors[one][1:], factors[other][1:]):
            together = paired_difference(means[(a, b)] - means[(first, b)], means[(a, second)] - means[(first, second)])
            found.append(Effect((one, other), (a, b), together))
    return found


def _complete(frame: pd.DataFrame, value: str, factors: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return the values with a row a replicate and a column a cell of the design; whole rows alone."""
    table = frame.pivot_table(index="replicate", columns=list(factors), values=value, aggfunc="last", dropna=False)
    if not isinstance(table.columns, pd.MultiIndex):
        table.columns = pd.MultiIndex.from_arrays([table.columns], names=list(factors))
    cells = pd.MultiIndex.from_product([list(levels) for levels in factors.values()], names=list(factors))
    return table.reindex(columns=cells).dropna()
