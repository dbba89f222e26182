"""Whether "about N more replicates would tell" is kept, if what was estimated is the truth."""

from __future__ import annotations

import numpy as np

from benchmarks.validity.cells import Cell
from benchmarks.validity.noise import accuracies
from benchmarks.validity.samples import accuracy_sample
from benchmarks.validity.studies import judge, study_of
from harness.judging import Contrast
from harness.stats import Verdict
from harness.study import Study

_MOST = 100
"""A larger figure is not put to the test: nobody would follow it."""


def kept(cell: Cell, study: Study, random: np.random.Generator) -> bool | None:
    """Return whether the open comparison of which the fewest were promised is decided after so many more.

    The study goes on with its own trials, and with new ones drawn so that what it estimated of each variant is true.

    Args:
        cell: the kind of study.
        study: :func:`study_of` it.
        random: where the trials come from.

    Returns:
        None if nothing was promised.
    """
    first = accuracies(cell, random, (cell.variants, cell.last))
    contrasts = _judge(study, first, [cell.last])
    open_ones = {key: one for key, one in contrasts.items() if promised(one)}
    if not open_ones:
        return None
    key = min(open_ones, key=lambda key: promised(open_ones[key]) or 0)
    further = promised(open_ones[key]) or 0
    new = accuracies(cell, random, (cell.variants, further))
    new[1:] += np.array([one.estimate for one in contrasts.values()])[:, None] - cell.effect * cell.spread
    whole = cell.last + further
    after = _judge(study_of(cell, [whole]), np.concatenate([first, new], axis=1), [cell.last, whole])
    return after[key].verdict is not Verdict.UNDECIDED


def promised(contrast: Contrast) -> int | None:
    """Return how many more replicates would decide a comparison, as its report says; None if it names none to try."""
    return contrast.more if contrast.verdict is Verdict.UNDECIDED and 0 < (contrast.more or 0) <= _MOST else None


def _judge(study: Study, values: np.ndarray, asked: list[int]) -> dict[str, Contrast]:
    others = {str(place): accuracy_sample(row) for place, row in enumerate(values[1:])}
    return judge(study, others, accuracy_sample(values[0]), asked)
