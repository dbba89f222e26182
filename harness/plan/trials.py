"""What the plan knows of single trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.study import Phase, Variant

DIGEST, LABEL, REPLICATE, PHASE, RUN, ERROR, STOP_REASON = (
    f"harness:{name}" for name in ("digest", "variant", "replicate", "phase", "run_id", "error", "stop_reason")
)
"""Names of the user attributes of an Optuna trial."""


@dataclass(frozen=True)
class Assignment:
    """One training that is to be done now; its trial is running from here on.

    Attributes:
        trial: the trial's number.
        variant: what to train; for a refused trial, the base.
        replicate: which replicate of it.
        phase: what for.
        prunable: whether evaluations are to be reported with :meth:`Plan.should_prune`.
        showcase: whether it is the first replicate of the base, or the first fresh one of a confirmed variant.
        refused: why nothing is to be trained: the suggested network is impossible. Already told to Optuna.
    """

    trial: int
    variant: Variant
    replicate: int
    phase: Phase
    prunable: bool = False
    showcase: bool = False
    refused: str | None = None


class FinishedTrial(NamedTuple):
    """A finished trial, as the plan needs to know it.

    Attributes:
        trial: the trial's number.
        digest: the variant's digest.
        replicate: which replicate of it.
        phase: what it was for.
        variant: the variant.
        values: its objectives; None if it was pruned or diverged.
        scores: what an adaptive study judges by, empty otherwise.
    """

    trial: int
    digest: str
    replicate: int
    phase: Phase
    variant: Variant
    values: tuple[float, ...] | None
    scores: Mapping[str, Any]
