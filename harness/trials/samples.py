"""What judging compares of a variant: its finished trials, made from the columns of the trials in one place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.judging import IDENTITY, Sample
from harness.metrics import METRICS, is_asked
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
    there += [name for name in columns if is_asked(name) and name not in there]
    counts = {name: _count(columns[name]) for name in there if name in METRICS and _is_count(name)}
    busy = finished & disturbed(columns, len(finished))
    settled, failed, killed = (
        _replicates(columns, columns["status"] == status) for status in ("finished", "failed", "killed")
    )
    return Sample(
        label,
        {name: columns[name][finished] for name in there},
        counts,
        withheld,
        failed=failed - settled,
        disturbed=_replicates(columns, busy),
        pending=killed - settled - failed,
    )


def _replicates(columns: Mapping[str, np.ndarray], kept: np.ndarray) -> frozenset[int]:
    return frozenset(int(replicate) for replicate in columns["replicate"][kept])


def _is_count(name: str) -> bool:
    return METRICS[name].unit.compared == "exact"


def _count(values: np.ndarray) -> int | None:
    """Return a count of a variant's network, which is known as soon as one of its trials was started."""
    known = values[~np.isnan(values.astype(float))]
    return int(known[0]) if len(known) else None
