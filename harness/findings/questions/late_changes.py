"""What was asked only when there were results: what is chosen after a look at them proves less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.metrics import METRICS, counted
from harness.records import Asked


def analyse(facts: Facts) -> Finding:
    """Return, of all that changed after the first result, what and when."""
    return Finding(
        remarks=tuple(
            sentence.format(when=_when(after))
            for before, after in pairwise(facts.asked)
            if after.late
            for sentence in _changes(before, after)
        )
    )


def _when(asked: Asked) -> str:
    day = f"on {asked.at:%Y-%m-%d}, " if asked.at else ""
    return f"{day}after {counted(asked.finished or 0, 'trial')} had finished"


def _changes(before: Asked, after: Asked) -> Iterator[str]:
    """Yield a sentence for each change; {when} stands for when it was made."""
    if before.replicates != after.replicates:
        old, new = (_replicates(asked) for asked in (before, after))
        yield f"The replicates were changed from {old} to {new} {{when}}."
    if before.compare != after.compare:
        whom = "each other, too" if after.compare == "all_pairs" else "the base alone"
        yield f"Whom variants are compared with was changed to {whom}, {{when}}."
    for name in after.metrics:
        if name not in before.metrics:
            yield f"The metric {METRICS[name].title} was added {{when}}."
    for name in before.metrics:
        if name not in after.metrics:
            yield f"The metric {METRICS[name].title} was taken out {{when}}."
    first, now = METRICS[before.metrics[0]].title, METRICS[after.metrics[0]].title
    if first != now:
        yield f"The first metric was changed from {first} to {now} {{when}}."
    for name in {**before.margins, **after.margins}:
        yield from _value(f"margin of {METRICS[name].title}", before.margins.get(name), after.margins.get(name))
    for name in {**before.references, **after.references}:
        escaped = name.replace("{", "{{").replace("}", "}}")
        yield from _value(f"figure “{escaped}”", before.references.get(name), after.references.get(name))


def _value(what: str, before: float | None, after: float | None) -> Iterator[str]:
    if before == after:
        return
    if before is None:
        yield f"The {what}, {after:g}, was added {{when}}."
    elif after is None:
        yield f"The {what}, {before:g}, was taken out {{when}}."
    else:
        yield f"The {what} was changed from {before:g} to {after:g} {{when}}."


def _replicates(asked: Asked) -> str:
    first, last = asked.replicates
    return str(first) if first == last else f"{first}–{last}"
