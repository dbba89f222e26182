"""The finished trials of one variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from harness.metrics import METRICS
from harness.records import StopReason
from harness.stats import Times

_NEVER = (StopReason.NOT_FINITE, StopReason.PLATEAU, StopReason.CALLBACK)
"""Stop reasons after which more steps would not have reached the target: the miss is infinite, not early."""

IDENTITY = ("weights_digest", "history_digest")
"""Columns with digests: where both are equal, so are two trainings."""


@dataclass(frozen=True)
class Sample:
    """The finished trials of one variant, one a replicate.

    Attributes:
        label: what the variant is called.
        columns: metric -> a value a trial, NaN where there is none; besides "replicate", "steps", "train_seconds",
            "stop_reason" and, where they are known, those of :data:`IDENTITY`,
            "test_hits" and "data_digest".
        counts: metric counted in whole numbers -> its value, None if unknown.
        withheld: why seconds must not be compared with the base's; empty if they may.
        failed: replicates that broke; they are waited for no longer.
        pending: replicates that were begun and are to be done again.
        disturbed: replicates whose seconds do not count, because others used the machine meanwhile.
    """

    label: str
    columns: Mapping[str, np.ndarray]
    counts: Mapping[str, int | None] = field(default_factory=dict)
    withheld: str = ""
    disturbed: frozenset[int] = frozenset()
    failed: frozenset[int] = frozenset()
    pending: frozenset[int] = frozenset()

    @property
    def finished(self) -> int:
        """Number of trials."""
        return len(self.columns["replicate"])

    @property
    def settled(self) -> frozenset[int]:
        """Replicates of which nothing more is to come."""
        return self.failed | {int(replicate) for replicate in self.columns["replicate"]}

    def below(self, replicate: int) -> Sample:
        """Return the trials of the replicates below a number: what a look saw that was taken then."""
        kept = self.columns["replicate"].astype(int) < replicate
        return replace(self, columns={name: values[kept] for name, values in self.columns.items()})

    def by_replicate(self, name: str) -> pd.Series[float]:
        """Return a metric by replicate; the last one where a replicate was trained twice.

        Of a training that diverged there is none but counts: its scores are none, and its few seconds no saving. Nor
        is what is infinite a value.
        """
        given = self.columns.get(name, np.full(self.finished, np.nan))  # of a study that did not ask for it
        values = given.astype(float)
        values = np.where(np.isinf(values), np.nan, values)
        if name not in METRICS or METRICS[name].unit.compared != "exact":
            values = np.where(self.columns["stop_reason"].astype(str) == StopReason.NOT_FINITE, np.nan, values)
        return self._counting(name, _indexed(values, self.columns["replicate"]))

    def hits(self) -> dict[int, tuple[str, bytes]]:
        """Return replicate -> digest of the images, and the test images that it got right, as they are packed.

        Replicates of which either is not known are not there; the last one counts where one was trained twice.
        """
        if "test_hits" not in self.columns or "data_digest" not in self.columns:
            return {}
        columns = (self.columns[name].tolist() for name in ("replicate", "data_digest", "test_hits", "stop_reason"))
        found = {
            int(replicate): (digest, packed if reason != StopReason.NOT_FINITE else b"")
            for replicate, digest, packed, reason in zip(*columns, strict=True)
        }
        return {replicate: both for replicate, both in found.items() if all(both)}

    def trainings(self) -> pd.Series[str]:
        """Return by replicate what is the same for two trainings that are the same bit by bit; empty where unknown.

        That is the digests of the weights that they left and of everything that was evaluated.
        """
        parts = [self.columns.get(name, np.full(self.finished, "")) for name in IDENTITY]
        found = [
            "/".join(both) if all(both) else "" for both in zip(*(part.astype(str) for part in parts), strict=True)
        ]
        return _indexed(np.array(found, dtype=str), self.columns["replicate"])

    def times(self, name: str) -> Times:
        """Return "steps_to_target" or "seconds_to_target", trials that never got there as censored."""
        at, missed = censor(self.columns[name], self.columns[METRICS[name].watched], self.columns["stop_reason"])
        replicate = self.columns["replicate"]
        return Times(*(self._counting(name, _indexed(values, replicate)) for values in (at, missed)))

    def _counting(self, name: str, values: pd.Series) -> pd.Series:
        """Return the values that count: of what a clock measured, those of trainings that had the machine alone."""
        if not (self.disturbed and name in METRICS and METRICS[name].unit.clocked):
            return values
        return values[~values.index.isin(self.disturbed)]

    def pairs_left(self, base: Sample) -> tuple[int, int]:
        """Return the replicates that both have, and those of them whose seconds count in both."""
        both = {int(one) for one in self.columns["replicate"]} & {int(one) for one in base.columns["replicate"]}
        return len(both), len(both - self.disturbed - base.disturbed)


def censor(reached: np.ndarray, watched: np.ndarray, stop_reason: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a time a trial, and whether it is censored; all (n,).

    Args:
        reached: when the target was reached; NaN where it never was. Of a training that diverged it does not count.
        watched: how long each trial was watched.
        stop_reason: why each trial ended. After some reasons more steps would not have reached the target: the
            time is infinite then.
    """
    at, until = reached.astype(float), watched.astype(float)
    missed = np.isnan(at) | (stop_reason.astype(str) == StopReason.NOT_FINITE)
    never = np.isin(stop_reason.astype(str), _NEVER) | np.isnan(until)
    return np.where(missed, np.where(never, np.inf, until), at), missed


def _indexed(values: np.ndarray, replicate: np.ndarray) -> pd.Series:
    series = pd.Series(values, index=replicate.astype(int))
    return series if series.index.is_unique else series[~series.index.duplicated(keep="last")]
