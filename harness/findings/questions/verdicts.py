"""The answer in sentences that a person would say, with the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from harness.findings.clauses import clause, evidence
from harness.findings.contrasts import best_first
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.headline import IN_FULL, PREPOSITION, WITHOUT
from harness.findings.rows import Row
from harness.findings.search.outcome import search_outcome
from harness.findings.wording import listed, quoted, show_interval
from harness.judging import Contrast
from harness.judging.contrast import show_effect, show_ends, show_outlook, show_within
from harness.metrics import METRICS, counted
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
    untested = [(row, one) for row, one in groups[Verdict.UNDECIDED] if not one.judged]
    if len(untested) == len(rows):
        return f"There is no verdict in {title}: {'; '.join(_untested(untested))}."
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
    open_ones = [(row, one) for row, one in groups[Verdict.UNDECIDED] if one.judged]
    parts += _named("undecided", open_ones, _open)
    if len(open_ones) > _NAMED:
        first, size = open_ones[0]
        told = "; ".join(filter(None, [_size(size), show_outlook(size)]))
        parts[-1] += f", led by {quoted(first.label)} ({told})"
    parts += [f"{WITHOUT}: {told}" for told in _untested(untested)]
    return f"{'; '.join(parts)}."


def _of(row: Row, metric: str) -> Contrast:
    return next(one for one in row.contrasts if one.metric == metric)


def _untested(found: Sequence[tuple[Row, Contrast]]) -> list[str]:
    """Return the variants of which nothing was tested, those together that have the same reason."""
    told = []
    for note in dict.fromkeys(one.note for _, one in found):
        names = [quoted(row.label) for row, one in found if one.note == note]
        who = listed(names) if len(names) <= _NAMED else f"{len(names)} variants"
        told.append(f"{who} ({_aside(note)})" if note else who)
    return told


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


def _has_size(contrast: Contrast) -> bool:
    """Whether there is a number to tell: none where nothing could be compared, or no trial reached the target."""
    return not math.isnan(contrast.estimate)


def _in_full(row: Row, reference: str, target: str) -> str:
    parts: list[str] = []
    pairs = 0
    for contrast in row.contrasts:
        if _has_size(contrast):
            parts.append(f"{clause(contrast, target)} ({evidence(contrast, pairs)})")
            pairs = pairs if contrast.verdict is Verdict.IDENTICAL else contrast.pairs or pairs
    if parts:
        text = f"Against {reference}, {quoted(row.label)} {listed(parts)}: {_judgement(row.contrasts)}."
    else:
        text = f"{quoted(row.label)} cannot be judged against {reference}."
    without: dict[str, list[str]] = {}
    for contrast in row.contrasts:
        if contrast.note and not _has_size(contrast):
            without.setdefault(contrast.note, []).append(METRICS[contrast.metric].title)
    for note, titles in without.items():
        text += f" {_capital(listed(titles))}{' ' if note.startswith('not compared') else ': '}{note}."
    return text


def _size(contrast: Contrast) -> str:
    """Write effect, interval and what else a reader must know: of how many trials never had a time, of which look."""
    if math.isnan(contrast.estimate):
        return contrast.note
    said = [show_effect(contrast), *([] if math.isnan(contrast.low) else [show_ends(contrast)])]
    return ", ".join([*said, _aside(contrast.note)] if contrast.note else said)


def _open(contrast: Contrast) -> str:
    """Write of what is undecided what would decide it, and whether that is waited for."""
    note = "" if contrast.kind == "time_ratio" else contrast.note
    return "; ".join(filter(None, [show_outlook(contrast), note]))


def _aside(note: str) -> str:
    """Write a note within a list that has semicolons of its own."""
    return note.replace("; ", ", ")


def _judgement(contrasts: Sequence[Contrast]) -> str:
    """Say the verdicts: "faster, more accurate; undecided on steps to target (about 4 more replicates would tell)"."""
    said = []
    for verdict in Verdict:
        found = [contrast for contrast in contrasts if contrast.verdict is verdict and contrast.judged]
        words = [word for contrast in found if (word := METRICS[contrast.metric].adjectives.get(verdict))]
        others = [contrast for contrast in found if verdict not in METRICS[contrast.metric].adjectives]
        titles = [f"{METRICS[one.metric].title}{show_outlook(one, ' ({})')}" for one in others]
        said += [", ".join(dict.fromkeys(words))] if words else []
        if titles:
            within = [shown for one in found if (shown := show_within(one))]
            tail = f" ({'; '.join(within)})" if within else ""
            said.append(f"{verdict} {PREPOSITION.get(verdict, 'in')} {listed(titles)}{tail}")
    untested = [METRICS[contrast.metric].title for contrast in contrasts if not contrast.judged]
    return "; ".join([*said, f"{WITHOUT} on {listed(untested)}"] if untested else said)


def _unfinished(row: Row) -> str:
    tail = f": {row.error.rstrip('.')}." if row.error else "."
    return f"{row.label} has no finished trial; {counted(row.failed, 'trial')} failed{tail}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
