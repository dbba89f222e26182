"""Which networks have layers whose operations are not counted."""

from __future__ import annotations

import numpy as np

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.wording import listed, quoted

_AT_MOST = 4
"""Variants that are told by name."""


def analyse(facts: Facts) -> Finding:
    """Return of which variants the parameters are known and the multiply-accumulates are not: networks of one's own."""
    labels = [
        group.label
        for group in facts.groups
        if {"parameters", "macs"} <= group.columns.keys()
        and np.isfinite(group.values("parameters").astype(float)).any()
        and not np.isfinite(group.values("macs").astype(float)).any()
    ]
    if not labels:
        return Finding()
    shown = [quoted(label) for label in labels[:_AT_MOST]]
    more = [f"{len(labels) - _AT_MOST} more"] if len(labels) > _AT_MOST else []
    return Finding(
        remarks=(
            f"Multiply-accumulates of {listed([*shown, *more])} are not counted: their networks have layers of the "
            "user's own, or others that harness does not know. The summary.txt of each run names them.",
        )
    )
