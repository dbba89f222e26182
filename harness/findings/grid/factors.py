"""What the factors of a grid do, in the sentences that lead its answer."""

from __future__ import annotations

from collections.abc import Sequence

from harness.findings.answer.clauses import clause, plural
from harness.findings.answer.headline import NOT_YET
from harness.findings.answer.levels import instead_of, level_in_words
from harness.findings.answer.sizes import short_ends, short_size
from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.grid.effects import mixed_with
from harness.findings.wording import listed
from harness.judging import Contrast, FactorEffect
from harness.metrics import METRICS
from harness.stats import Verdict

_NAMED = 5
"""Levels of one verdict that are named in a sentence; a table says the rest better."""


def analyse(facts: Facts) -> Finding:
    """Return a sentence for each metric that has effects, and one where two levels do not simply add up."""
    said: list[str] = []
    for metric in dict.fromkeys(effect.contrast.metric for effect in facts.judged.effects):
        effects = [effect for effect in facts.judged.effects if effect.contrast.metric == metric]
        said.append(_levels(facts, metric, [effect for effect in effects if effect.main]))
        said += _together(metric, [effect for effect in effects if not effect.main])
    if said and mixed_with(facts.study):
        every = 2 ** len(facts.study.design.dimensions)
        said.append(
            f"With {len(facts.study.variants)} of {every:,} combinations, effects are aliased with what two other "
            "factors do together: the report's table of effects says which."
        )
    return Finding(tuple(said))


def _levels(facts: Facts, metric: str, mains: Sequence[FactorEffect]) -> str:
    """Say which levels change a metric, the one that does most at the head, in a clause of its own."""
    title, sign = METRICS[metric].title, METRICS[metric].sign
    found = sorted(mains, key=lambda effect: -sign * effect.contrast.estimate)
    groups = {kind: [effect for effect in found if effect.contrast.verdict is kind] for kind in Verdict}
    groups[Verdict.WORSE].reverse()  # what does most comes first
    parts: list[str] = []
    for kind in (Verdict.BETTER, Verdict.WORSE):
        of_kind = groups[kind]
        also = "also " if of_kind and not parts else ""
        if also:
            parts.append(_in_full(facts, of_kind.pop(0)))
        parts += _named(f"{also}{kind} with", of_kind)
    open_ones = groups[Verdict.UNDECIDED]
    if open_ones and len(open_ones) == len(found):
        which = listed([in_words(effect) for effect in open_ones], "or") if len(found) <= _NAMED else "any level"
        return f"{NOT_YET}, averaged over the other factors, whether {which} changes {title}."
    if not parts:
        parts.append(f"no level is shown to change {title}")
    parts += _named("equivalent with", groups[Verdict.EQUIVALENT])
    parts += _named("identical with", groups[Verdict.IDENTICAL])
    parts += _named("not decided yet with", open_ones)
    return f"Averaged over the other factors, {'; '.join(parts)}."


def _in_full(facts: Facts, effect: FactorEffect) -> str:
    """Say one level that is better or worse: "a stride instead of max-pooling costs 0.98 points of ..."."""
    (path,), (level,), (against,) = effect.factors, effect.levels, effect.against
    words = instead_of(path, level, against, facts.study.design.dimensions)
    said = clause(effect.contrast, facts.target)
    assert said is not None
    return f"{words.whole} {plural(said.text) if words.plural else said.text}"


def _together(metric: str, found: Sequence[FactorEffect]) -> list[str]:
    """Say which levels together do more or less than the sum of what each does alone."""
    sure = [effect for effect in found if effect.contrast.verdict in (Verdict.BETTER, Verdict.WORSE)]
    if not sure:
        return []
    told = [
        f"{in_words(effect)} is {effect.contrast.verdict} than "
        f"{'their product' if effect.contrast.kind == 'ratio' else 'their sum'} ({_size(effect.contrast)})"
        for effect in sorted(sure, key=lambda effect: effect.contrast.p)[:_NAMED]
    ]
    more = f"; so are {len(sure) - _NAMED} more" if len(sure) > _NAMED else ""
    return [f"What they do to {METRICS[metric].title} does not simply add up: {listed(told)}{more}."]


def _named(word: str, found: Sequence[FactorEffect]) -> list[str]:
    if not found:
        return []
    if len(found) > _NAMED:
        return [f"{word} {len(found)} levels"]
    sure = found[0].contrast.verdict in (Verdict.BETTER, Verdict.WORSE)
    names = [f"{in_words(effect)} ({_size(effect.contrast)})" if sure else in_words(effect) for effect in found]
    return [f"{word} {listed(names)}"]


def in_words(effect: FactorEffect) -> str:
    """Say a level, or two of an interaction: "dropout 0.75 with 55,000 training images"."""
    known = dict(zip(effect.factors, effect.levels, strict=True))
    return " with ".join(level_in_words(path, level, known).text for path, level in known.items())


def _size(contrast: Contrast) -> str:
    return ", ".join(filter(None, [short_size(contrast), short_ends(contrast)]))
