"""What the probe `activation_order` found: which networks stay the same function in the other order."""

from __future__ import annotations

import numpy as np

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.wording import listed

ROUNDING = 1e-4
"""Change of a logit that float32 arithmetic in another order can make in networks as small as these."""


def analyse(facts: Facts) -> Finding:
    """Return which variants put out the same logits with activation and pool exchanged, and which do not."""
    if "activation_order" not in facts.study.probes:
        return Finding()
    largest = {}
    for group in facts.groups:
        known = group.values("order_difference").astype(float)
        if len(known) and not np.isnan(known).all():
            largest[facts.words[group.label].text] = float(np.nanmax(known))
    same = {label: value for label, value in largest.items() if value <= ROUNDING}
    other = {label: value for label, value in largest.items() if value > ROUNDING}
    said = []
    if same:
        said.append(
            "Exchanging activation and pool leaves the function as it is, up to rounding, with "
            f"{listed(list(same))}: no logit of any test image moves by more than "
            f"{max(same.values()):.2g}."
        )
    if other:
        said.append(
            f"It makes another function with {listed(list(other))}: some logit moves by "
            f"{min(other.values()):.2g} to {max(other.values()):.2g}."
        )
    return Finding(tuple(said))
