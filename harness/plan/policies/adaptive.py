"""Replicates as many as it takes: more of those variants whose comparison with the base a look leaves open."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.plan.ledger import Ledger
from harness.plan.trials import Key, Training, balanced
from harness.records import Asked, TrialResult
from harness.study import Phase, Study, Variant

if TYPE_CHECKING:
    import numpy as np

    from harness.judging import Sample


class AdaptivePolicy:
    """Looks at the data as often as there are replicates for, and wants more of what is undecided and may be decided.

    What is undecided is what a report of these trainings would call so: both look when what was asked so far says.

    Args:
        study: the study.
        asked: what was asked of it so far, in order; empty where that is unknown.
    """

    def __init__(self, study: Study, asked: Sequence[Asked] = ()) -> None:
        self._study, self._asked = study, asked
        self._variants = study.variants

    def next_wave(self, ledger: Ledger) -> list[Training]:
        """Return the replicates up to the next look of what is undecided; nothing while others are running.

        All there is is judged anew each time, so that a continued study goes the way it went.
        """
        from harness.judging import looks_of

        if ledger.running:
            return []
        known = ledger.known()
        first, *later = looks_of(self._study, self._asked).sizes
        if wanted := _missing(self._variants, first, known):
            return wanted
        going_on = undecided(self._study, self._variants, ledger, self._asked) if later else []
        waves = (_missing(going_on, size, known) for size in later)
        return next((wanted for wanted in waves if wanted), [])

    def to_sample(self, _: Ledger) -> int:
        """Nothing is sampled."""
        return 0

    def remaining(self, _: Ledger) -> int:
        """What a look will ask for is not known before."""
        return 0


def undecided(study: Study, variants: Sequence[Variant], ledger: Ledger, asked: Sequence[Asked] = ()) -> list[Variant]:
    """Return the base and the variants whose comparison is worth going on with; nothing if there are none.

    Args:
        study: the study.
        variants: its variants, the base first.
        ledger: what has become of their trainings, with results.
        asked: what was asked of the study so far, in order.
    """
    from harness.judging import compare, open_comparisons

    columns = {variant.digest: _columns(study, variant, ledger) for variant in variants}
    base, *others = (_sample(variant, columns, ledger, variants[0].digest) for variant in variants)
    samples = {variant.digest: sample for variant, sample in zip(variants[1:], others, strict=True)}
    still = set(open_comparisons(compare(study, samples, base, asked)))
    return [variants[0], *(one for one in variants[1:] if one.digest in still)] if still else []


def _missing(variants: Sequence[Variant], size: int, known: Collection[Key]) -> list[Training]:
    return [one for one in balanced(variants, range(size), Phase.DESIGN) if one.key not in known]


def _columns(study: Study, variant: Variant, ledger: Ledger) -> dict[str, np.ndarray]:
    """Return the finished trials of a variant as a report has them: all that a comparison looks at, by column."""
    import numpy as np

    from harness.judging import IDENTITY
    from harness.trials import EQUAL_FOR_SECONDS

    finished = [trial for trial in ledger.finished.values() if trial.digest == variant.digest]
    known = [(trial.training.replicate, trial.result) for trial in finished if trial.result is not None]
    columns = {
        name: np.array([_score(result, name) for _, result in known], dtype=float)
        for name in dict.fromkeys((*study.metrics, "train_seconds"))
    }
    for name in ("steps", "epochs", "foreign_load", "studies_beside"):
        columns[name] = np.array([getattr(result, name) for _, result in known], dtype=float)  # None is not-a-number
    columns["replicate"] = np.array([replicate for replicate, _ in known], dtype=int)
    columns["stop_reason"] = np.array([result.stop_reason.value for _, result in known], dtype=str)
    for name in IDENTITY:
        digests = [result.digests.get(name.removesuffix("_digest"), "") for _, result in known]
        columns[name] = np.array(digests, dtype=str)
    for name in EQUAL_FOR_SECONDS:
        columns[name] = np.array([getattr(result.fingerprint, name, "") for _, result in known], dtype=object)
    columns["status"] = np.full(len(known), "finished")
    return columns


def _sample(variant: Variant, columns: Mapping[str, Mapping[str, np.ndarray]], ledger: Ledger, base: str) -> Sample:
    """Return what is compared of a variant.

    Args:
        variant: which.
        columns: of all variants, by digest.
        ledger: what has become of their trainings.
        base: digest of the one that others are compared with.
    """
    from harness.trials import differing_places
    from harness.trials.samples import make_sample

    withheld = differing_places([columns[base], columns[variant.digest]])
    failed = frozenset(one.replicate for one in ledger.given_up if one.variant.digest == variant.digest)
    sample = replace(make_sample(variant.label, columns[variant.digest], withheld), failed=failed)
    # a wave that was interrupted leaves gaps: its look waits until they are filled
    return replace(sample, pending=frozenset(range(max(sample.settled, default=0))) - sample.settled)


def _score(result: TrialResult, name: str) -> float:
    """Return a metric of a result, not-a-number also where a target was never reached."""
    value = result.value(name)
    return value if math.isfinite(value) else math.nan
