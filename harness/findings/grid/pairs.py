"""Each variant against each other: which of them the data tell apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set

from harness.findings.facts import Facts
from harness.findings.finding import Finding, Section, Table
from harness.findings.rows import Row
from harness.findings.wording import listed, quoted
from harness.judging import Contrast
from harness.judging.contrast import show_effect
from harness.metrics import METRICS
from harness.stats import Verdict

_SURE = (Verdict.BETTER, Verdict.WORSE)
_TEXT = (
    "Each line against each column: better, worse or equivalent where that is sure, all pairs and metrics judged "
    "together (Holm's procedure, which unlike Tukey's supposes neither equal spreads nor independent variants). "
    "Variants that share a letter are not told apart; a is the best."
)


def analyse(facts: Facts) -> Finding:
    """Return, for each metric, a sentence on what is as good as the best, and a table of all pairs; nothing unasked."""
    if not facts.judged.pairs:
        return Finding()
    said, sections = [], []
    for metric in dict.fromkeys(pair.contrast.metric for pair in facts.judged.pairs):
        found = _all_pairs(facts, metric)
        rows = [row for row in facts.rows if row.digest == facts.rows[0].digest or _sizes(metric, row)]
        order = _unbeaten_first(found, _best_first(metric, rows))
        if len(order) < 2:
            continue
        said.append(_sentence(metric, order, found))
        sections.append(_section(metric, rows, order, found))
    return Finding(tuple(said), sections=tuple(sections))


def letters(order: Sequence[str], apart: Set[frozenset[str]]) -> dict[str, str]:
    """Return the letters of each of several means: two share one unless they are told apart.

    Piepho (2004, "An algorithm for a letter-based representation of all-pairwise comparisons"): a column with all is
    split in two by each pair that is told apart, and columns that others contain are left out.

    Args:
        order: what has means, the best first, which has the letter a.
        apart: the pairs that are told apart.
    """
    columns = [set(order)]
    for pair in sorted(apart, key=lambda pair: sorted(order.index(one) for one in pair)):
        split = [column - {one} for column in columns if pair <= column for one in pair]
        columns = [column for column in columns if not pair <= column] + split
        columns = [
            column
            for place, column in enumerate(columns)
            if not any(column < other or (column == other and place > at) for at, other in enumerate(columns))
        ]
    columns.sort(key=lambda column: sorted(order.index(one) for one in column))
    return {
        one: "".join(chr(ord("a") + place) for place, column in enumerate(columns) if one in column) for one in order
    }


def _all_pairs(facts: Facts, metric: str) -> dict[tuple[str, str], Contrast]:
    """Return (first, second) digest -> the second against the first, the base's comparisons among them."""
    base = facts.rows[0].digest
    found = {(base, row.digest): one for row in facts.rows for one in row.contrasts if one.metric == metric}
    pairs = [pair for pair in facts.judged.pairs if pair.contrast.metric == metric]
    return found | {(pair.first, pair.second): pair.contrast for pair in pairs}


def _sizes(metric: str, row: Row) -> list[float]:
    """Return the size of a row against the base in a metric; nothing where there is none."""
    return [one.estimate for one in row.contrasts if one.metric == metric and not math.isnan(one.estimate)]


def _best_first(metric: str, rows: Sequence[Row]) -> list[Row]:
    level = 0.0 if METRICS[metric].unit.compared == "difference" else 1.0
    sizes = {row.digest: _sizes(metric, row) or [level] for row in rows}
    return sorted(rows, key=lambda row: -METRICS[metric].sign * sizes[row.digest][0])


def _between(found: Mapping[tuple[str, str], Contrast], one: Row, other: Row) -> Contrast | None:
    return found.get((one.digest, other.digest)) or found.get((other.digest, one.digest))


def _unbeaten_first(found: Mapping[tuple[str, str], Contrast], order: Sequence[Row]) -> list[Row]:
    """Return the variants with the first that none is surely better than before the others."""
    best = next((row for row in order if not _beaten(found, row, order)), order[0])
    return [best, *(row for row in order if row is not best)]


def _beaten(found: Mapping[tuple[str, str], Contrast], row: Row, by: Sequence[Row]) -> bool:
    """Whether a variant is surely worse than another."""
    return any(
        ((one := found.get((other.digest, row.digest))) is not None and one.verdict is Verdict.WORSE)
        or ((one := found.get((row.digest, other.digest))) is not None and one.verdict is Verdict.BETTER)
        for other in by
    )


def _sentence(metric: str, order: Sequence[Row], found: Mapping[tuple[str, str], Contrast]) -> str:
    """Say what is not told apart from the best."""
    best, others, title = order[0], order[1:], METRICS[metric].title
    verdicts = {row.digest: one.verdict for row in others if (one := _between(found, best, row))}
    alike = [quoted(row.title) for row in others if verdicts.get(row.digest) not in _SURE]
    beaten = [quoted(row.title) for row in others if verdicts.get(row.digest) in _SURE]
    text = f"Of all variants {quoted(best.title)} has the best {title} on average"
    ahead = _best_first(metric, order)[0]
    if ahead is not best:  # pairs have replicates that others lack
        text = (
            f"Of all variants {quoted(ahead.title)} has the best {title} on average, but over the replicates that both "
            f"have {quoted(best.title)} is better"
        )
    if not beaten:
        return f"{text}; none of the others is told apart from it."
    if not alike:
        return f"{text}{', and is' if ahead is best else '; it is'} better than each of the others."
    return f"{text}; not told apart from it: {listed(alike)}; worse: {listed(beaten)}."


def _section(
    metric: str, rows: Sequence[Row], order: Sequence[Row], found: Mapping[tuple[str, str], Contrast]
) -> Section:
    apart = {frozenset(pair) for pair, one in found.items() if one.verdict in _SURE}
    marks = letters([row.digest for row in order], apart)
    columns = rows[:-1]  # the last variant has no line below it
    table = []
    for place, row in enumerate(rows):
        cells = [_cell(found.get((one.digest, row.digest))) if at < place else "" for at, one in enumerate(columns)]
        table.append((f"{place + 1} {row.title}", marks[row.digest], *cells))
    return Section(
        f"Each against each in {METRICS[metric].title}",
        _TEXT,
        Table(
            caption=f"Each variant against each in {METRICS[metric].title}",
            headings=("variant", "letters", *(f"against {place + 1}" for place in range(len(columns)))),
            numeric=(False, False, *(True for _ in columns)),
            rows=tuple(table),
            faint=(False,) * len(table),
        ),
    )


def _cell(contrast: Contrast | None) -> str:
    if contrast is None or math.isnan(contrast.estimate):
        return "–"
    return show_effect(contrast) + ("" if contrast.verdict is Verdict.UNDECIDED else f" {contrast.verdict}")
