"""A fixed number of replicates of every variant."""

from __future__ import annotations

from collections.abc import Iterable

from harness.plan.ledger import Ledger
from harness.plan.trials import Training, balanced
from harness.study import Phase, Study


class GridPolicy:
    """Wants everything at once.

    Args:
        study: the study.
    """

    def __init__(self, study: Study) -> None:
        self._variants = study.variants
        self._replicates = range(study.design.replicate_range[0])

    def next_wave(self, _: Ledger) -> Iterable[Training]:
        """Return every replicate of every variant."""
        return balanced(self._variants, self._replicates, Phase.DESIGN)

    def to_sample(self, _: Ledger) -> int:
        """Nothing is sampled."""
        return 0

    def remaining(self, _: Ledger) -> int:
        """All there is is queued."""
        return 0
