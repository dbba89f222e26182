"""The tables of a study as the TOML file that says the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_toml(tables: Mapping[str, Any]) -> str:
    """Return the text of a study file, from which `tomllib` reads these tables again.

    Args:
        tables: texts, numbers, lists and tables of these, with texts as keys.
    """
    return "\n".join(_lines(tables)) + "\n"


def _lines(tables: Mapping[str, Any]) -> Iterator[str]:
    apart = {key: value for key, value in tables.items() if isinstance(value, Mapping)}
    yield from (f"{_key(key)} = {_value(value)}" for key, value in tables.items() if key not in apart)
    for key, table in apart.items():
        yield f"\n[{_key(key)}]"
        yield from (f"{_key(inner)} = {_value(value)}" for inner, value in table.items())


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _text(text: str) -> str:
    """Return a basic string: JSON's but for the one character that TOML must have escaped and JSON need not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
