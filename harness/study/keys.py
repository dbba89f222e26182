"""The keys of a study file by their dotted paths, as the tables declare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.study.tables.whole import StudyTables

_DEEPEST = 4


def setting_keys() -> dict[str, str]:
    """Return the dotted path of every key that has a value of its own -> what it means.

    Tables that are keys of other tables are walked; lists of tables (``model.conv``) and tables whose keys a user
    chooses (``design.factors``) are keys themselves.
    """
    schema = StudyTables.model_json_schema()
    return dict(_keys(schema, schema.get("$defs", {}), "", 0))


def _keys(table: Mapping[str, Any], known: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, field in table.get("properties", {}).items():
        path = f"{before}{name}"
        tables = [one for one in _choices(field, known) if "properties" in one] if depth < _DEEPEST else []
        for one in tables:
            yield from _keys(one, known, f"{path}.", depth + 1)
        if not tables or len(tables) < len(_choices(field, known)):  # a value, or one beside tables
            yield path, field.get("description", "")


def _choices(field: Mapping[str, Any], known: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what a key may hold, null left out, with what is named elsewhere in the schema in place of its name."""
    given = field.get("anyOf") or field.get("oneOf") or [field]
    found: list[Mapping[str, Any]] = []
    for one in given:
        one = known.get(str(one.get("$ref", "")).rpartition("/")[2], one)
        nested = "properties" not in one and ("oneOf" in one or "anyOf" in one)
        found += _choices(one, known) if nested else [one]
    return [one for one in found if one.get("type") != "null"]
