"""The files that say which test images each trial got right, put into the table of trials."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import HITS_FILE
from harness.trials.checking import sift
from harness.trials.left_out import keep_left_out, left_out_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HITS_FILE", "with_hits"]

_MOST = 2**24
"""Bytes that are read of a file: more than a hundred million images have."""


def with_hits(
    trials: pd.DataFrame, history: pd.DataFrame, files: Mapping[str, Path]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables with the column ``test_hits``, without the trials whose file cannot be theirs.

    Args:
        trials: a row a trial; what is left out of it is noted with it.
        history: a row an evaluation.
        files: run id -> the file that it left.
    """
    if not files:
        return trials, history
    packed = [_read(files[run_id]) if run_id in files else b"" for run_id in trials["run_id"]]
    attrs, before = trials.attrs, left_out_of(trials)
    trials, history, said = sift(trials.assign(test_hits=packed), history)
    trials.attrs = attrs
    keep_left_out(trials, [*before, *said])
    return trials, history


def _read(file: Path) -> bytes:
    """Return what is in a file; nothing for one that is gone by now."""
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST)
    except FileNotFoundError:
        return b""
