"""What the plan asks of a policy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from harness.plan.ledger import Ledger
from harness.plan.trials import Training


class Policy(Protocol):
    """Decides what a study trains next, from what has become of its trainings; keeps nothing of its own.

    So a study that is continued goes the way it would have gone.
    """

    def next_wave(self, ledger: Ledger, /) -> Iterable[Training]:
        """Return what is to be queued, in order; called when nothing is queued and something has happened.

        What the ledger knows already may be among it: the plan leaves it out.
        """
        ...

    def to_sample(self, ledger: Ledger, /) -> int:
        """Return how many trainings Optuna's sampler may still suggest. It is asked when nothing is queued."""
        ...

    def remaining(self, ledger: Ledger, /) -> int:
        """Return how many trainings will follow those that run and are queued, as far as is known now."""
        ...
