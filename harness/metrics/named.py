"""Metrics that are measured only where a study names them: of validation images (`val_`), of test images (`test_`).

What is measured of every training costs next to nothing; these take milliseconds an evaluation.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from harness.metrics.rows import RECORDED, Metric
from harness.metrics.units import AREA, SHARE, Unit

FORMS = ("val", "test")
"""What names begin with: on validation images at each evaluation, on test images whenever these are scored."""
_SPLITS: dict[str, Literal["validation", "test"]] = {"val": "validation", "test": "test"}
NAME = re.compile(r"(val|test)_([a-z][a-z0-9_]{0,39})")
"""The name of a metric that is measured only where it is named."""
HITS = "test_hits"
"""A column of the trials that is spelled like one, and is none."""
MOST_ASKED = 60
"""Such metrics of a training."""
_TOP_K = re.compile(r"top_([2-9]|[1-9][0-9]{1,3})_accuracy")
_EVERY_CLASS = "it needs images of every class"


@dataclass(frozen=True)
class Kind:
    """A metric as it is named, without the images that it is measured on.

    Attributes:
        name: what follows `val_` and `test_`.
        title: what follows "validation" and "test".
        unit: its unit.
        better: which way.
        counts_images: as of :class:`harness.metrics.Metric`.
        needs: as of :class:`harness.metrics.Metric`.
    """

    name: str
    title: str
    unit: Unit
    better: Literal["higher", "lower"] = "higher"
    counts_images: bool = False
    needs: str = ""

    def row(self, form: str) -> Metric:
        """Return the row of one of its :data:`FORMS`."""
        return Metric(
            name=f"{form}_{self.name}",
            title=f"{_SPLITS[form]} {self.title}",
            unit=self.unit,
            known="evaluated" if form == "val" else "scored",
            key=f"{form}/{self.name}",
            better=self.better,
            split=_SPLITS[form],
            counts_images=self.counts_images,
            needs=self.needs,
        )


def _top(k: int) -> Kind:
    return Kind(f"top_{k}_accuracy", f"top-{k} accuracy", SHARE, counts_images=True)


KINDS: tuple[Kind, ...] = (
    Kind("macro_f1", "macro F1", SHARE),
    Kind("balanced_accuracy", "balanced accuracy", SHARE),
    _top(5),
    Kind("auc", "AUC", AREA, needs=_EVERY_CLASS),
    Kind("expected_calibration_error", "expected calibration error", SHARE, "lower"),
)
"""All but top-k accuracies of another k, of which there are as many as classes."""
NAMED: dict[str, Metric] = {row.name: row for form in FORMS for row in (kind.row(form) for kind in KINDS)}
"""Their rows by name."""


@functools.cache
def named(name: str) -> Metric | None:
    """Return the row of a metric that is measured only where it is named; None for any other name."""
    if name in NAMED:
        return NAMED[name]
    form, _, rest = name.partition("_")
    k = top_k(name)
    return _top(k).row(form) if k and form in FORMS and rest else None


def top_k(name: str) -> int:
    """Return among how many guesses a top-k accuracy looks for the right class; 0 for any other metric."""
    found = _TOP_K.fullmatch(name.partition("_")[2])
    return int(found[1]) if found else 0


def is_asked(name: object) -> bool:
    """Whether a name is one of a metric that is measured only where it is named, as its spelling tells."""
    return isinstance(name, str) and name not in RECORDED and name != HITS and NAME.fullmatch(name) is not None
