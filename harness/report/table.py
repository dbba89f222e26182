"""The two tables of a report as text cells, the same for Markdown, HTML, LaTeX and the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from harness.report.comparison import Comparison, Row
from harness.report.contrasts import best_first
from harness.report.wording import NOTHING, counted, show_effect, show_ends, show_interval, show_p, show_value
from harness.stats import Interval
from harness.study import METRICS

MOST_ROWS = 50
"""Rows that a person still reads; comparison.csv has all of them."""


@dataclass(frozen=True)
class Table:
    """Text cells with their headings.

    Attributes:
        caption: what the table shows.
        headings: one for each column; the first column names the row.
        numeric: whether each column holds numbers, to be aligned right.
        rows: cells, a tuple a row.
        faint: whether each row is exploration rather than evidence.
        note: what was left out; empty if nothing.
    """

    caption: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    faint: tuple[bool, ...]
    note: str = ""


def results_table(comparison: Comparison, limit: int = MOST_ROWS, costs: bool = True) -> Table:
    """Return what each variant measured.

    Args:
        comparison: what is shown.
        limit: rows at most.
        costs: whether to have the columns for parameters, multiply-accumulates and images per second.
    """
    columns: list[tuple[str, bool, Callable[[Row], str]]] = [("variant", False, lambda row: row.title)]
    if comparison.search:
        columns.append(("evidence", False, lambda row: "confirmed" if row.phase == "confirm" else "explored"))
    if len(comparison.objectives) > 1:
        columns.append(("Pareto-optimal", False, lambda row: "yes" if row.pareto else "no"))
    columns.append(("n", True, lambda row: str(row.finished)))
    for name in comparison.scored:
        columns.append((_heading(name), True, _score(name)))
    if comparison.target:
        columns += [
            ("reached target", True, lambda row: f"{row.reached} of {row.finished}"),
            ("steps to target", True, lambda row: _median("steps_to_target", row.steps_to_target)),
            ("seconds to target", True, lambda row: _median("seconds_to_target", row.seconds_to_target)),
        ]
    if costs:
        columns += [
            ("parameters", True, lambda row: _count(row.parameters)),
            ("multiply-accumulates", True, lambda row: _count(row.macs)),
            ("images per second", True, lambda row: show_value("images_per_second", row.images_per_second)),
        ]
    rows, note = _most_relevant(comparison, limit)
    medians = "steps, seconds and images per second" if comparison.target else "images per second"
    caption = "What each variant measured: means with 95 % intervals"
    caption += f", medians for {medians}" if costs or comparison.target else ""
    return Table(
        caption=caption,
        headings=tuple(heading for heading, _, _ in columns),
        numeric=tuple(numeric for _, numeric, _ in columns),
        rows=tuple(tuple(cell(row) for _, _, cell in columns) for row in rows),
        faint=tuple(row.phase == "search" for row in rows),
        note=note,
    )


def contrasts_table(comparison: Comparison, limit: int = MOST_ROWS) -> Table | None:
    """Return each variant against the reference, a row for each metric; None if there is nothing to compare."""
    shown, note = _most_relevant(comparison, limit)
    rows = [row for row in shown if row.contrasts]
    if not rows:
        return None
    if len(rows) == sum(bool(row.contrasts) for row in comparison.rows):
        note = ""
    cells = [
        (
            row.title,
            METRICS[found.metric].title,
            show_effect(found),
            show_ends(found),
            str(found.pairs) if found.pairs else NOTHING,
            show_p(found.p_value),
            f"{found.verdict}; {found.note}" if found.note else str(found.verdict),
        )
        for row in rows
        for found in row.contrasts
    ]
    return Table(
        caption=f"Against {comparison.reference.title}, replicate by replicate",
        headings=("variant", "metric", "difference", "95 % interval", "pairs", "p", "verdict"),
        numeric=(False, False, True, True, True, True, False),
        rows=tuple(cells),
        faint=(False,) * len(cells),
        note=note,
    )


def _most_relevant(comparison: Comparison, limit: int) -> tuple[list[Row], str]:
    """Return the rows to show and what to say of the others.

    A search has its best rows first anyway. A large grid keeps its order, and of its rows those that differ most
    surely.
    """
    rows = list(comparison.rows)
    if len(rows) <= limit:
        return rows, ""
    if comparison.search:
        kept, how = rows[:limit], "the best"
    else:
        metric = next((row.contrasts[0].metric for row in rows if row.contrasts), "")
        order = best_first(rows[1:], metric) if metric else list(range(len(rows) - 1))
        kept, how = [rows[0], *(rows[1 + place] for place in sorted(order[: limit - 1]))], "the clearest"
    return kept, f"{how.capitalize()} {limit} of {counted(len(rows), 'variant')}; comparison.csv has all of them."


def _heading(metric: str) -> str:
    return f"{METRICS[metric].title} (%)" if METRICS[metric].unit == "share" else METRICS[metric].title


def _score(metric: str) -> Callable[[Row], str]:
    return lambda row: show_interval(metric, row.scores[metric])


def _median(metric: str, interval: Interval | None) -> str:
    if interval is None or math.isnan(interval.estimate):
        return NOTHING
    if math.isinf(interval.estimate):
        return "over half missed"
    return show_value(metric, interval.estimate)


def _count(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"
