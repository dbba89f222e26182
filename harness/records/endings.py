"""Why a training ended, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StopReason(StrEnum):
    """Why a training ended."""

    TARGET = "target"
    MAXIMUM = "maximum"
    TIME_BUDGET = "time_budget"
    PLATEAU = "plateau"
    CALLBACK = "callback"  # one of the user's
    NOT_FINITE = "not_finite"  # it diverged: no score, and no target that counts
    PRUNED = "pruned"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Ending:
    """A stop reason in words.

    Attributes:
        live: while the study runs; {} stands for the target.
        told: of one run afterwards; {} stands for the target.
        sentence: a whole one; {} stands for how long it trained.
    """

    live: str
    told: str
    sentence: str


ENDINGS: Mapping[StopReason, Ending] = {
    StopReason.TARGET: Ending(
        "reached the target of {}", "reached the target of {}", "Stopped after {}, at its target"
    ),
    StopReason.MAXIMUM: Ending("done", "trained for all its steps", "Trained to its maximum of {}"),
    StopReason.TIME_BUDGET: Ending("time budget used up", "used up its time", "Stopped after {}, when its time was up"),
    StopReason.PLATEAU: Ending(
        "no longer improving", "no longer improved", "Stopped after {}, when it no longer improved"
    ),
    StopReason.CALLBACK: Ending(
        "stopped by a callback",
        "was stopped by a callback of the study",
        "Stopped after {}, by a callback of the study",
    ),
    StopReason.NOT_FINITE: Ending(
        "diverged (not finite)",
        "its loss was no longer finite",
        "Stopped after {}: its loss was no longer a finite number",
    ),
    StopReason.PRUNED: Ending("pruned", "ended by the pruner", "Pruned after {}: others promised more"),
    StopReason.INTERRUPTED: Ending("interrupted", "interrupted", "Interrupted after {}"),
}
