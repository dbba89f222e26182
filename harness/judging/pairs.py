"""Each variant against each other, gathered to be judged beside the comparisons with the base."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.judging.contrast import Contrast, Evidence
from harness.judging.evidence import Rules, gather
from harness.judging.sample import Sample
from harness.metrics import METRICS
from harness.study import Study


@dataclass(frozen=True)
class Pair:
    """Two variants, neither of them the base, in one metric.

    Attributes:
        first: digest of the one that comes first in the study.
        second: digest of the other.
        contrast: the second against the first.
    """

    first: str
    second: str
    contrast: Contrast


def gather_pairs(study: Study, samples: Mapping[str, Sample], rules: Rules) -> list[tuple[Pair, Evidence]]:
    """Return each variant against each other in each metric that has a test, not yet judged.

    Args:
        study: the study.
        samples: the variants' trials by digest, in the order of the study, without the base.
        rules: how they are compared.
    """
    if study.report.compare != "all_pairs":
        return []
    found = []
    for first, second in itertools.combinations(samples, 2):
        one, other = samples[first], samples[second]
        other = replace(other, withheld=other.withheld or one.withheld)  # neither ran where the base did
        for metric in study.metrics:
            if METRICS[metric].unit.compared != "exact":
                evidence = gather(metric, other, one, rules)
                found.append((Pair(first, second, evidence.contrast), evidence))
    return found
