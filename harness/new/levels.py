"""What varies, as people write it on a command line, and values as TOML has them."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from harness.errors import UsageError, show_value

_RANGE = re.compile(r"\s*([-+.\w]+?)\s*\.\.\s*([-+.\w]+)\s*")
_LOG_FROM = 10
"""A range of positive numbers whose ends are so many times apart is sampled by its logarithm."""


def parse_levels(text: str) -> tuple[str, list[Any] | dict[str, Any]]:
    """Return the key and the levels of ``KEY=LEVEL,LEVEL,...``, or of ``KEY=LOW..HIGH``, a range.

    Levels are values as in TOML, or words without quotes.

    Args:
        text: e.g. ``model.downsample=max_pool,stride`` or ``train.learning_rate=1e-4..1e-2``.

    Raises:
        UsageError: if it is neither, or has fewer than two levels.
    """
    key, _, given = text.partition("=")
    key, given = key.strip().strip('"'), given.strip()
    if not key or not given:
        raise UsageError(
            f"--vary needs KEY=LEVEL,LEVEL or KEY=LOW..HIGH, got {show_value(text)}. "
            "E.g. --vary model.downsample=max_pool,stride"
        )
    if found := _RANGE.fullmatch(given):
        low, high = (_number(end, text) for end in found.groups())
        if low >= high:
            raise UsageError(f"--vary {key}: a range must go from the lower to the higher end, got {given}.")
        logarithmic = low > 0 and high / low >= _LOG_FROM and isinstance(low * high, float)
        return key, {"low": low, "high": high, **({"log": True} if logarithmic else {})}
    levels = _values(given)
    if len(levels) < 2:
        raise UsageError(f"--vary {key}: must have two levels or more with commas between, got {show_value(given)}.")
    return key, levels


def _number(text: str, whole: str) -> int | float:
    value = _values(text)[0]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"--vary: the ends of a range must be numbers, got {show_value(whole)}.")
    return value


def _values(text: str) -> list[Any]:
    """Return TOML values with commas between; words without quotes stand for themselves."""
    try:
        found = tomllib.loads(f"found = [{text}]")
        if list(found) == ["found"]:
            return list(found["found"])
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        pass
    return [_value(part.strip()) for part in text.split(",")]


def _value(text: str) -> Any:
    try:
        found = tomllib.loads(f"found = {text}")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return text
    return found["found"] if list(found) == ["found"] else text


def show_toml(value: Any) -> str:
    """Write a value as TOML has it; small numbers as people write them: ``1e-4``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = f"{value:g}" if float(f"{value:g}") == value else repr(value)
        text = re.sub(r"e([-+])0*(\d)", lambda found: f"e{found[1].replace('+', '')}{found[2]}", text)
        return text if any(mark in text for mark in ".en") else f"{text}.0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {show_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show_toml(inner) for inner in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
