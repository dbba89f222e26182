"""What a study file may hold whatever the key: values that every part after it, down to a page, can carry."""

from __future__ import annotations

import math
from datetime import date, time
from typing import Any

from harness.errors import StudyError, printable, show_value

DEEPEST = 16
"""Tables and lists within each other; what is deeper means nothing to a study."""

_FREE = frozenset({"question", "notes", "note", "source"})
"""Keys whose text may have several lines."""

_LONGEST_NAME = 1000
"""Characters of text that stands for something: it gets into labels, names of runs and tables."""

_WHOLE = 2**63


def check_values(given: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of a study with every -0.0 as 0.0, which are one value and must not be two variants.

    Raises:
        StudyError: for dates, numbers that are not finite or need more than 64 bits, characters that control a
            terminal or are none, names of thousands of characters, and tables nested too deeply; the message names the
            place.
    """
    checked: dict[str, Any] = _checked(given, ())
    return checked


def _checked(value: Any, place: tuple[str, ...]) -> Any:
    if isinstance(value, (dict, list)):
        if len(place) >= DEEPEST:
            raise StudyError(f"{_show(place[:4])} ...: must not be nested deeper than {DEEPEST} tables and lists.")
        if isinstance(value, list):
            return [_checked(inner, (*place, str(index))) for index, inner in enumerate(value)]
        for key in value:
            _check_text(key, (*place, key), "a key")
        return {key: _checked(inner, (*place, key)) for key, inner in value.items()}
    if isinstance(value, (date, time)):
        raise StudyError(f"{_show(place)} must not be a date or a time, got {value}. Write it in quotes.")
    if isinstance(value, str):
        free = place[-1] in _FREE
        _check_text(value, place, "text", "\n\t" if free else "")
        if not free and len(value) > _LONGEST_NAME:
            raise StudyError(f"{_show(place)} must have at most {_LONGEST_NAME:,} characters, got {len(value):,}.")
    elif isinstance(value, int) and not -_WHOLE <= value < _WHOLE:
        raise StudyError(f"{_show(place)} must fit into 64 bits, got {_digits(value)}. Write a smaller number.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise StudyError(f"{_show(place)} must be a finite number, got {value}.")
        return value or 0.0
    return value


def _check_text(text: str, place: tuple[str, ...], kind: str, allowed: str = "") -> None:
    """Refuse what would act on a terminal or a page instead of being shown: no name or question needs it."""
    if text.isprintable():
        return
    bad = next((each for each in text if each not in allowed and _acts(each)), None)
    if bad is not None:
        lines = " Only questions, notes and sources may have several lines." if bad in "\n\t" else " Remove it."
        raise StudyError(
            f"{_show(place)}: {kind} must not contain the control character {printable(bad)}, "
            f"got {show_value(text)}.{lines}"
        )


def _acts(each: str) -> bool:
    """Whether a character is a control, reverses the direction of writing, or is no character at all."""
    code = ord(each)
    return (
        code < 0x20
        or 0x7F <= code < 0xA0
        or code in (0x2028, 0x2029)
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or 0xD800 <= code <= 0xDFFF
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def _digits(number: int) -> str:
    """Write a number of any size: Python refuses to write out one with more than some thousand digits."""
    return f"one of {number.bit_length()} bits"


def _show(place: tuple[str, ...]) -> str:
    shown = ".".join(printable(part if len(part) <= 60 else f"{part[:57]}...") for part in place)
    return shown or "the file"
