"""Replicates as many as it takes: which comparisons are still open after a look at the data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from harness.plan.trials import FinishedTrial
from harness.records import TrialResult
from harness.study import Study, Variant

if TYPE_CHECKING:
    from harness.judging import Sample

_ALWAYS = ("train_seconds",)


def scores(study: Study, result: TrialResult) -> dict[str, Any]:
    """Return what the study's comparisons need of a result, as JSON can hold it: None for "not reached" and NaN."""
    values = {name: result.value(name) for name in (*study.metrics, *_ALWAYS)}
    finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
    return {**finite, "steps": result.steps, "stop_reason": result.stop_reason.value}


def undecided(
    study: Study, variants: Sequence[Variant], findings: Iterable[FinishedTrial], replicates: int
) -> list[Variant]:
    """Return the base and the variants whose comparison with it is open; nothing if all are decided.

    Args:
        study: the study.
        variants: its variants, the base first.
        findings: finished trials.
        replicates: only replicates below this number are looked at, as at the time of the look.
    """
    from harness.judging import compare, open_comparisons

    seen = [finding for finding in findings if finding.replicate < replicates]
    samples = {
        variant.digest: _sample(study, variant, [finding for finding in seen if finding.digest == variant.digest])
        for variant in variants
    }
    base = samples.pop(variants[0].digest)
    still = set(open_comparisons(compare(study, samples, base)))
    return [variants[0], *(one for one in variants[1:] if one.digest in still)] if still else []


def _sample(study: Study, variant: Variant, findings: Sequence[FinishedTrial]) -> Sample:
    import numpy as np

    from harness.trials.samples import make_sample

    names = (*study.metrics, *_ALWAYS, "steps")
    columns = {
        name: np.array([np.nan if (v := one.scores.get(name)) is None else v for one in findings], dtype=float)
        for name in dict.fromkeys(names)
    }
    columns["replicate"] = np.array([one.replicate for one in findings], dtype=int)
    columns["stop_reason"] = np.array([one.scores.get("stop_reason", "") for one in findings], dtype=str)
    columns["status"] = np.full(len(findings), "finished")
    return make_sample(variant.label, columns)
