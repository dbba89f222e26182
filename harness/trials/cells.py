"""What may stand in a cell, column by column."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from harness.metrics import Number
from harness.records import are_hits
from harness.trials.schema import Column, Hits, Text, Time

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_SHOWN = 60
"""Characters of a wrong value that an error shows."""


def show_wrong(value: object) -> str:
    """Return a value that was read from elsewhere for an error: in quotes, short, control characters escaped."""
    text = repr(value[:_SHOWN] if isinstance(value, (str, bytes)) else value)
    return text if len(text) <= _SHOWN + 2 else f"{text[:_SHOWN]}…"


def judge(given: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], np.ndarray]:
    """Return a column as what it should be, and where it is not so."""
    match column.rule:
        case Number() as number:
            return _judge_numbers(given, number, column.needed)
        case Text() as text:
            return given, _judge_texts(given, text, column.needed)
        case Time():
            return given, _judge_times(given)
        case Hits():
            return given, _judge_hits(given)
        case _:
            return given, _judge_levels(given)


def _judge_numbers(column: pd.Series[Any], rule: Number, needed: bool) -> tuple[pd.Series[Any], np.ndarray]:
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        values, odd = column.to_numpy(dtype=float), np.zeros(len(column), bool)
    else:
        read = [_number(value) for value in column.tolist()]
        values = np.array([math.nan if value is None else value for value in read], float)
        odd = np.array([value is None for value in read], bool)
        column = pd.Series(values, index=column.index, name=column.name)
    missing = np.isnan(values)
    bad = (values < rule.low) | (values > rule.high)
    if rule.may_be_infinite:
        bad &= ~np.isposinf(values)
    if rule.whole:
        bad |= ~missing & (values != np.floor(values))
    bad |= odd
    return column, bad | (missing & needed)


def _number(value: object) -> float | None:
    """Return a number, or text that is one; NaN for nothing, None for what is no number."""
    if is_missing(value):
        return math.nan
    if isinstance(value, (bool, bytes, complex)):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def is_missing(value: object) -> bool:
    """Whether a cell is empty: None, or one of the values that are not equal to themselves."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def _judge_texts(column: pd.Series[Any], rule: Text, needed: bool) -> np.ndarray:
    import numpy as np

    verdicts: dict[object, bool] = {}

    def is_bad(value: object) -> bool:
        if is_missing(value) or (isinstance(value, str) and not value):
            return needed
        if not isinstance(value, str):
            return True
        if value not in verdicts:
            fits = not rule.choices or value in rule.choices
            verdicts[value] = not (fits and (rule.pattern is None or rule.pattern.fullmatch(value)))
        return verdicts[value]

    return np.array([is_bad(value) for value in column.tolist()], bool)


def _judge_times(column: pd.Series[Any]) -> np.ndarray:
    import numpy as np
    import pandas as pd

    if not pd.api.types.is_datetime64_any_dtype(column):
        return np.array([not is_missing(value) for value in column.tolist()], bool)
    years = column.dt.year.to_numpy(dtype=float, na_value=math.nan)
    return np.asarray((years < 1970) | (years >= 2262))


def _judge_hits(column: pd.Series[Any]) -> np.ndarray:
    import numpy as np

    def is_bad(value: object) -> bool:
        return not (is_missing(value) or (isinstance(value, bytes) and (not value or are_hits(value))))

    return np.array([is_bad(value) for value in column.tolist()], bool)


def _judge_levels(column: pd.Series[Any]) -> np.ndarray:
    import numpy as np

    return np.array([not (is_missing(value) or is_level(value)) for value in column.tolist()], bool)


def is_level(value: object) -> bool:
    """Whether a value can stand in a table as the level of what is varied."""
    if isinstance(value, int) and not isinstance(value, bool):
        return -(2**63) <= value < 2**63
    return isinstance(value, (str, float, bool))
