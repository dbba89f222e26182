"""Whether networks never answer with some class, which no mean of accuracies tells."""

from __future__ import annotations

from collections import Counter

import numpy as np

from harness.findings.contrasts import dead_classes
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.groups import Group
from harness.findings.wording import listed
from harness.metrics import METRICS, counted

_AT_MOST = 4
"""Variants that are told one by one."""


def analyse(facts: Facts) -> Finding:
    """Return, for each variant with such trainings, how many they are and how many classes they never answer with.

    A class that is never predicted costs about its whole share of the test images: accuracies come in steps, and their
    mean describes no training.
    """
    silent = [group for group in facts.groups if (dead_classes(group) > 0).any()]
    said = [_sentence(group, facts.words[group.label].text) for group in silent[:_AT_MOST]]
    if len(silent) > _AT_MOST:
        said.append(f"So do trainings of {counted(len(silent) - _AT_MOST, 'further variant')}.")
    return Finding(sentences=tuple(said))


def _sentence(group: Group, words: str) -> str:
    dead = dead_classes(group)
    trainings = Counter(dead[dead > 0].astype(int).tolist())
    where = f"In {int((dead > 0).sum())} of {counted(len(dead), 'training')} with {words}"
    if len(trainings) == 1:
        (classes,) = trainings
        silent = "1 class is" if classes == 1 else f"{classes} classes are"
        return f"{where}, {silent} never predicted on the test images{_range(group)}."
    parts = [
        f"{classes} {'class' if classes == 1 else 'classes'} in {often}" for classes, often in sorted(trainings.items())
    ]
    return f"{where}, some classes are never predicted on the test images: {listed(parts)}{_range(group)}."


def _range(group: Group) -> str:
    """Say from where to where the accuracies go, which no mean tells; nothing where they are the same."""
    metric, values = METRICS["test_accuracy"], group.values("test_accuracy").astype(float)
    known = values[~np.isnan(values)]
    if not len(known) or (low := metric.show(known.min())) == (high := metric.show(known.max())):
        return ""
    return f"; their test accuracies go from {low} to {high} %, so that the mean is that of no training"
