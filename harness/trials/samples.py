"""What judging compares of a variant: its finished trials, made from the columns of the trials in one place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.judging import IDENTITY, Sample
from harness.metrics import METRICS
from harness.trials.places import disturbed

_BESIDE = ("replicate", "steps", "epochs", "stop_reason", "test_hits", "data_digest", *IDENTITY)
"""Columns that a sample needs besides what was measured."""


def make_sample(label: str, columns: Mapping[str, np.ndarray], withheld: str = "") -> Sample:
    """Return the sample of one variant.

    Args:
        label: what the variant is called.
        columns: columns of the trials as arrays, all trials of the variant; metrics that are not there are not in the
            sample.
        withheld: why seconds must not be compared with the base's; empty if they may.
    """
    finished = columns["status"] == "finished"
    there = [name for name in (*METRICS, *_BESIDE) if name in columns]
    counts = {name: _count(columns[name]) for name in there if name in METRICS and _is_count(name)}
    busy = disturbed(columns, len(finished))[finished]
    replicates = frozenset(int(one) for one in columns["replicate"][finished][busy])
    return Sample(label, {name: columns[name][finished] for name in there}, counts, withheld, replicates)


def _is_count(name: str) -> bool:
    return METRICS[name].unit.compared == "exact"


def _count(values: np.ndarray) -> int | None:
    """Return a count of a variant's network, which is known as soon as one of its trials was started."""
    known = values[~np.isnan(values.astype(float))]
    return int(known[0]) if len(known) else None
