"""Whether "about N more replicates would tell" is kept."""

from __future__ import annotations

import numpy as np

from benchmarks.validity.cells import Cell
from benchmarks.validity.noise import accuracies
from benchmarks.validity.samples import accuracy_sample
from benchmarks.validity.studies import judge, study_of
from harness.judging import Contrast
from harness.stats import Verdict
from harness.study import Study

MOST = 100
"""A larger figure is not put to the test: nobody would follow it."""


def kept(cell: Cell, study: Study, random: np.random.Generator) -> bool | None:
    """Return whether an open comparison, drawn of those with a figure, is decided after so many more replicates.

    True differences are drawn anew in every study, with the cell's effect as their standard deviation: whoever asks
    does not know how large they are. The study goes on with its own trials and new ones of the same variants.

    Args:
        cell: the kind of study.
        study: :func:`study_of` it.
        random: where the trials come from.

    Returns:
        None if no open comparison has a figure.
    """
    differences = np.append(0.0, cell.effect * random.normal(size=cell.variants - 1))[:, None] * cell.spread
    values = _trials(cell, random, cell.last) + differences
    contrasts = _judge(study, values, [cell.last])
    open_ones = [key for key, one in contrasts.items() if promised(one)]
    if not open_ones:
        return None
    key = random.choice(open_ones)
    further = promised(contrasts[key]) or 0
    whole = cell.last + further
    values = np.concatenate([values, _trials(cell, random, further) + differences], axis=1)
    return _judge(study_of(cell, [whole]), values, [cell.last, whole])[key].verdict is not Verdict.UNDECIDED


def promised(contrast: Contrast) -> int | None:
    """Return how many more replicates would decide a comparison in four cases of five; None for none, or too many."""
    more = contrast.more.likely if contrast.more and contrast.verdict is Verdict.UNDECIDED else None
    return more if more and more <= MOST else None


def _trials(cell: Cell, random: np.random.Generator, replicates: int) -> np.ndarray:
    """Return test accuracies of variants that do not differ, (variants, replicates)."""
    return accuracies(cell, random, (cell.variants, replicates))


def _judge(study: Study, values: np.ndarray, asked: list[int]) -> dict[str, Contrast]:
    others = {str(place): accuracy_sample(row) for place, row in enumerate(values[1:])}
    return judge(study, others, accuracy_sample(values[0]), asked)
