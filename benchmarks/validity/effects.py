"""Whether a report on a grid in which nothing has an effect claims anything."""

from __future__ import annotations

import pandas as pd

from harness.judging import Sample, compare
from harness.stats import LEVEL, Verdict, holm, interactions, main_effects
from harness.study import Study


def claims(study: Study, samples: list[Sample]) -> bool:
    """Return whether any comparison or any effect is claimed, of a whole grid's trials, the base first."""
    keys = [variant.digest for variant in study.variants]
    judged = compare(study, dict(zip(keys[1:], samples[1:], strict=True)), samples[0])
    if any(one.verdict in (Verdict.BETTER, Verdict.WORSE) for row in judged.values() for one in row):
        return True
    return any(p <= LEVEL for p in _effects(study, samples))


def _effects(study: Study, samples: list[Sample]) -> list[float]:
    """Return the adjusted p-values of main effects and interactions."""
    rows = [
        {**variant.settings, "replicate": replicate, "value": value}
        for variant, sample in zip(study.variants, samples, strict=True)
        for replicate, value in enumerate(sample.columns["test_accuracy"])
    ]
    factors = dict(study.design.dimensions)
    frame = pd.DataFrame(rows)
    found = main_effects(frame, "value", factors) + interactions(frame, "value", factors)
    return holm([effect.difference.p_value for effect in found])
