"""The comparison for programs: CSV with one row a variant, JSON with everything."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import is_dataclass
from typing import Any

from harness.report.comparison import Comparison, Row
from harness.stats import Interval


_TOLD = ("pairs", "p", "p_holm", "p_equivalent", "p_flips", "effect_size", "won", "verdict", "more", "note")
"""Attributes of a contrast that get a column each, beside its estimate and interval."""


def to_csv(comparison: Comparison) -> str:
    """Return every row in the metrics' own units: shares from 0 to 1, seconds; empty where there is no value.

    An infinite value is ``inf``: more than half of the trials missed the target.
    """
    records = [_record(row, comparison) for row in comparison.rows]
    headings = list(dict.fromkeys(name for record in records for name in record))
    file = io.StringIO()
    writer = csv.DictWriter(file, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in record.items()} for record in records)
    return file.getvalue()


def to_json(comparison: Comparison) -> str:
    """Return everything but the figures; NaN and infinity, which JSON does not have, are null."""
    facts = {name: value for name, value in vars(comparison).items() if name not in ("figures", "plots")}
    return json.dumps(_plain(facts), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _record(row: Row, comparison: Comparison) -> dict[str, Any]:
    record: dict[str, Any] = {"variant": row.label, "phase": row.phase, "digest": row.digest, **row.settings}
    record |= {name: getattr(row, name) for name in ("finished", "failed", "killed", "pruned")}
    for name, interval in row.scores.items():
        record |= _ends(name, interval)
    if comparison.target:
        record["reached"] = row.reached
        record |= _ends("steps_to_target", row.steps_to_target)
        record |= _ends("seconds_to_target", row.seconds_to_target)
    record |= {name: row.counts[name] for name in comparison.counted}
    record["images_per_second"] = row.images_per_second
    if row.pareto is not None:
        record["pareto"] = row.pareto
    for found in row.contrasts:
        start = f"{found.metric}_{'difference' if found.kind == 'difference' else 'ratio'}"
        record |= {start: found.estimate, f"{start}_low": found.low, f"{start}_high": found.high}
        record |= {f"{found.metric}_{name}": getattr(found, name) for name in _TOLD}
    record["withheld"] = row.withheld
    return record


def _ends(name: str, interval: Interval | None) -> dict[str, float]:
    if interval is None:
        return {name: math.nan, f"{name}_low": math.nan, f"{name}_high": math.nan}
    return {name: interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _plain(vars(value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
