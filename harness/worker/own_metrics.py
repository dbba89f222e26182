"""Metrics of the user's: their functions called, and what they give looked at."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import MetricError, UserCodeError, show_value
from harness.metrics import OwnName
from harness.study import CodeName
from harness.usercode import calling, load

if TYPE_CHECKING:
    import numpy.typing as npt


def measure_own(
    name: OwnName, logits: npt.NDArray[np.float32], labels: npt.NDArray[np.integer], code: Mapping[str, str]
) -> float:
    """Return what a function of the user's gives.

    It gets copies: labels of 64 bits, since products of smaller ones would overflow, and logits of single precision.

    Args:
        name: of the metric.
        logits: (n, classes), all finite.
        labels: the classes, (n,).
        code: file -> text.

    Raises:
        MetricError: if it raises, or gives what is no number, not finite, or beyond the metric's unit.
    """
    reference = CodeName.of(name.own.of)
    call = f"{reference.name}(labels of {len(labels)} images, logits of {' x '.join(map(str, logits.shape))})"
    try:
        function = load(code, reference)
        with calling(reference.file, code[reference.file], call):
            given = function(labels=labels.astype(np.int64), logits=logits.copy())
    except UserCodeError as error:
        raise MetricError(str(error)) from error
    value, bounds = _number(given), name.row.unit.bounds
    if value is None:
        raise MetricError(f"{reference.file}: {call} must give a number, got {_shown(given)}.")
    if not math.isfinite(value) or not bounds.low <= value <= bounds.high:
        what = "a finite number" if not name.row.is_share else "a number from 0 to 1, as unit = 'share' has it"
        raise MetricError(f"{reference.file}: {call} must give {what}, got {value:g}.")
    return value


def _number(given: object) -> float | None:
    """Return a number of Python, NumPy or the backend, which may have it as an array without axes; None for others."""
    if isinstance(given, (bool, np.bool_)):
        return None
    if isinstance(given, numbers.Real):
        return float(given)
    if getattr(given, "shape", None) != ():
        return None
    array = np.asarray(given)
    return float(array) if array.dtype.kind in "iuf" else None


def _shown(given: object) -> str:
    shape = getattr(given, "shape", ())
    return f"an array of {' x '.join(map(str, shape))}" if shape else f"{show_value(given)}, a {type(given).__name__}"
