"""Whether evaluations used moving averages of batch normalisation that had not settled yet."""

from __future__ import annotations

import numpy as np

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.groups import Group
from harness.findings.wording import quoted
from harness.metrics import METRICS, counted
from harness.study import OwnModel, Study, show_level

GAP = 0.1
"""Accuracy that validation is behind training, from which on something is wrong with the evaluation."""

LEFT = 0.005
"""Share of the initial mean 0 and variance 1 from which on the averages are not those of the images."""

_AT_MOST = 4
"""Variants that are told one by one."""


def analyse(facts: Facts) -> Finding:
    """Return, for each variant with batch normalisation whose validation accuracy is far below training, why it may be.

    In training a batch is normalised by its own mean and variance, in an evaluation by moving averages of them, which
    begin at 0 and 1: after n steps momentum^n of that is left (Ioffe and Szegedy 2015, "Batch Normalization", with the
    averages of Keras).
    """
    said = [sentence for group in facts.groups if (sentence := _sentence(facts.study, group))]
    if len(said) > _AT_MOST:
        said[_AT_MOST:] = [f"The same holds for {counted(len(said) - _AT_MOST, 'further variant')}."]
    return Finding(remarks=tuple(said))


def _sentence(study: Study, group: Group) -> str:
    momentum = _momentum(study, group)
    if momentum is None or "val_accuracy" not in group.columns:
        return ""
    trained, validated, steps = (
        group.values(name).astype(float) for name in ("train_accuracy", "val_accuracy", "steps")
    )
    left = momentum**steps
    found = (trained - validated > GAP) & (left > LEFT)
    if not found.any():
        return ""
    accuracy, count = METRICS["val_accuracy"], len(found)
    means = [accuracy.show(float(values[found].mean())) for values in (trained, validated)]
    which = "" if found.all() else f"In {int(found.sum())} of {counted(count, 'training')}: "
    return (
        f"{quoted(group.label)}: {which}{means[0]} % training accuracy, {means[1]} % validation accuracy after "
        f"{np.median(steps[found]):,.0f} steps. The likely cause are the moving averages of batch normalisation, which "
        f"evaluations use: {100 * np.median(left[found]):.0f} % of their initial values are left with a momentum of "
        f"{momentum:g}. Set model.batch_norm_momentum lower, to 0.9 say, or train for more steps."
    )


def _momentum(study: Study, group: Group) -> float | None:
    """Return the momentum of a variant's batch normalisation; None if it has none, or the network is the user's."""
    model = study.base.model
    if isinstance(model, OwnModel):
        return None
    used = group.settings.get("model.batch_norm", show_level(model.batch_norm))
    if used != show_level(True):
        return None
    return float(group.settings.get("model.batch_norm_momentum", model.batch_norm_momentum))
