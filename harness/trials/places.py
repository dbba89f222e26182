"""Where trials ran and what others did there meanwhile: whether their seconds may be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.records import MOST_TAKEN
from harness.trials.schema import EQUAL_FOR_SECONDS, LOAD

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def disturbed(columns: Mapping[str, np.ndarray], count: int) -> npt.NDArray[np.bool_]:
    """Return of which trials the seconds do not count, because others used the machine meanwhile; (count,).

    Another study that trained there is enough: two of them share more than cores, memory for instance. Records of
    earlier versions say nothing of others, and count.

    Args:
        columns: "foreign_load" and "studies_beside" of the trials, if they are there.
        count: how many trials there are.
    """
    import numpy as np

    found = np.zeros(count, dtype=bool)
    for name, most in zip(LOAD, (MOST_TAKEN, 0), strict=True):
        if name in columns:
            found |= columns[name].astype(float) > most  # nothing is more than not-a-number
    return found


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
