"""Whether a report on a grid in which nothing has an effect claims anything."""

from __future__ import annotations

from harness.judging import Sample, judge_study
from harness.stats import Verdict
from harness.study import Study


def claims(study: Study, samples: list[Sample]) -> bool:
    """Return whether any comparison or any effect is claimed, of a whole grid's trials, the base first."""
    keys = [variant.digest for variant in study.variants]
    judged = judge_study(study, dict(zip(keys[1:], samples[1:], strict=True)), samples[0])
    told = [one for row in judged.contrasts.values() for one in row] + [effect.contrast for effect in judged.effects]
    return any(one.verdict in (Verdict.BETTER, Verdict.WORSE) for one in told)
