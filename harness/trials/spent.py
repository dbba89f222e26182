"""What a study has spent, from what was recorded of its trials: over all of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.metrics import CLOCKS

if TYPE_CHECKING:
    import pandas as pd

_VANISHED = "its run was killed"
"""What is recorded of a trial whose driver vanished. The next run closed it, maybe days later."""


@dataclass(frozen=True)
class Spent:
    """What a study's trials have taken.

    Attributes:
        seconds: in which at least one of them was under way: by the clock on the wall, without the pauses.
        core_seconds: all clocks of those that finished, each times its threads; of those that share a program each
            counts its part.
        kwh: of the whole machine, as far as it was measured; None where it was not.
    """

    seconds: float = 0.0
    core_seconds: float = 0.0
    kwh: float | None = None


def spent_on(trials: pd.DataFrame) -> Spent:
    """Return what the trials of a study have taken.

    What a driver that vanished had under way is left out: nobody knows how long it went on.

    Args:
        trials: a row a trial, with the columns of :data:`harness.trials.TRIALS`.
    """
    timed = trials[trials["started"].notna() & trials["ended"].notna() & (trials["error"] != _VANISHED)]
    seconds, until = 0.0, None
    for started, ended in sorted(zip(timed["started"], timed["ended"], strict=True)):
        begins = started if until is None else max(started, until)
        if ended > begins:
            seconds += (ended - begins).total_seconds()
            until = ended
    clocks = _clocks(trials)
    threads, pack = (trials[name].astype(float).fillna(1.0) for name in ("threads", "pack"))
    kwh = trials["kwh"].astype(float).sum(min_count=1)
    core_seconds = float((clocks * threads / pack.clip(lower=1.0)).sum())
    return Spent(seconds, core_seconds, None if kwh != kwh else float(kwh))


def longest_by_variant(trials: pd.DataFrame) -> dict[str, float]:
    """Return digest of a variant -> seconds of all clocks of its longest training that finished.

    Args:
        trials: as for :func:`spent_on`.
    """
    done = trials[trials["status"] == "finished"]
    return {str(digest): float(most) for digest, most in _clocks(done).groupby(done["digest"]).max().items()}


def _clocks(trials: pd.DataFrame) -> pd.Series[float]:
    return trials[[f"{name}_seconds" for name in CLOCKS]].astype(float).sum(axis=1)
