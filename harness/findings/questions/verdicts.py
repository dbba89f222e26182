"""The answer in sentences that a person would say, with the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from harness.findings.contrasts import best_first
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.headline import IN_FULL, PREPOSITION
from harness.findings.rows import Row
from harness.findings.search.outcome import search_outcome
from harness.findings.wording import listed, quoted, show_interval
from harness.judging import Contrast
from harness.judging.contrast import not_compared, show_effect, show_ends, show_outlook, show_p, show_within
from harness.metrics import METRICS, counted, show_ratio
from harness.stats import Verdict
from harness.study import Study

_AT_MOST = 8
"""Sentences about single variants; a table says the rest better."""

_NAMED = 5
"""Variants of one verdict that are named in a sentence; a table says the rest better."""


def analyse(facts: Facts) -> Finding:
    """Return what each variant does against the reference, or why nothing can be said.

    What the only variant of a study came to is left out where an earlier finding has said it.
    """
    study, rows = facts.study, facts.rows
    if not any(row.finished for row in rows):
        broken = next((row.error for row in rows if row.error), "")
        tail = f" The first error: {broken}" if broken else ""
        return Finding((f"No trial has finished yet, so there is nothing to compare.{tail}",))
    said = [search_outcome(rows, study.design.objectives)] if study.design.explores else []
    reference, others = rows[0], list(rows[1:])
    claims = [row for row in others if row.contrasts]
    if reference.finished:
        if claims:
            said += _claims(study, claims, reference, facts.target)
    else:
        said.append(f"No trial of {reference.title} has finished, so nothing can be compared with it.")
    said += [_unfinished(row) for row in others if not row.finished and row.failed][:_AT_MOST]
    alone: tuple[str, ...] = ()
    if reference.finished and not any(row.finished for row in others):
        if others:
            said.append(f"Only {reference.title} has finished trials.")
        else:
            alone = (_alone(reference, study, facts.target),)
    return Finding(tuple(said), otherwise=alone)


def _alone(row: Row, study: Study, target: str) -> str:
    """Say what the only variant of a study came to."""
    parts = [f"{METRICS[name].title} {show_interval(name, row.scores[name])}" for name in row.scores]
    text = f"{counted(row.finished, 'trial')} of {row.title}: {listed(parts)}"
    if study.target:
        text += f"; {row.reached} of {row.finished} reached {target}"
    return f"{text}."


def _claims(study: Study, rows: Sequence[Row], reference: Row, target: str) -> list[str]:
    """Return a whole sentence for each of one or two variants; for more, a sentence for each metric."""
    if len(rows) <= IN_FULL:
        names = [reference.title, *[reference.label] * len(rows)]
        return [_in_full(row, name, target) for row, name in zip(rows, names, strict=False)]
    titles = [reference.title, *[reference.label] * len(study.metrics)]
    told = [metric for metric in study.metrics if not all(_same_count(_of(row, metric)) for row in rows)]
    if not told:
        return [f"All variants have the same {listed([METRICS[metric].title for metric in study.metrics])}."]
    pairs = study.report.compare == "all_pairs"
    return [_in_metric(rows, title, metric, pairs) for metric, title in zip(told, titles, strict=False)]


def _same_count(contrast: Contrast) -> bool:
    """Whether a count is the reference's: nothing to say of it."""
    return contrast.kind == "exact" and contrast.estimate == 1


def _in_metric(rows: Sequence[Row], reference: str, metric: str, pairs: bool) -> str:
    """Say in one sentence which of many variants gains most in a metric, and how the others came out.

    Unless all pairs were compared, each was with the reference alone: that one is better than another is not said.
    """
    found = [(rows[place], _of(rows[place], metric)) for place in best_first(list(rows), metric)]
    groups = {kind: [(row, one) for row, one in found if one.verdict is kind] for kind in Verdict}
    better, title = groups[Verdict.BETTER], METRICS[metric].title
    if better:
        best, size = better[0]
        most = f"gains most in {title} over" if len(better) > 1 else f"is better in {title} than"
        parts = [f"{quoted(best.label)} {most} {reference}: {_size(size)}"]
        also = "also better" if pairs else "also better, and not compared with it"
        parts += _named(also, better[1:], _size)
    else:
        parts = [f"No variant is better in {title} than {reference}"]
    parts += _named("equivalent", groups[Verdict.EQUIVALENT], show_within)
    parts += _named("identical", groups[Verdict.IDENTICAL])
    parts += _named("worse", groups[Verdict.WORSE], _size)
    open_ones = [(row, one) for row, one in groups[Verdict.UNDECIDED] if not not_compared(one)]
    parts += _named("undecided", open_ones, show_outlook)
    if len(open_ones) > _NAMED:
        first, size = open_ones[0]
        told = "; ".join(filter(None, [_size(size), show_outlook(size)]))
        parts[-1] += f", led by {quoted(first.label)} ({told})"
    parts += _named("not compared", [(row, one) for row, one in found if not_compared(one)], not_compared)
    return f"{'; '.join(parts)}."


def _of(row: Row, metric: str) -> Contrast:
    return next(one for one in row.contrasts if one.metric == metric)


