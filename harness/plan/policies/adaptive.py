"""Replicates as many as it takes: more of those variants whose comparison with the base is open after a look."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from harness.plan.ledger import Ledger
from harness.plan.trials import FinishedTrial, Training, balanced
from harness.records import TrialResult
from harness.study import Phase, Study, Variant

if TYPE_CHECKING:
    from harness.judging import Sample


class AdaptivePolicy:
    """Looks at the data as often as there are replicates for, and wants more of what is undecided.

    Args:
        study: the study.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._variants = study.variants

    def next_wave(self, ledger: Ledger) -> list[Training]:
        """Return the replicates up to the next look of what is undecided; nothing while others are running.

        Every look is taken anew, each on what it saw at its time, so that a continued study goes the way it went.
        """
        from harness.judging import looks_of

        if ledger.running:
            return []
        known = ledger.known()
        variants: Sequence[Variant] = self._variants
        for size in looks_of(self._study).sizes:
            wanted = [one for one in balanced(variants, range(size), Phase.DESIGN) if one.key not in known]
            if wanted:
                return wanted
            variants = undecided(self._study, self._variants, ledger.finished.values(), size)
        return []

    def to_sample(self, _: Ledger) -> int:
        """Nothing is sampled."""
        return 0

    def remaining(self, _: Ledger) -> int:
        """What a look will ask for is not known before."""
        return 0


def undecided(
    study: Study, variants: Sequence[Variant], finished: Iterable[FinishedTrial], replicates: int
) -> list[Variant]:
    """Return the base and the variants whose comparison with it is open; nothing if all are decided.

    Args:
        study: the study.
        variants: its variants, the base first.
        finished: finished trials, with their results.
        replicates: only replicates below this number are looked at, as at the time of the look.
    """
    from harness.judging import compare, open_comparisons

    seen = [trial for trial in finished if trial.training.replicate < replicates]
    samples = {
        variant.digest: _sample(study, variant, [trial for trial in seen if trial.digest == variant.digest])
        for variant in variants
    }
    base = samples.pop(variants[0].digest)
    still = set(open_comparisons(compare(study, samples, base)))
    return [variants[0], *(one for one in variants[1:] if one.digest in still)] if still else []


def _sample(study: Study, variant: Variant, finished: Sequence[FinishedTrial]) -> Sample:
    import numpy as np

    from harness.judging import IDENTITY
    from harness.trials.samples import make_sample

    known = [(trial.training.replicate, trial.result) for trial in finished if trial.result is not None]
    columns = {
        name: np.array([_score(result, name) for _, result in known], dtype=float)
        for name in dict.fromkeys((*study.metrics, "train_seconds"))
    }
    columns["steps"] = np.array([result.steps for _, result in known], dtype=float)
    for name in ("foreign_load", "studies_beside"):
        columns[name] = np.array([getattr(result, name) for _, result in known], dtype=float)  # None is not-a-number
    columns["replicate"] = np.array([replicate for replicate, _ in known], dtype=int)
    columns["stop_reason"] = np.array([result.stop_reason.value for _, result in known], dtype=str)
    for name in IDENTITY:
        digests = [result.digests.get(name.removesuffix("_digest"), "") for _, result in known]
        columns[name] = np.array(digests, dtype=str)
    columns["status"] = np.full(len(known), "finished")
    return make_sample(variant.label, columns)


def _score(result: TrialResult, name: str) -> float:
    """Return a metric of a result, not-a-number also where a target was never reached."""
    value = result.value(name)
    return value if math.isfinite(value) else math.nan
