"""Where trials ran, and whether their seconds may be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.trials.schema import EQUAL_FOR_SECONDS

if TYPE_CHECKING:
    import numpy as np


def differing_places(parts: Sequence[Mapping[str, np.ndarray]]) -> str:
    """Return how the fingerprints of trials differ, e.g. "workers 1 and 2"; empty if they are equal.

    Args:
        parts: columns of :data:`EQUAL_FOR_SECONDS` as arrays, of the trials that are to be compared.
    """
    said = []
    for column in EQUAL_FOR_SECONDS:
        values = sorted({_text(value) for part in parts for value in set(part[column].tolist())})
        if len(values) > 1:
            said.append(f"{column} {', '.join(values[:-1])} and {values[-1]}")
    return "; ".join(said)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "unknown" if math.isnan(value) else f"{value:g}"
    return str(value) or "unknown"
