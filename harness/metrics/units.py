"""Units: how a number of one is shown, what comparisons of it are, and what it may be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

NOTHING = "–"
"""Stands where there is no value."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Number:
    """What a number may be; the bounds belong to it.

    Attributes:
        low: the lower bound.
        high: the upper bound.
        whole: whether it is counted.
        may_be_infinite: whether it may be infinite besides.
    """

    low: float = 0.0
    high: float = math.inf
    whole: bool = False
    may_be_infinite: bool = False

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        if self.high == 2**53:
            return f"{kind} of at least {self.low:g}, of at most 53 bits"
        return f"{kind} from {self.low + 0.0:.3g} to {self.high:.3g}"


WHOLE = Number(high=2**53, whole=True)
"""Up to there whole numbers are exact as floats."""
_SPAN = Number(high=1e12)
"""Seconds of thirty thousand years, or as many epochs."""
_SINGLE = Number(low=-_ROUNDING, high=3.5e38, may_be_infinite=True)
"""What single precision can hold: networks compute with it. A loss of 0 may come out a trifle below."""


ANY = Number(low=-3.5e38, high=3.5e38)
"""Any number that single precision can hold."""


@dataclass(frozen=True)
class Unit:
    """How numbers of a unit are shown, compared and bounded.

    Attributes:
        name: the unit's name.
        write: writes a value, scaled.
        compared: what a comparison of two variants is: "difference", "ratio", or "exact", the ratio of two counts that
            no seed changes.
        bounds: what a number may be.
        scale: what a value is multiplied by before it is shown.
        symbol: comes after a value, and is left out only where a heading has it.
        abbreviation: comes after a value that stands alone, where there is no symbol.
        points: comes after a difference.
        clocked: whether a clock measures it, so that it can be compared only where trainings ran on the same hardware.
        digits: format of a difference, scaled.
        meaning: the unit in the reference of study files; its name by default.
    """

    name: str
    write: Callable[[float], str]
    compared: Literal["difference", "ratio", "exact"]
    bounds: Number
    scale: float = 1
    symbol: str = ""
    abbreviation: str = ""
    points: str = ""
    clocked: bool = False
    digits: str = ".4f"
    meaning: str = ""


def three_digits(value: float) -> str:
    """Write a positive number with about three digits: ``0.44``, ``12.3``, ``1,234``."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def show_ratio(ratio: float, exact: bool = False) -> str:
    """Write a ratio with two decimals, with three digits below 0.1 and thousands separated where it is large.

    One that is exact gets as many decimals as it takes to tell it from 1.
    """
    digits = next((digits for digits in range(2, 9) if round(ratio, digits) != 1), 2)
    if exact and digits > 2:
        return f"{ratio:.{digits}f}"
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def counted(number: int, noun: str) -> str:
    """Write ``1 trial``, ``3 trials``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


_counted = "{:,.0f}".format

SHARE = Unit(
    name="share",
    write="{:.2f}".format,
    compared="difference",
    bounds=Number(high=1 + _ROUNDING),
    scale=100,
    symbol=" %",
    points=" points",
    digits=".2f",
    meaning="0 to 1",
)
"""From 0 to 1, shown as per cent."""
AREA = Unit("area", "{:.4f}".format, "difference", Number(high=1 + _ROUNDING), meaning="0 to 1")
"""Under a curve in the unit square."""
NATS = Unit("nats", "{:.4f}".format, "difference", _SINGLE)
NUMBER = Unit("number", "{:.3g}".format, "difference", _SINGLE, digits=".3g")
SECONDS = Unit("seconds", three_digits, "ratio", _SPAN, abbreviation=" s", clocked=True)
RATE = Unit("rate", _counted, "ratio", Number(high=1e15, may_be_infinite=True), clocked=True, meaning="a second")
STEPS = Unit("steps", _counted, "ratio", WHOLE)
EPOCHS = Unit("epochs", "{:,.4g}".format, "ratio", _SPAN)
CORES = Unit("cores", "{:.2f}".format, "difference", Number(high=1e6))
COUNT = Unit("count", _counted, "exact", WHOLE)
