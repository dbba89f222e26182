"""What the plan knows of single trainings: wanted, running, finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from harness.records import TrialResult
from harness.study import Phase, Variant

DIGEST, LABEL, REPLICATE, PHASE, RUN, ERROR, STOP_REASON = (
    f"harness:{name}" for name in ("digest", "variant", "replicate", "phase", "run_id", "error", "stop_reason")
)
"""Names of the user attributes of an Optuna trial."""

INTERRUPTED = "interrupted"
"""Error text of a trial that was in flight when its run was interrupted: the next run does it again."""

CONFIRM_FROM = 1000
"""First replicate of a confirmation: none that a search can have used, the same for all that are confirmed."""

Key = tuple[str, int, Phase]
"""What tells a training from others: digest of the variant, replicate, phase."""


class Training(NamedTuple):
    """A training that is wanted: which replicate of which variant, and what for."""

    variant: Variant
    replicate: int
    phase: Phase

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return self.variant.digest, self.replicate, self.phase


def balanced(variants: Iterable[Variant], replicates: Iterable[int], phase: Phase) -> Iterator[Training]:
    """Yield these replicates of these variants, replicate by replicate, so that a part done is balanced.

    What comes first meets a machine that is still cold, or alone. So the order changes with the replicate: every two
    are mirror images of each other, in which a drift that is even cancels out, and the next two begin with the next
    variant. Of k variants each has each place twice in 2k replicates.
    """
    variants = list(variants)
    for replicate in replicates:
        first = replicate % CONFIRM_FROM // 2 % len(variants) if variants else 0
        turned = [*variants[first:], *variants[:first]]
        yield from (Training(variant, replicate, phase) for variant in (reversed(turned) if replicate % 2 else turned))


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

    @property
    def training(self) -> Training:
        """The training that it hands out."""
        return Training(self.variant, self.replicate, self.phase)


class FinishedTrial(NamedTuple):
    """What a finished trial trained, and what came of it.

    Attributes:
        training: what it trained.
        digest: its variant's digest, as it was when the trial was recorded.
        values: its objectives; None if it was pruned or diverged.
        result: its result; None of a trial of an earlier run where no policy asks for it.
    """

    training: Training
    digest: str
    values: tuple[float, ...] | None
    result: TrialResult | None = None

    @property
    def key(self) -> Key:
        """What tells its training from others."""
        return self.digest, self.training.replicate, self.training.phase
