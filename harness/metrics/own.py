"""Metrics of the user's. Their names bring their rows along.

Two studies that are open in one process may have different metrics of one name, so that no table of all metrics can
have them: :data:`harness.metrics.METRICS` takes the row from the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from harness.metrics.named import FORMS, NAME, Kind, is_asked, named
from harness.metrics.rows import Metric
from harness.metrics.units import ANY, SHARE, Unit


@dataclass(frozen=True)
class OwnMetric:
    """What a study says of a metric of the user's.

    Attributes:
        name: what follows `val_` and `test_` in its names.
        of: the function that measures it: ``mine.py:cost``.
        better: which way.
        unit: what stands after its values; "share" for what goes from 0 to 1 and is shown as per cent.
        title: what follows "validation" and "test"; the name by default.
    """

    name: str
    of: str
    better: Literal["higher", "lower"] = "higher"
    unit: str = ""
    title: str = ""

    @cached_property
    def rows(self) -> Mapping[str, Metric]:
        """Its rows, by form."""
        kind = Kind(self.name, self.title or self.name.replace("_", " "), _unit(self.unit), self.better)
        return {form: kind.row(form) for form in FORMS}

    @property
    def meaning(self) -> dict[str, str]:
        """What its values depend on, besides the text of its file."""
        return {"of": self.of, "better": self.better}


class OwnName(str):
    """A name of a metric of the user's, e.g. ``val_cost``, equal to the same text, with what the study says of it."""

    __slots__ = ("form", "own")

    form: str
    own: OwnMetric

    def __new__(cls, form: str, own: OwnMetric) -> OwnName:
        """Return the name of one of the forms of a metric."""
        name = super().__new__(cls, f"{form}_{own.name}")
        name.form, name.own = form, own
        return name

    def __reduce__(self) -> tuple[Any, ...]:
        return OwnName, (self.form, self.own)

    @property
    def row(self) -> Metric:
        """Its row."""
        return self.own.rows[self.form]

    @property
    def on_test_images(self) -> OwnName:
        """The name of the same on test images."""
        return OwnName("test", self.own)


def own_name(name: str, known: Mapping[str, OwnMetric]) -> str:
    """Return the name of a metric with what a study says of it, if it is one of the user's; else as it is.

    Args:
        name: any name.
        known: the study's metrics, by what follows the form.
    """
    found = NAME.fullmatch(name)
    if isinstance(name, OwnName) or found is None or found[2] not in known:
        return name
    return OwnName(found[1], known[found[2]])


def own_names(known: Mapping[str, OwnMetric]) -> list[OwnName]:
    """Return the names that the metrics of a study have, in all forms."""
    return [OwnName(form, own) for own in known.values() for form in FORMS]


def remembered(name: str, known: Mapping[str, OwnMetric]) -> str:
    """Return the same of a name that was recorded; a metric that the study no longer has gets its name for a title."""
    resolved = own_name(name, known)
    if isinstance(resolved, OwnName) or not is_asked(name) or named(name):
        return resolved
    form, _, rest = name.partition("_")
    return OwnName(form, OwnMetric(rest, ""))


def _unit(text: str) -> Unit:
    if text == "share":
        return SHARE
    after = f" {text}" if text else ""
    return Unit(text or "number", _four_digits, "difference", ANY, abbreviation=after, points=after, digits=".4g")


def _four_digits(value: float) -> str:
    """Write a number with four digits, and all of a large one's: ``0.1235``, ``12,346``."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
