"""The answer in sentences that a person would say, with the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.findings.answer.clauses import own_note
from harness.findings.answer.headline import answered, best_of, in_one, yes_or_no
from harness.findings.answer.phrases import Words
from harness.findings.answer.sizes import short_ends, short_size
from harness.findings.contrasts import best_first
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.rows import Row
from harness.findings.search.outcome import search_outcome
from harness.findings.wording import listed, show_interval
from harness.judging import Contrast
from harness.judging.contrast import show_outlook, show_within
from harness.metrics import METRICS, counted
from harness.stats import Verdict
from harness.study import Study

IN_FULL = 2
"""Variants that get a whole sentence each; for more there is a sentence for each metric."""
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
    said = [search_outcome(rows, study.design.objectives, facts.words)] if study.design.explores else []
    reference, others = rows[0], list(rows[1:])
    claims = [row for row in others if row.contrasts]
    if reference.finished:
        if claims:
            said += _claims(facts, claims)
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


def _claims(facts: Facts, rows: Sequence[Row]) -> list[str]:
    """Return a sentence for each of one or two variants; for more, one on the best and one for each metric."""
    study, words, answer = facts.study, facts.words, yes_or_no(facts.study, rows)
    if len(rows) <= IN_FULL:
        order = [rows[place] for place in best_first(list(rows), study.metrics[0])]
        first, *others = [in_one(row, words[row.label], facts.target) for row in order]
        return [answered(answer, first), *others]
    told = [metric for metric in study.metrics if not all(_same_count(_of(row, metric)) for row in rows)]
    if not told:
        return [f"All variants have the same {listed([METRICS[metric].title for metric in study.metrics])}."]
    # of a grid what its factors do has been said
    lead = "" if facts.judged.effects else best_of(rows, words[facts.rows[0].label].text, words, study, facts.target)
    titles = [facts.rows[0].title, *[facts.rows[0].label] * len(told)]
    each = [_in_metric(rows, words, title, metric) for metric, title in zip(told, titles, strict=False)]
    return [answered(answer, lead), *each] if lead else each


def _same_count(contrast: Contrast) -> bool:
    """Whether a count is the reference's: nothing to say of it."""
    return contrast.kind == "exact" and contrast.estimate == 1


def _in_metric(rows: Sequence[Row], words: Mapping[str, Words], reference: str, metric: str) -> str:
    """Say in one sentence how all of many variants came out in a metric, those that gain most first."""
    found = [(words[rows[place].label], _of(rows[place], metric)) for place in best_first(list(rows), metric)]
    groups = {kind: [(row, one) for row, one in found if one.verdict is kind and one.judged] for kind in Verdict}
    groups[Verdict.WORSE].reverse()  # what loses most comes first
    untested = [(row, one) for row, one in found if not one.judged]
    parts = _named("better with", groups[Verdict.BETTER], _size)
    parts += _named("equivalent with", groups[Verdict.EQUIVALENT], show_within)
    parts += _named("identical with", groups[Verdict.IDENTICAL])
    parts += _named("worse with", groups[Verdict.WORSE], _size)
    parts += _named("not decided yet with", groups[Verdict.UNDECIDED], show_outlook)
    parts += [f"without a verdict with {told}" for told in _untested(untested)]
    return f"In {METRICS[metric].title}, against {reference}: {'; '.join(parts)}."


def _of(row: Row, metric: str) -> Contrast:
    return next(one for one in row.contrasts if one.metric == metric)


def _untested(found: Sequence[tuple[Words, Contrast]]) -> list[str]:
    """Return the variants of which nothing was tested, those together that have the same reason."""
    told = []
    for note in dict.fromkeys(one.note for _, one in found):
        names = [words.text for words, one in found if one.note == note]
        who = listed(names) if len(names) <= _NAMED else f"{len(names)} variants"
        told.append(f"{who} ({_aside(note)})" if note else who)
    return told


def _named(
    word: str,
    found: Sequence[tuple[Words, Contrast]],
    size: Callable[[Contrast], str] | None = None,
) -> list[str]:
    """Return the variants of one verdict with their sizes; of many how many there are, and the first; none for none."""
    if not found:
        return []
    if len(found) > _NAMED:
        words, one = found[0]
        told = "; ".join(filter(None, [_size(one), show_outlook(one)]))
        return [f"{word} {len(found)} variants, led by {words.text}{f' ({told})' if told else ''}"]
    names = []
    for words, one in found:
        said = "; ".join(filter(None, [size(one) if size else "", _aside(own_note(one))]))
        names.append(f"{words.text} ({said})" if said else words.text)
    return [f"{word} {listed(names)}"]


def _size(contrast: Contrast) -> str:
    return ", ".join(filter(None, [short_size(contrast), short_ends(contrast)]))


def _aside(note: str) -> str:
    """Write a note within a list that has semicolons of its own."""
    return note.replace("; ", ", ")


def _unfinished(row: Row) -> str:
    tail = f": {row.error.rstrip('.')}." if row.error else "."
    return f"{row.label} has no finished trial; {counted(row.failed, 'trial')} failed{tail}"
