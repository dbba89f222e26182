"""What was measured, in ``benchmarks/results``: table by table, with when and on what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import harness
from benchmarks.measure import RESULTS, where_and_when
from benchmarks.validity.cells import Cell, cells
from benchmarks.validity.counting import Counts
from benchmarks.validity.tables import Results, lines
from harness.provenance import source_tags

NOW, BEFORE = "validity", "validity_before"
"""Names of the two files: the code of today, and the code whose faults the tables were made to show."""


def read(name: str) -> dict[str, Any]:
    """Return table -> what was measured of it; nothing if there is no such file."""
    path = RESULTS / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def results(kept: Mapping[str, Any], table: str) -> Results:
    """Return what came out of each kind of study of a table; nothing if it was not measured."""
    rows = kept.get(table, {}).get("cells", [])
    return {Cell(**_tuples(row["cell"])): Counts(**row["counts"]) for row in rows}


def keep(name: str, table: str, found: Results) -> Path:
    """Write what was measured of one table; the others stay as they are."""
    kept = read(name)
    kept[table] = {**where_and_when(("numpy", "scipy")), "revision": _revision(), "cells": _rows(found)}
    return _write(name, kept)


def tabulate() -> Path:
    """Write the tables anew from what was measured."""
    before, now = read(BEFORE), read(NOW)
    for table, one in now.items():
        one["table"] = lines(table, cells(table), results(before, table), results(now, table))
    return _write(NOW, now)


def _revision() -> str:
    """Return the revision of the code that judges, which need not be the benchmark's."""
    return source_tags(Path(harness.__file__).resolve().parent.parent).get("mlflow.source.git.commit", "unknown")[:10]


def _rows(found: Results) -> list[dict[str, Any]]:
    return [{"cell": _short(cell), "counts": _short(counts)} for cell, counts in found.items()]


def _short(one: Cell | Counts) -> dict[str, Any]:
    """Return the fields that are not as by default."""
    defaults = {field.name: field.default for field in fields(one)}
    return {name: value for name, value in asdict(one).items() if value != defaults[name]}


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "sizes": tuple(row["sizes"])}


def _write(name: str, kept: Mapping[str, Any]) -> Path:
    """Write one kind of study, and one line of a table, on a line."""
    path = RESULTS / f"{name}.json"
    parts = [f"{json.dumps(table)}: {_object(one)}" for table, one in kept.items()]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
    return path


def _object(one: Mapping[str, Any]) -> str:
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {_value(value)}" for key, value in one.items()) + "\n}"


def _value(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[\n" + ",\n".join(f"  {json.dumps(item)}" for item in value) + "\n ]"
    return json.dumps(value)
