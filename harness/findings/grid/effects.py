"""What each factor of a full factorial or a screening does, and what two of them do together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from harness.findings.differences.forest import margin_in_words
from harness.findings.facts import Facts
from harness.findings.figures import Estimate, ForestFigure
from harness.findings.finding import Finding, Section, Table
from harness.findings.wording import listed
from harness.judging import FactorEffect, cells_of
from harness.judging.contrast import show_effect, show_ends, show_p, show_verdict
from harness.metrics import METRICS
from harness.stats import aliases
from harness.study import Study
from harness.study.variant import short_names

CHAPTER = "What each factor does"
_MOST = 30
_OF_GRID = (
    "A main effect is what a level changes against the base's, averaged over all settings of the other factors. An "
    "interaction is by how much two levels together do more than the sum of what each does alone (of times and rates, "
    "than the product): 0, or 1 times, means that they simply add up. All of them and the single variants are judged "
    "together; half of the 5 % is the main effects'."
)
_OF_SCREENING = (
    "A main effect is the difference between the half of the variants that have a level and the half that have the "
    "other, within each replicate. All effects are judged together; single variants, which differ in many "
    "factors at once, are compared with nothing. "
)
_MIXED = (
    "So few variants cannot tell an effect of one factor from what two others do together: the last column names what "
    "each is aliased with (half of that interaction; with a minus sign where it is taken off). Train the combinations "
    "of the few factors that matter to be sure."
)
_CLEAR = "No effect of one factor is aliased with what two others do together."


def analyse(facts: Facts) -> Finding:
    """Return main effects and interactions as a table and as forest plots; nothing where there are none to tell."""
    study, effects = facts.study, facts.judged.effects
    metrics = list(dict.fromkeys(effect.contrast.metric for effect in effects))
    return Finding(
        remarks=_without(facts),
        sections=(_section(study, effects, metrics),) if effects else (),
        plots=tuple(
            _figure(study, metric, [effect for effect in effects if effect.contrast.metric == metric])
            for metric in metrics
        ),
    )


def label_of(study: Study, effect: FactorEffect) -> str:
    """Write what an effect is of: ``dense_dropout=0.5``, ``downsample=stride × dense_dropout=0.5``."""
    names = short_names(list(study.design.dimensions))
    return " × ".join(f"{names[path]}={level}" for path, level in zip(effect.factors, effect.levels, strict=True))


def _without(facts: Facts) -> tuple[str, ...]:
    """Say which metrics have no effects, and why."""
    why: dict[str, list[str]] = {}
    for metric, reason in facts.judged.no_effects.items():
        why.setdefault(reason, []).append(METRICS[metric].title)
    return tuple(
        f"What each factor does to {listed(titles)} cannot be averaged over the other factors: {reason}."
        for reason, titles in why.items()
    )


def mixed_with(study: Study) -> dict[str, str]:
    """Return dotted path -> which two other factors together its effect is aliased with, in words; empty if none are.

    Of a screening alone: a grid has every combination.
    """
    if not study.design.screens:
        return {}
    cells = cells_of(study)
    names = short_names(list(study.design.dimensions))
    told = {}
    for path, found in zip(cells.paths, aliases(cells.places), strict=True):
        whole = [
            f"{'−' if one.share < 0 else ''}{' × '.join(names[cells.paths[place]] for place in one.factors)}"
            for one in found
            if abs(one.share) == 1
        ]
        parts = Counter(Fraction(abs(one.share)).limit_denominator(100) for one in found if abs(one.share) < 1)
        whole += [f"{share} of {count} pairs" for share, count in sorted(parts.items())]
        told[path] = ", ".join(whole)
    return told if any(told.values()) else {}


def _section(study: Study, effects: Sequence[FactorEffect], metrics: Sequence[str]) -> Section:
    several = len(metrics) > 1
    mixed = mixed_with(study)
    rows = []
    for effect in effects:
        one = effect.contrast
        cells = (show_effect(one), show_ends(one), str(one.pairs), show_p(one.p), show_p(one.p_holm), show_verdict(one))
        metric = (METRICS[one.metric].title,) if several else ()
        beside = (mixed.get(effect.factors[0], "") if effect.main else "",) if mixed else ()
        kind = "main effect" if effect.main else "interaction"
        rows.append((label_of(study, effect), kind, *metric, *cells, *beside))
    title = "" if several else f" on {METRICS[metrics[0]].title}"
    last = ("aliased with",) if mixed else ()
    headings = ("effect of", "kind", *(("metric",) if several else ()))
    table = Table(
        caption=f"Effects{title}, with 95 % intervals",
        headings=(*headings, "size", "95 % interval", "replicates", "p", "p (Holm)", "verdict", *last),
        numeric=(*(False for _ in headings), True, True, True, True, True, False, *(False for _ in last)),
        rows=tuple(rows),
        faint=(False,) * len(rows),
    )
    if study.design.screens:
        return Section("Main effects", _OF_SCREENING + (_MIXED if mixed else _CLEAR), table)
    return Section("Main effects and interactions", _OF_GRID, table)


def _figure(study: Study, metric: str, effects: Sequence[FactorEffect]) -> ForestFigure:
    title, scale = METRICS[metric].title, METRICS[metric].unit.scale
    ratio = effects[0].contrast.kind == "ratio"
    shown = [(label_of(study, effect), effect.contrast) for effect in effects[:_MOST]]
    return ForestFigure(
        name=f"effect_{metric}",
        title=f"{'Main effects' if study.design.screens else 'Main effects and interactions'} in {title}",
        x_title=f"effect on {title}, times" if ratio else f"effect on {title}{METRICS[metric].points}",
        neutral=1.0 if ratio else 0.0,
        margin=0.0 if ratio else scale * study.margins.get(metric, 0.0),
        logarithmic=ratio,
        estimates=tuple(
            Estimate(
                *(label, scale * one.estimate, scale * one.low, scale * one.high, str(one.verdict)),
                told=f"{show_effect(one)} ({show_ends(one)})",
            )
            for label, one in shown
        ),
        description=f"Effects on {title}: {'; '.join(f'{label} {show_effect(one)}' for label, one in shown)}.",
        chapter=CHAPTER,
        note="Lines are 95 % intervals. All effects are judged together, and with single variants: an interval beside "
        "the line may still be undecided.",
        better=METRICS[metric].better,
        margin_told=margin_in_words(study, metric),
    )
