"""Whether networks never answer with some class, which no mean of accuracies tells."""

from __future__ import annotations

from collections import Counter

import numpy as np

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.groups import Group
from harness.findings.wording import listed, quoted
from harness.metrics import counted

_AT_MOST = 4
"""Variants that are told one by one."""


def analyse(facts: Facts) -> Finding:
    """Return, for each variant with such trainings, how many they are and how many classes they never answer with.

    A class that is never predicted costs about its whole share of the test images: accuracies come in steps, and their
    mean describes no training.
    """
    silent = [group for group in facts.groups if _dead(group).any()]
    said = [_sentence(group) for group in silent[:_AT_MOST]]
    if len(silent) > _AT_MOST:
        said.append(f"So do trainings of {counted(len(silent) - _AT_MOST, 'further variant')}.")
    return Finding(sentences=tuple(said))


def _sentence(group: Group) -> str:
    dead = _dead(group)
    trainings = Counter(dead[dead > 0].astype(int).tolist())
    where = f"In {int((dead > 0).sum())} of {counted(len(dead), 'training')} of {quoted(group.label)}"
    if len(trainings) == 1:
        (classes,) = trainings
        silent = "1 class is" if classes == 1 else f"{classes} classes are"
        return f"{where}, {silent} never predicted on the test images."
    parts = [
        f"{classes} {'class' if classes == 1 else 'classes'} in {often}" for classes, often in sorted(trainings.items())
    ]
    return f"{where}, some classes are never predicted on the test images: {listed(parts)}."


def _dead(group: Group) -> np.ndarray:
    """Return how many classes each finished training never predicts, where it was recorded; (n,)."""
    if "dead_classes" not in group.columns:
        return np.zeros(0)
    known = group.values("dead_classes").astype(float)
    finite: np.ndarray = known[~np.isnan(known)]
    return finite
