"""A variant, or the best of many, in one sentence: what it gains, at what price, and what is not decided yet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.findings.answer.clauses import Clause, clause, plural, still_open
from harness.findings.answer.levels import capital
from harness.findings.answer.phrases import Words
from harness.findings.contrasts import best_first
from harness.findings.finding import Published
from harness.findings.rows import Row
from harness.findings.wording import listed
from harness.judging import Contrast
from harness.metrics import METRICS
from harness.stats import Verdict
from harness.study import Study

NOT_YET = "Not decided yet"
_ONCE = ("gains", "gain", "costs", "cost", "raises", "raise", "lowers", "lower", "needs", "need", "has", "have")
"""Verbs that need not be said again."""
_AS_GOOD = (Verdict.EQUIVALENT, Verdict.IDENTICAL)
_YES = {
    "better": (Verdict.BETTER,),
    "as_good": (Verdict.BETTER, *_AS_GOOD),
    "worse": (Verdict.WORSE,),
}
"""`report.yes` -> the verdicts in the first metric that mean Yes."""


def yes_or_no(study: Study, rows: Sequence[Row]) -> str:
    """Return "Yes", "No" or "Not decided yet" where the study says what would be a yes; else nothing.

    Nobody but who asks knows which outcome is a yes: "does a stride do the work of max-pooling?" is answered by "as
    good", "does it help?" by "better". So the study file says it (`report.yes`), of the first metric. One variant of
    which it is so is a yes; it takes all of them for a no.

    Args:
        study: the study.
        rows: the variants that are compared with the base.
    """
    if study.report.yes is None:
        return ""
    found = [row.contrasts[0] for row in rows]
    if any(one.judged and one.verdict in _YES[study.report.yes] for one in found):
        return "Yes"
    return "No" if all(one.verdict is not Verdict.UNDECIDED for one in found) else NOT_YET


def reached_or_not(study: Study, published: Sequence[Published]) -> str:
    """Return the same for a study of one network beside reference values: whether it does as well (`yes = "as_good"`).

    It does where no single training of ours would fall as far behind: where a value lies in the range of single
    trainings, or on the worse side of it.

    Args:
        study: the study.
        published: its reference values.
    """
    ends = [one for one in published if one.step is None]
    if study.report.yes != "as_good" or len(study.variants) > 1 or not ends:
        return ""
    if any(one.inside is None for one in ends):
        return NOT_YET
    ahead = [METRICS[one.metric].sign * (one.value - one.ours.estimate) > 0 for one in ends if not one.inside]
    return "No" if any(ahead) else "Yes"


def answered(word: str, sentence: str) -> str:
    """Return a sentence with "Yes", "No" or "Not decided yet" before it, if there is one; not twice the same."""
    return f"{word}. {sentence}" if word and not sentence.startswith(NOT_YET) else sentence


def in_one(row: Row, words: Words, target: str, more: Mapping[str, str] | None = None) -> str:
    """Say what a variant does to each metric, in one sentence, and in a second one what is not decided yet.

    Args:
        row: the variant with its comparisons.
        words: how it is said.
        target: the study's target in words.
        more: metric -> what else to say in the brackets of its clause.
    """
    clauses = _clauses(row.contrasts, target, more or {})
    undecided = [one for one in row.contrasts if one.judged and one.verdict is Verdict.UNDECIDED]
    untested = _untested(row.contrasts)
    if clauses:
        texts = [plural(one.text) if words.plural else one.text for one in clauses]
        said = [f"{capital(words.whole)} {_joined(texts, [one.good for one in clauses])}."]
        said += [f"{NOT_YET}: {listed([still_open(one) for one in undecided])}."] if undecided else []
    elif undecided:
        does = "do" if words.plural else "does"
        said = [f"{NOT_YET} what {words.whole} {does} to {listed([still_open(one) for one in undecided])}."]
    else:
        said = [f"{capital(words.whole)} cannot be judged."]
    return " ".join([*said, *([f"Without a verdict: {'; '.join(untested)}."] if untested else [])])


def best_of(rows: Sequence[Row], base: str, words: Mapping[str, Words], study: Study, target: str) -> str:
    """Say which of many variants gains most in the first metric, at what price; or how they came out where none does.

    Args:
        rows: the variants that are compared with the base.
        base: how that is said.
        words: label -> how it is said.
        study: the study.
        target: its target in words.

    Returns:
        one or two sentences; none where nothing was tested.
    """
    metric, title = study.metrics[0], METRICS[study.metrics[0]].title
    order = [rows[place] for place in best_first(list(rows), metric)]
    groups = {
        kind: [row for row in order if row.contrasts[0].judged and row.contrasts[0].verdict is kind] for kind in Verdict
    }
    better = groups[Verdict.BETTER]
    if better:
        most = f"the most of {len(better)} that are better" if len(better) > 1 else ""
        if most and study.report.compare != "all_pairs":
            most += ", which were not compared with each other"
        return in_one(better[0], words[better[0].label], target, {metric: most})
    as_good = [row for kind in _AS_GOOD for row in groups[kind]]
    undecided = groups[Verdict.UNDECIDED]
    if not any(groups.values()):
        return ""
    if len(undecided) == len(rows):
        return f"{NOT_YET}: none of {len(rows)} variants is shown to be better or worse in {title} than {base}."
    counts = [(len(as_good), "as good"), (len(groups[Verdict.WORSE]), "worse"), (len(undecided), "not decided yet")]
    told = [f"{count} {'is' if count == 1 else 'are'} {word}" for count, word in counts if count]
    if untested := len(rows) - sum(count for count, _ in counts):
        told.append(f"{untested} {'has' if untested == 1 else 'have'} no verdict")
    text = f"None of {len(rows)} variants is better in {title} than {base}: {listed(told)}."
    cheapest = _cheapest(as_good, study.metrics[1:])
    return f"{text} {in_one(cheapest, words[cheapest.label], target)}" if cheapest else text


def _cheapest(rows: Sequence[Row], metrics: Sequence[str]) -> Row | None:
    """Return of variants that are as good the one that gains most in the first further metric in which one gains."""
    for metric in metrics:
        found = [
            row for row in rows if any(one.metric == metric and one.verdict is Verdict.BETTER for one in row.contrasts)
        ]
        if found:
            return found[best_first(found, metric)[0]]
    return None


def _clauses(contrasts: Sequence[Contrast], target: str, more: Mapping[str, str]) -> list[Clause]:
    found, notes = [], set[str]()
    for contrast in contrasts:
        if contrast.note in notes:  # it has been said
            contrast = replace(contrast, note="")
        notes.add(contrast.note)
        if said := clause(contrast, target, more.get(contrast.metric, "")):
            found.append(said)
            if target and target in said.text:
                target = "it"
    return found


def _joined(texts: Sequence[str], good: Sequence[int]) -> str:
    """Join clauses: with "but" where all before are gains and all after are not, or the other way round."""
    turns = [place for place in range(1, len(good)) if good[place] * good[place - 1] < 0]
    if len(turns) != 1:
        return listed(_once(texts))
    return f"{listed(_once(texts[: turns[0]]))}, but {listed(_once(texts[turns[0] :]))}"


def _once(texts: Sequence[str]) -> list[str]:
    """Leave out a verb where the clause before has it: "gains 0.25 points of ... and 0.26 points of ..."."""
    verbs = [text.partition(" ")[0] for text in texts]
    return [
        text.partition(" ")[2] if place and verbs[place] == verbs[place - 1] and verbs[place] in _ONCE else text
        for place, text in enumerate(texts)
    ]


def _untested(contrasts: Sequence[Contrast]) -> list[str]:
    """Return the metrics in which nothing was tested, those together that have the same reason."""
    reasons: dict[str, list[str]] = {}
    for one in contrasts:
        if not one.judged:
            reasons.setdefault(one.note, []).append(_so_far(one))
    return [f"{listed(titles)}{f' ({note})' if note else ''}" for note, titles in reasons.items()]


def _so_far(contrast: Contrast) -> str:
    """Return the title of a metric with the size that there is, of which no more can be said."""
    metric = METRICS[contrast.metric]
    if math.isnan(contrast.estimate) or contrast.kind != "difference":
        return metric.title
    return f"{metric.title}, {metric.show_difference(contrast.estimate)} so far"
