"""tidy.csv: a row a variant and metric, for pandas, R and whoever draws from it (Wickham 2014, "Tidy data")."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

from harness.findings.report import Report
from harness.findings.rows import Row
from harness.metrics import METRICS
from harness.pages.export import cell
from harness.stats import Interval

COLUMNS = (
    *("study", "variant", "phase", "digest", "metric", "title", "unit", "n", "statistic", "estimate", "low", "high"),
    *("reference", "comparison", "effect", "effect_low", "effect_high", "pairs", "p", "p_holm", "verdict", "note"),
)
"""What was measured with its 95 % interval; against the reference, where there is a comparison: its effect."""

_NOTHING = Interval(math.nan, math.nan, math.nan, 0)


def to_tidy_csv(report: Report) -> str:
    """Return every variant in every metric of the report, in the metric's own unit: shares from 0 to 1, seconds.

    ``statistic`` is "mean", "geometric mean", "median" or "count"; ``comparison`` is "difference" or "ratio". What has
    no value is empty; an infinite one is ``inf``: more than half of the trials missed the target.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in report.rows:
        for record in _records(row, report):
            writer.writerow({name: cell(value) for name, value in record.items()})
    return file.getvalue()


def _records(row: Row, report: Report) -> Iterator[dict[str, Any]]:
    of_row = {"study": report.name, "variant": row.label, "phase": row.phase, "digest": row.digest}
    told = {metric: (statistic, known) for metric, statistic, known in _measured(row, report)}
    compared = report.matrix.metrics if report.matrix else ()
    for metric in dict.fromkeys((*told, *compared)):
        statistic, known = told.get(metric, ("", _NOTHING))
        unit = METRICS[metric].unit
        yield {
            **of_row,
            "metric": metric,
            "title": METRICS[metric].title,
            "unit": "share" if METRICS[metric].is_share else unit.name,
            "n": known.n,
            "statistic": statistic,
            "estimate": known.estimate,
            "low": known.low,
            "high": known.high,
            **_compared(row, metric, report.reference.label),
        }


def _measured(row: Row, report: Report) -> Iterator[tuple[str, str, Interval]]:
    """Yield metric, statistic and value of all that the report shows of a variant."""
    for metric, known in row.scores.items():
        yield metric, _mean(metric), known
    for metric, time in (("steps_to_target", row.steps_to_target), ("seconds_to_target", row.seconds_to_target)):
        if report.target and metric not in row.scores:
            statistic = "median" if metric in row.medians else _mean(metric)
            yield metric, statistic, time or _NOTHING
    for metric in report.counted:
        count = row.counts[metric]
        value = math.nan if count is None else float(count)
        yield metric, "count", Interval(value, value, value, row.finished)
    speed = Interval(row.images_per_second, math.nan, math.nan, len(row.timed))
    yield "images_per_second", _mean("images_per_second"), speed


def _mean(metric: str) -> str:
    return "mean" if METRICS[metric].unit.compared == "difference" else "geometric mean"


def _compared(row: Row, metric: str, reference: str) -> dict[str, Any]:
    found = next((one for one in row.contrasts if one.metric == metric), None)
    if found is None:
        return {}
    return {
        "reference": reference,
        "comparison": "difference" if found.kind == "difference" else "ratio",
        "effect": found.estimate,
        "effect_low": found.low,
        "effect_high": found.high,
        "pairs": found.pairs,
        "p": found.p,
        "p_holm": found.p_holm,
        "verdict": found.verdict if found.judged else "no verdict",
        "note": found.note,
    }