def _named(
    word: str, found: Sequence[tuple[Row, Contrast]], size: Callable[[Contrast], str] | None = None
) -> list[str]:
    """Return the variants of one verdict with their sizes, or how many there are if they are many; none for none."""
    if not found:
        return []
    if len(found) > _NAMED:
        return [f"{word}: {len(found)} {'more ' if word.startswith('also') else ''}variants"]
    names = [f"{quoted(row.label)} ({size(one)})" if size and size(one) else quoted(row.label) for row, one in found]
    return [f"{word}: {listed(names)}"]


def _in_full(row: Row, reference: str, target: str) -> str:
    parts: list[str] = []
    pairs = 0
    for contrast in row.contrasts:
        if contrast.pairs or contrast.kind == "exact":
            parts.append(f"{_clause(contrast, target)} ({_evidence(contrast, pairs)})")
            pairs = pairs if contrast.verdict is Verdict.IDENTICAL else contrast.pairs or pairs
    if parts:
        text = f"Against {reference}, {quoted(row.label)} {listed(parts)}: {_judgement(row.contrasts)}."
    else:
        text = f"{quoted(row.label)} cannot be judged against {reference}."
    without: dict[str, list[str]] = {}
    for contrast in row.contrasts:
        if reason := not_compared(contrast):
            without.setdefault(reason, []).append(METRICS[contrast.metric].title)
    if without:
        text += f" Not compared: {'; '.join(f'{listed(titles)} ({why})' for why, titles in without.items())}."
    return text


def _size(contrast: Contrast) -> str:
    """Write effect and interval; of times that some never had, how many did not."""
    if math.isnan(contrast.estimate):
        return contrast.note
    said = [show_effect(contrast), *([] if math.isnan(contrast.low) else [show_ends(contrast)])]
    if contrast.kind == "time_ratio":
        said.append(contrast.note.replace("; ", ", "))
    return ", ".join(said)


def _clause(contrast: Contrast, target: str) -> str:
    metric = METRICS[contrast.metric]
    if contrast.kind == "time_ratio" and not contrast.one_sided and contrast.low == 0 and math.isinf(contrast.high):
        text = f"may need fewer or more {metric.unit.name} to {target}, by any factor"
    elif contrast.one_sided:
        text = _one_sided(contrast, target)
    elif metric.watched:
        text = f"reaches {target} in {show_ratio(contrast.estimate)} times the {metric.unit.name}"
    elif contrast.kind != "difference":
        text = metric.ratio.format(show_ratio(contrast.estimate, exact=contrast.kind == "exact"))
    elif float(metric.show(abs(contrast.estimate))) == 0:
        text = f"ends level in {metric.title}"
    else:
        size = f"{metric.show(abs(contrast.estimate))}{metric.unit.points}"
        text = f"ends {size} {'higher' if contrast.estimate > 0 else 'lower'} in {metric.title}"
    return text


def _one_sided(contrast: Contrast, target: str) -> str:
    """Say by how much a variant is at least ahead or behind, where so many missed the target that no more is known."""
    unit = METRICS[contrast.metric].unit.name
    if contrast.estimate > 1:
        known = 0 < contrast.low < math.inf
        return (
            f"takes at least {show_ratio(contrast.low)} times the {unit} to {target}"
            if known
            else f"needs more {unit} to {target}, or never gets there"
        )
    known = 0 < contrast.high < math.inf
    return (
        f"takes at most {show_ratio(contrast.high)} times the {unit} to {target}"
        if known
        else f"needs fewer {unit} to {target}, if the other gets there at all"
    )


def _evidence(contrast: Contrast, said_pairs: int) -> str:
    """Return interval, pairs and p in brackets; what the clause before has said is left out."""
    if contrast.kind == "exact":
        return "exact"
    if contrast.verdict is Verdict.IDENTICAL:
        return f"the same to the bit in {counted(contrast.pairs, 'paired replicate')}"
    if contrast.pairs == 1:
        return "1 pair, no interval"
    ends, p = show_ends(contrast), f"p = {show_p(contrast.p_holm)}".replace("= <", "< ")
    if math.isnan(contrast.low):
        ends = "no interval"
    elif ends == "no bounds":
        ends = "the 95 % interval has no bounds"
    elif not said_pairs:
        ends = f"95 % interval {ends}"
    said = [ends, p] if contrast.pairs == said_pairs else [ends, counted(contrast.pairs, "paired replicate"), p]
    if contrast.kind == "time_ratio":
        said.append(contrast.note)
    return "; ".join(said)


def _judgement(contrasts: Sequence[Contrast]) -> str:
    """Say the verdicts: "faster, more accurate; undecided on steps to target (about 4 more replicates would tell)"."""
    said = []
    for verdict in Verdict:
        found = [contrast for contrast in contrasts if contrast.verdict is verdict and not not_compared(contrast)]
        words = [word for contrast in found if (word := METRICS[contrast.metric].adjectives.get(verdict))]
        others = [contrast for contrast in found if verdict not in METRICS[contrast.metric].adjectives]
        titles = [f"{METRICS[one.metric].title}{show_outlook(one, ' ({})')}" for one in others]
        said += [", ".join(dict.fromkeys(words))] if words else []
        if titles:
            within = [shown for one in found if (shown := show_within(one))]
            tail = f" ({'; '.join(within)})" if within else ""
            said.append(f"{verdict} {PREPOSITION.get(verdict, 'in')} {listed(titles)}{tail}")
    return "; ".join(said)


def _unfinished(row: Row) -> str:
    tail = f": {row.error.rstrip('.')}." if row.error else "."
    return f"{row.label} has no finished trial; {counted(row.failed, 'trial')} failed{tail}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
