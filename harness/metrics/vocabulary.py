"""What a study file may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.metrics.named import NAMED, is_asked, named
from harness.metrics.own import OwnName
from harness.metrics.rows import EVALUATED, ROWS, Metric


class Vocabulary(Mapping[str, Metric]):
    """Name -> row of every metric by which variants are judged.

    It lists the names there are; those of patterns, such as `test_top_3_accuracy`, it knows without listing them, and
    an :class:`~harness.metrics.own.OwnName` brings its row along.
    """

    def __init__(self, listed: Mapping[str, Metric]) -> None:
        self._listed = dict(listed)

    def __getitem__(self, name: str) -> Metric:
        if isinstance(name, OwnName):
            return name.row
        row = self._listed.get(name) or named(name)
        if row is None:
            raise KeyError(name)
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


METRICS: Mapping[str, Metric] = Vocabulary({**{row.name: row for row in ROWS if row.better}, **NAMED})
"""Those by which variants are judged: what a study file may name."""
CHOOSABLE = tuple(name for name, metric in METRICS.items() if metric.split != "test")
"""Metrics that a search may optimise."""


def on_test_images(name: str) -> str:
    """Return the metric that measures on test images what this one does on validation images; else this one."""
    row = METRICS[name]
    if isinstance(name, OwnName):
        return name.on_test_images
    if row.split != "validation":
        return name
    twin = f"test_{name.removeprefix('val_')}"
    return twin if twin in METRICS else name


def forms_of(name: str) -> tuple[str, ...]:
    """Return what is measured where a metric is named: that, and of one on validation images the same on test images.

    What is chosen by validation images is judged by test images.
    """
    return tuple(dict.fromkeys((name, on_test_images(name))))


def is_evaluated(name: str) -> bool:
    """Whether a metric is measured at every evaluation, as its name tells."""
    return name in EVALUATED or (is_asked(name) and name.startswith("val_"))


def asked_of(*names: str) -> tuple[str, ...]:
    """Return what is measured only because these metrics are named, each once, in order."""
    return tuple(dict.fromkeys(form for name in names if is_asked(name) for form in forms_of(name)))
