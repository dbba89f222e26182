"""The two tables of a report as text cells, the same for Markdown, HTML, LaTeX and the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable

from harness.findings.contrasts import best_first
from harness.findings.finding import Published, Table
from harness.findings.report import Report
from harness.findings.rows import Row
from harness.findings.wording import ON_NEW_IMAGES, listed, show_ends_of, show_interval
from harness.judging import Contrast
from harness.judging.contrast import show_effect, show_ends, show_new_ends, show_p, show_verdict
from harness.metrics import METRICS, NOTHING, counted
from harness.stats import Interval
from harness.study import Phase

_PARETO = {True: "yes", False: "no", None: NOTHING}

MOST_ROWS = 50
"""Rows that a person still reads; comparison.csv has all of them."""


def results_table(report: Report, limit: int = MOST_ROWS, costs: bool = True) -> Table:
    """Return what each variant measured.

    Args:
        report: what is shown.
        limit: rows at most.
        costs: whether to have the columns for parameters, multiply-accumulates and images per second.
    """
    columns: list[tuple[str, bool, Callable[[Row], str]]] = [("variant", False, lambda row: row.title)]
    if report.search:
        columns.append(("evidence", False, lambda row: "confirmed" if row.phase == Phase.CONFIRM else "explored"))
    if len(report.objectives) > 1:
        columns.append(("Pareto-optimal", False, lambda row: _PARETO[row.pareto]))
    columns.append(("n", True, lambda row: str(row.finished)))
    for name in report.scored:
        columns.append((METRICS[name].heading, True, _score(name)))
        if any(name in row.on_new_images for row in report.rows):
            columns.append((ON_NEW_IMAGES, True, _on_new_images(name)))
    if report.target:
        columns += [
            ("reached target", True, lambda row: f"{row.reached} of {row.finished}"),
            ("steps to target", True, lambda row: _time("steps_to_target", row.steps_to_target, row)),
            ("seconds to target", True, lambda row: _time("seconds_to_target", row.seconds_to_target, row)),
        ]
    if costs:
        columns += [(METRICS[name].title, True, _counted(name)) for name in report.counted]
        speed = METRICS["images_per_second"].title
        columns.append((speed, True, lambda row: METRICS["images_per_second"].show(row.images_per_second)))
    rows, note = _most_relevant(report, limit)
    metrics = [_metric_of(heading, report) for heading, _, _ in columns]
    beside = [_reference_row(found, metrics) for found in report.published if found.step is None]
    ratios = [*(("steps", "seconds") if report.target else ()), *(("images per second",) if costs else ())]
    caption = "What each variant measured: means with 95 % intervals"
    caption += f", geometric for {listed(ratios)}" if ratios else ""
    caption += "; medians where some never reached the target" if any(row.medians for row in report.rows) else ""
    return Table(
        caption=caption,
        headings=tuple(heading for heading, _, _ in columns),
        numeric=tuple(numeric for _, numeric, _ in columns),
        rows=(*(tuple(cell(row) for _, _, cell in columns) for row in rows), *beside),
        faint=(*(row.phase == Phase.SEARCH for row in rows), *(True for _ in beside)),
        note=note,
    )


def _metric_of(heading: str, report: Report) -> str:
    """Return the metric that a column shows; empty for other columns."""
    shown = [*report.scored, *report.counted, "steps_to_target", "seconds_to_target", "images_per_second"]
    return next((name for name in shown if heading == METRICS[name].heading), "")


def _reference_row(found: Published, metrics: list[str]) -> tuple[str, ...]:
    """Return a reference value as a row: it has no trials, and is paired with nothing."""
    cells = [METRICS[name].show(found.value) if name == found.metric else NOTHING for name in metrics[1:]]
    return (f"{found.name} ({found.source})", *cells)


def contrasts_table(report: Report, limit: int = MOST_ROWS) -> Table | None:
    """Return each variant against the reference, a row for each metric; None if there is nothing to compare."""
    shown, note = _most_relevant(report, limit)
    rows = [row for row in shown if row.contrasts]
    if not rows:
        return None
    if len(rows) == sum(bool(row.contrasts) for row in report.rows):
        note = ""
    new = any(not math.isnan(found.low_new) for row in rows for found in row.contrasts)
    cells = [
        (
            row.title,
            METRICS[found.metric].title,
            show_effect(found),
            show_ends(found),
            *([show_new_ends(found)] if new else []),
            str(found.pairs) if found.pairs else NOTHING,
            _effect_size(found),
            show_p(found.p),
            show_p(found.p_holm),
            show_verdict(found),
        )
        for row in rows
        for found in row.contrasts
    ]
    return Table(
        caption=f"Against {report.reference.title}, replicate by replicate",
        headings=(
            *("variant", "metric", "difference", "95 % interval", *([ON_NEW_IMAGES] if new else [])),
            *("pairs", "effect size", "p", "p (Holm)", "verdict"),
        ),
        numeric=(False, False, True, True, *([True] if new else []), True, True, True, True, False),
        rows=tuple(cells),
        faint=(False,) * len(cells),
        note=note,
    )


def matrix_table(report: Report, limit: int = MOST_ROWS) -> Table | None:
    """Return the verdicts at a glance, a row a variant and a column a metric; None if there is nothing to compare."""
    if report.matrix is None:
        return None
    shown, note = _most_relevant(report, limit)
    labels = {row.label for row in shown}
    rows = [row for row in report.matrix.rows if row.label in labels] or list(report.matrix.rows[:limit])
    return Table(
        caption=f"Verdicts against {report.matrix.against}",
        headings=("variant", *report.matrix.headings),
        numeric=(False,) * (1 + len(report.matrix.headings)),
        rows=tuple((row.label, *(f"{cell.letter} {cell.text}" for cell in row.cells)) for row in rows),
        faint=(False,) * len(rows),
        note=note if len(rows) < len(report.matrix.rows) else "",
    )


def _effect_size(found: Contrast) -> str:
    return NOTHING if math.isnan(found.effect_size) else f"{found.effect_size:+.2f}".replace("-", "−")


def _most_relevant(report: Report, limit: int) -> tuple[list[Row], str]:
    """Return the rows to show and what to say of the others.

    A search has its best rows first anyway. A large grid keeps its order, and of its rows those that differ most
    surely.
    """
    rows = list(report.rows)
    if len(rows) <= limit:
        return rows, ""
    if report.search:
        kept, how = rows[:limit], "the best"
    else:
        metric = next((row.contrasts[0].metric for row in rows if row.contrasts), "")
        order = best_first(rows[1:], metric) if metric else list(range(len(rows) - 1))
        kept, how = [rows[0], *(rows[1 + place] for place in sorted(order[: limit - 1]))], "the clearest"
    return kept, f"{how.capitalize()} {limit} of {counted(len(rows), 'variant')}; comparison.csv has all of them."


def _score(metric: str) -> Callable[[Row], str]:
    return lambda row: show_interval(metric, row.scores[metric])


def _on_new_images(metric: str) -> Callable[[Row], str]:
    def cell(row: Row) -> str:
        found = row.on_new_images.get(metric)
        return show_ends_of(metric, found) if found else NOTHING

    return cell


def _counted(metric: str) -> Callable[[Row], str]:
    return lambda row: _count(row.counts[metric])


def _time(metric: str, interval: Interval | None, row: Row) -> str:
    if interval is None or math.isnan(interval.estimate):
        return NOTHING
    if math.isinf(interval.estimate):
        return "over half missed"
    if metric in row.medians:
        return f"median {METRICS[metric].show(interval.estimate)}"
    return show_interval(metric, interval)


def _count(value: int | None) -> str:
    return NOTHING if value is None else f"{value:,}"
