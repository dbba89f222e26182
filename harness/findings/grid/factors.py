"""What the factors of a grid do, in the sentences that lead its answer."""

from __future__ import annotations

from collections.abc import Sequence

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.grid.effects import label_of, mixed_with
from harness.findings.wording import listed
from harness.judging import Contrast, FactorEffect
from harness.judging.contrast import show_effect, show_ends
from harness.metrics import METRICS
from harness.stats import Verdict
from harness.study import Study

_NAMED = 5
"""Levels of one verdict that are named in a sentence; a table says the rest better."""


def analyse(facts: Facts) -> Finding:
    """Return a sentence for each metric that has effects, and one where two levels do not simply add up."""
    said: list[str] = []
    for metric in dict.fromkeys(effect.contrast.metric for effect in facts.judged.effects):
        effects = [effect for effect in facts.judged.effects if effect.contrast.metric == metric]
        said.append(_levels(facts.study, metric, [effect for effect in effects if effect.main]))
        said += _together(facts.study, metric, [effect for effect in effects if not effect.main])
    if said and mixed_with(facts.study):
        every = 2 ** len(facts.study.design.dimensions)
        said.append(
            f"With {len(facts.study.variants)} of {every:,} combinations, effects are aliased with what two other "
            "factors do together: the report's table of effects says which."
        )
    return Finding(tuple(said))


def _levels(study: Study, metric: str, mains: Sequence[FactorEffect]) -> str:
    """Say which levels change a metric, the best first."""
    title, sign = METRICS[metric].title, METRICS[metric].sign
    found = sorted(mains, key=lambda effect: -sign * effect.contrast.estimate)
    groups = {kind: [effect for effect in found if effect.contrast.verdict is kind] for kind in Verdict}
    groups[Verdict.WORSE].reverse()  # what does most comes first
    parts: list[str] = []
    for kind in (Verdict.BETTER, Verdict.WORSE):
        of_kind = groups[kind]
        if of_kind and not parts:
            first = of_kind.pop(0)
            parts.append(f"{_against(study, first)} is {kind} in {title}: {_size(first.contrast)}")
            parts += _named(study, f"also {kind}", of_kind)
        else:
            parts += _named(study, str(kind), of_kind)
    if not parts:
        parts.append(f"no level is shown to change {title}")
    for kind in Verdict:
        if kind not in (Verdict.BETTER, Verdict.WORSE):
            parts += _named(study, str(kind), groups[kind])
    return f"Averaged over the other factors, {'; '.join(parts)}."


def _together(study: Study, metric: str, found: Sequence[FactorEffect]) -> list[str]:
    """Say which levels together do more or less than the sum of what each does alone."""
    sure = [effect for effect in found if effect.contrast.verdict in (Verdict.BETTER, Verdict.WORSE)]
    if not sure:
        return []
    told = [
        f"{label_of(study, effect)} is {effect.contrast.verdict} than "
        f"{'their product' if effect.contrast.kind == 'ratio' else 'their sum'} ({_size(effect.contrast)})"
        for effect in sorted(sure, key=lambda effect: effect.contrast.p)[:_NAMED]
    ]
    more = f"; so are {len(sure) - _NAMED} more" if len(sure) > _NAMED else ""
    return [f"What they do to {METRICS[metric].title} does not simply add up: {listed(told)}{more}."]


def _named(study: Study, word: str, found: Sequence[FactorEffect]) -> list[str]:
    if not found:
        return []
    if len(found) > _NAMED:
        return [f"{word}: {len(found)} levels"]
    sure = found[0].contrast.verdict in (Verdict.BETTER, Verdict.WORSE)
    names = [
        f"{label_of(study, effect)} ({_size(effect.contrast)})" if sure else label_of(study, effect) for effect in found
    ]
    return [f"{word}: {listed(names)}"]


def _against(study: Study, effect: FactorEffect) -> str:
    return f"{label_of(study, effect)} (against {effect.against[0]})"


def _size(contrast: Contrast) -> str:
    return f"{show_effect(contrast)}, {show_ends(contrast)}"
