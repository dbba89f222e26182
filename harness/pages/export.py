"""The report for programs: CSV with one row a variant, JSON with everything."""

from __future__ import annotations

import csv
import inspect
import io
import json
import math
from dataclasses import is_dataclass
from typing import Any

from harness.escaping import csv_cell
from harness.findings.report import Report
from harness.findings.rows import Row
from harness.stats import Interval

_NOT_IN_JSON = ("curves", "plots")
_TOLD = (
    "plain", "pairs", "p", "p_holm", "p_equivalent", "p_flips", "effect_size", "won", "spreads", "verdict", "futile",
    "note",
)  # fmt: skip
"""Attributes of a contrast that get a column each, beside its estimate and interval."""


def to_csv(report: Report) -> str:
    """Return every row in the metrics' own units: shares from 0 to 1, seconds; empty where there is no value.

    An infinite value is ``inf``: more than half of the trials missed the target.
    """
    records = [_record(row, report) for row in report.rows]
    headings = list(dict.fromkeys(name for record in records for name in record))
    file = io.StringIO()
    writer = csv.DictWriter(file, headings, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in record.items()} for record in records)
    return file.getvalue()


def to_json(report: Report) -> str:
    """Return everything but the figures; NaN and infinity, which JSON does not have, are null."""
    facts = {name: value for name, value in vars(report).items() if name not in _NOT_IN_JSON}
    return json.dumps(_plain(facts), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of report.json, from the dataclasses that it is written from and their docstrings."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Report).json_schema()
    for name in _NOT_IN_JSON:
        del schema["properties"][name]
    schema["required"] = list(schema["properties"])
    schema = _nullable(schema)
    used = json.dumps(schema["properties"]) + json.dumps(schema["$defs"])
    while unused := [name for name in schema["$defs"] if f'#/$defs/{name}"' not in used]:
        for name in unused:
            del schema["$defs"][name]
        used = json.dumps(schema["properties"]) + json.dumps(schema["$defs"])
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "report.json of a harness study"}
    return {**schema, **head}


def _nullable(schema: Any) -> Any:
    """Let every number be null: JSON has neither NaN nor infinity. Descriptions stay the docstrings' text."""
    if isinstance(schema, list):
        return [_nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _nullable(value) for key, value in schema.items()}
    if changed.get("type") == "number":
        changed["type"] = ["number", "null"]
    if isinstance(changed.get("description"), str):
        changed["description"] = inspect.cleandoc(changed["description"])
    changed.pop("default", None)
    return changed


def _record(row: Row, report: Report) -> dict[str, Any]:
    record: dict[str, Any] = {"variant": row.label, "phase": row.phase, "digest": row.digest, **row.settings}
    record |= {name: getattr(row, name) for name in ("finished", "failed", "killed", "pruned")}
    for name, interval in row.scores.items():
        record |= _ends(name, interval)
        if new := row.on_new_images.get(name):
            record |= {f"{name}_low_new": new.low, f"{name}_high_new": new.high}
    if report.target:
        record["reached"] = row.reached
        record |= _ends("steps_to_target", row.steps_to_target)
        record |= _ends("seconds_to_target", row.seconds_to_target)
    record |= {name: row.counts[name] for name in report.counted}
    record["images_per_second"] = row.images_per_second
    if row.pareto is not None:
        record["pareto"] = row.pareto
    for found in row.contrasts:
        start = f"{found.metric}_{'difference' if found.kind == 'difference' else 'ratio'}"
        record |= {start: found.estimate, f"{start}_low": found.low, f"{start}_high": found.high}
        if not math.isnan(found.low_new):
            record |= {f"{start}_low_new": found.low_new, f"{start}_high_new": found.high_new}
        record |= {f"{found.metric}_{name}": getattr(found, name) for name in _TOLD}
        if found.within:
            ends = zip(("confidence", "low", "high"), found.within, strict=True)
            record |= {f"{found.metric}_within_{name}": value for name, value in ends}
        record |= {f"{found.metric}_more_{name}": getattr(found.more, name, None) for name in ("even", "likely")}
    record["withheld"] = row.withheld
    return record


def _ends(name: str, interval: Interval | None) -> dict[str, float]:
    if interval is None:
        return {name: math.nan, f"{name}_low": math.nan, f"{name}_high": math.nan}
    return {name: interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high}


def cell(value: Any) -> str:
    """Return a value as a cell: numbers with ten digits, nothing for what is not known, text that is no formula."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else csv_cell(str(value))


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
