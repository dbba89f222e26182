"""A search: variants that Optuna's sampler suggests, then fresh replicates of the best."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness.metrics import METRICS
from harness.plan.ledger import Ledger
from harness.plan.policies.ranking import best_reaching, rank
from harness.plan.trials import CONFIRM_FROM, FinishedTrial, Training, balanced
from harness.study import Phase, Search, Study, Variant


class SearchPolicy:
    """Has variants sampled until the budget is spent, completes their replicates, and confirms the best and the base.

    Args:
        study: the study.
        design: its design.
    """

    def __init__(self, study: Study, design: Search) -> None:
        self._base = study.base
        self._design = design

    def next_wave(self, ledger: Ledger) -> Iterable[Training]:
        """Return the replicates that sampled variants still lack; once the search is over, the confirmations."""
        to_sample = self.to_sample(ledger)
        if to_sample or ledger.searching:
            return self._lacking(ledger, to_sample)
        confirm = self._design.confirm
        replicates = range(CONFIRM_FROM, CONFIRM_FROM + confirm.replicates)
        finished = [trial for trial in ledger.finished.values() if trial.training.phase is Phase.SEARCH]
        return balanced([self._base, *self._best(finished)], replicates, Phase.CONFIRM)

    def to_sample(self, ledger: Ledger) -> int:
        """Return what is left of the budget; nothing once the search is to go no further."""
        if ledger.search_ended:
            return 0
        return max(0, self._design.trials - ledger.spent - ledger.searching)

    def remaining(self, ledger: Ledger) -> int:
        """Return what is left of the budget, and all confirmations until they are queued."""
        to_sample = self.to_sample(ledger)
        if not to_sample and not ledger.searching:
            return 0
        return to_sample + (self._design.confirmed + 1) * self._design.confirm.replicates

    def _lacking(self, ledger: Ledger, budget: int) -> Iterator[Training]:
        """Yield the replicates that sampled variants lack: one has just been sampled, or an earlier run was cut off."""
        if self._design.replicates == 1:
            return
        sampled: dict[str, list[Training]] = {}
        for training in ledger.begun():
            if training.phase is Phase.SEARCH:
                sampled.setdefault(training.variant.digest, []).append(training)
        for begun in sampled.values():
            lacking = min(-len(begun) % self._design.replicates, budget)
            budget -= lacking
            first = max(training.replicate for training in begun) + 1
            yield from balanced([begun[0].variant], range(first, first + lacking), Phase.SEARCH)

    def _best(self, finished: Iterable[FinishedTrial]) -> list[Variant]:
        """Return the best variants of the search by their mean objectives, without the base.

        One of whose replicates was pruned or diverged comes after all that finished: the mean of survivors flatters.
        """
        values: dict[str, list[tuple[float, ...]]] = {}
        variants: dict[str, Variant] = {}
        broken = set()
        for trial in finished:
            if trial.values is None:
                broken.add(trial.digest)
            else:
                values.setdefault(trial.digest, []).append(trial.values)
                variants.setdefault(trial.digest, trial.training.variant)
        means = {
            digest: tuple(sum(column) / len(column) for column in zip(*rows, strict=True))
            for digest, rows in values.items()
        }
        better = [METRICS[name].better for name in self._design.objectives]
        base, confirm = self._base.digest, self._design.confirm
        if confirm.reaching:
            whole = {digest: row for digest, row in means.items() if digest not in broken and digest != base}
            return [variants[digest] for digest in best_reaching(whole, better, confirm.reaching, confirm.top)]
        best = sorted(rank(means, better), key=lambda digest: digest in broken)
        return [variants[digest] for digest in best if digest != base][: confirm.top]
