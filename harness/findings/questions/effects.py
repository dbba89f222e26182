"""What each factor of a full factorial does, and what two of them do together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from harness.findings.facts import Facts
from harness.findings.figures import Estimate, ForestFigure
from harness.findings.finding import Finding, Section, Table
from harness.findings.groups import Group
from harness.judging.contrast import show_p
from harness.metrics import METRICS
from harness.stats import Effect, holm, interactions, main_effects
from harness.study import Study, show_level
from harness.study.variant import short_names

CHAPTER = "What each factor does"
_MOST = 30


def analyse(facts: Facts) -> Finding:
    """Return main effects and interactions as a table and as a forest plot; nothing where there are none to tell."""
    found, metric = _effects(facts.study, facts.groups)
    if not found:
        return Finding()
    return Finding(sections=(_section(facts.study, found, metric),), plots=(_figure(facts.study, found, metric),))


def _effects(study: Study, groups: Sequence[Group]) -> tuple[list[Effect], str]:
    """Return main effects, then interactions, in the first metric that is a difference, and its name.

    Interactions only where there are few enough to read. Nothing for a design of fewer than two factors, for
    replicates that are not all there, and without such a metric.
    """
    metric = next((name for name in study.metrics if METRICS[name].unit.compared == "difference"), "")
    design = study.design
    if not metric or not design.crossed or sum(len(levels) > 1 for levels in design.dimensions.values()) < 2:
        return [], ""
    found = {group.digest: group for group in groups}
    rows = []
    for variant in study.variants:
        levels = {path: show_level(level) for path, level in variant.settings.items()}
        values = found[variant.digest].sample().by_replicate(metric)
        rows += [{**levels, "replicate": replicate, metric: value} for replicate, value in values.items()]
    if not rows:
        return [], ""
    base = study.variants[0].settings
    factors = {}
    for path, given in design.dimensions.items():
        first = show_level(base[path])
        factors[path] = [first, *(text for level in given if (text := show_level(level)) != first)]
    frame = pd.DataFrame(rows)
    both = main_effects(frame, metric, factors)
    if len(factors) * max(len(levels) for levels in factors.values()) <= _MOST:
        both += interactions(frame, metric, factors)
    return [effect for effect in both if effect.difference.n > 1], metric


def _section(study: Study, found: Sequence[Effect], metric: str) -> Section:
    adjusted = holm([effect.difference.p_value for effect in found])
    rows = tuple(
        (
            _label(study, effect),
            "interaction" if len(effect.factors) > 1 else "main effect",
            METRICS[metric].signed(effect.difference.estimate),
            f"{METRICS[metric].signed(effect.difference.low)} to {METRICS[metric].signed(effect.difference.high)}",
            str(effect.difference.n),
            show_p(p),
        )
        for effect, p in zip(found, adjusted, strict=True)
    )
    table = Table(
        caption=f"Effects on {METRICS[metric].title}{METRICS[metric].points}, with 95 % intervals",
        headings=("effect of", "kind", "size", "95 % interval", "replicates", "p (Holm)"),
        numeric=(False, False, True, True, True, True),
        rows=rows,
        faint=(False,) * len(rows),
    )
    text = (
        "A main effect is what a level changes against the base's, averaged over all settings of the other factors. An "
        "interaction is by how much two levels together do more than the sum of what each does alone; 0 means that "
        "they simply add up."
    )
    return Section("Main effects and interactions", text, table)


def _figure(study: Study, found: Sequence[Effect], metric: str) -> ForestFigure:
    scale = METRICS[metric].unit.scale
    adjusted = holm([effect.difference.p_value for effect in found])
    estimates = tuple(
        Estimate(
            _label(study, effect),
            scale * effect.difference.estimate,
            scale * effect.difference.low,
            scale * effect.difference.high,
            _word(metric, effect.difference.estimate, p),
        )
        for effect, p in zip(found[:_MOST], adjusted, strict=False)
    )
    said = [f"{_label(study, one)} {METRICS[metric].signed(one.difference.estimate)}" for one in found[:_MOST]]
    return ForestFigure(
        name=f"effect_{metric}",
        title=f"Main effects and interactions in {METRICS[metric].title}",
        x_title=f"effect on {METRICS[metric].title}{METRICS[metric].points}",
        neutral=0.0,
        margin=0.0,
        logarithmic=False,
        estimates=estimates,
        description=f"Effects on {METRICS[metric].title}: {'; '.join(said)}.",
        chapter=CHAPTER,
        note="Filled where the effect is surely not 0, all effects judged together (Holm).",
    )


def _label(study: Study, effect: Effect) -> str:
    names = short_names(list(study.base.settings))
    return " × ".join(f"{names[path]}={level}" for path, level in zip(effect.factors, effect.levels, strict=True))


def _word(metric: str, estimate: float, p: float) -> str:
    if not p <= 0.05 or np.isnan(estimate):
        return "undecided"
    return "better" if (estimate > 0) == (METRICS[metric].better == "higher") else "worse"
