"""The kinds of studies that are simulated, table by table; each checks one promise of docs/method.md."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

Way = Literal["fixed", "adaptive", "topped up"]


TIMES = {
    "few censored": 0.6,
    "a tenth censored": math.exp(-0.3 * 1.2815515655446004),
    "half censored": 1.0,
    "80 % diverge": 0.5,
    "6 of 8 diverge": 0.5,
    "6 of 8 end without it": 0.75,
    "real steps, some missed": math.nan,
}
"""Noise in steps to the target -> the base's median of them, as a share of the budget."""


@dataclass(frozen=True)
class Cell:
    """One kind of simulated study.

    Attributes:
        table: the table that it is a row of.
        noise: how trainings of one variant spread: a name in :data:`benchmarks.validity.noise.ACCURACIES` or
            :data:`TIMES`, or in :data:`REAL`.
        variants: variants, the base included.
        sizes: replicates: one number for a fixed study, first and last for an adaptive one, every stop for one that
            is topped up.
        way: how the study gets its replicates.
        effect: true difference of every variant from the base in accuracy, in :attr:`spread`; of "more" the standard
            deviation of true differences.
        alike: variants that do not differ from the base after all: the last ones.
        ratio: true ratio of every variant's steps to the target to the base's, where both reach it.
        margin: the study's margin, in :attr:`spread`; 0 for none.
        images: images that accuracies are measured on.
        spread: standard deviation of the accuracy over the seeds of the base.
        log_spread: standard deviation of the logarithm of steps to the target over the seeds of one variant.
        shared: share of the variance that a replicate's seeds give to all variants alike.
        weight: studies of this kind, of those that are asked for: slow kinds get fewer.
    """

    table: str
    noise: str
    variants: int
    sizes: tuple[int, ...]
    way: Way = "fixed"
    effect: float = 0.0
    alike: int = 0
    ratio: float = 1.0
    margin: float = 0.0
    images: int = 10_000
    spread: float = 0.0015
    log_spread: float = 0.3
    shared: float = 0.5
    weight: float = 1.0

    @property
    def metric(self) -> str:
        """The metric that is compared; a study may choose how many images it validates on."""
        if self.noise in TIMES:
            return "steps_to_target"
        return "val_accuracy" if self.table == "images" else "test_accuracy"

    @property
    def last(self) -> int:
        """Replicates at most."""
        return self.sizes[-1]

    @property
    def name(self) -> str:
        """What tells this kind from all others, in any run."""
        told = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "weight"}
        usual = {field.name: field.default for field in fields(self)}
        return "; ".join(f"{name} {value}" for name, value in told.items() if value != usual[name])

    @property
    def replicates(self) -> str:
        """Write the replicates: ``5``, ``3 to 30``, ``5, 10, 20``."""
        return " to ".join(map(str, self.sizes)) if self.way == "adaptive" else ", ".join(map(str, self.sizes))

    @property
    def at_margin(self) -> bool:
        """Whether the true difference is just so large that "equivalent" is false."""
        return self.margin > 0 and math.isclose(abs(self.effect), self.margin)


_PLANS: tuple[tuple[tuple[int, ...], Way], ...] = (((5,), "fixed"), ((10,), "fixed"), ((3, 30), "adaptive"))
_SLOW = 0.4


def _weight(variants: int, way: Way) -> float:
    return _SLOW if variants > 4 and way == "adaptive" else 1.0


def _errors() -> Iterator[Cell]:
    for noise in ("normal", "skewed", "heavy-tailed", "some trainings fail", "unequal spreads"):
        for variants in (2, 8):
            for sizes, way in (_PLANS[0], _PLANS[2]):
                weight = _weight(variants, way)
                yield Cell("errors", noise, variants, sizes, way, weight=weight)
                yield Cell("errors", noise, variants, sizes, way, effect=1.5, margin=1.5, weight=weight)
    for sizes, way in (_PLANS[0], _PLANS[2]):
        yield Cell("errors", "normal", 8, sizes, way, effect=2.0, alike=4, weight=_weight(8, way))


def _spreads() -> Iterator[Cell]:
    for noise in ("three times as wide, skewed", "three times as wide, very skewed", "30 % of trainings fail"):
        for sizes, way in _PLANS:
            for variants in (2, 9):
                yield Cell("spreads", noise, variants, sizes, way, weight=_weight(variants, way))
            for effect in (-5.0, 5.0):
                yield Cell("spreads", noise, 2, sizes, way, effect=effect, margin=5.0)


def _images() -> Iterator[Cell]:
    for images in (360, 500):
        for shared in (0.5, 0.9):
            for effect in (0.0, 1.0, 2.0):
                for sizes, way in _PLANS[:2]:
                    yield Cell("images", "normal", 2, sizes, way, effect, images=images, shared=shared)


def _censored() -> Iterator[Cell]:
    for noise in ("few censored", "a tenth censored", "half censored"):
        for ratio in (1.0, 1.3, 1.8):
            for sizes, way in _PLANS:
                yield Cell("censored", noise, 2, sizes, way, ratio=ratio)
        yield Cell("censored", noise, 8, (10,))


def _direction() -> Iterator[Cell]:
    """Yield variants that seldom reach the target, but then in a third of the steps, as a high learning rate does."""
    kinds: list[tuple[str, int, tuple[int, ...], Way]] = [
        *(("80 % diverge", 2, sizes, way) for sizes, way in (*_PLANS, ((30,), "fixed"))),
        ("80 % diverge", 8, (10,), "fixed"),
        ("6 of 8 diverge", 2, (8,), "fixed"),
        ("6 of 8 end without it", 2, (8,), "fixed"),
    ]
    for noise, variants, sizes, way in kinds:
        yield Cell("direction", noise, variants, sizes, way, ratio=1 / 3, log_spread=0.1)


def _topups() -> Iterator[Cell]:
    for sizes in ((5, 10), (5, 10, 20), (3, 5, 10, 20, 30)):
        for variants in (2, 4):
            yield Cell("topups", "normal", variants, sizes, "topped up")
    yield Cell("topups", "normal", 2, (5, 10, 20), "topped up", effect=1.5, margin=1.5)
    yield Cell("topups", "three times as wide, skewed", 2, (5, 10, 20), "topped up")
    yield Cell("topups", "a tenth censored", 2, (5, 10, 20), "topped up")


def _effects() -> Iterator[Cell]:
    yield Cell("effects", "normal", 9, (5,))
    yield Cell("effects", "normal", 9, (10,))
    yield Cell("effects", "parts of a cross-validation", 9, (5,))


def _power() -> Iterator[Cell]:
    plans: tuple[tuple[tuple[int, ...], Way], ...] = (*_PLANS[:2], ((30,), "fixed"), _PLANS[2])
    for effect in (0.0, 0.25, 0.5, 1.0, 1.5, 2.0):
        for sizes, way in plans:
            yield Cell("power", "normal", 4, sizes, way, effect)
    for effect in (0.25, 0.5, 1.0):
        for sizes, way in plans[2:]:
            yield Cell("power", "normal", 2, sizes, way, effect)


def _more() -> Iterator[Cell]:
    for effect in (0.5, 1.0, 2.0):
        for variants in (2, 8):
            for sizes, way in _PLANS[:2]:
                yield Cell("more", "normal", variants, sizes, way, effect)


def _prediction() -> Iterator[Cell]:
    for noise in ("normal", "skewed", "heavy-tailed", "some trainings fail"):
        for replicates in (3, 5, 10):
            yield Cell("prediction", noise, 1, (replicates,))


REAL = (
    "real",
    "real, paired",
    "real, high learning rate",
    "real, high rate against base, centred",
    "real steps, some missed",
)
"""Noise of real trainings, in test accuracy and in steps to a target; see :mod:`benchmarks.validity.real`."""


def _real() -> Iterator[Cell]:
    for noise in REAL:
        for variants in (2,) if noise == "real, paired" else (2, 9):
            for sizes, way in _PLANS:
                yield Cell("real", noise, variants, sizes, way, images=1_000, weight=_weight(variants, way))


TABLES = {
    "errors": _errors,
    "spreads": _spreads,
    "images": _images,
    "censored": _censored,
    "direction": _direction,
    "topups": _topups,
    "effects": _effects,
    "power": _power,
    "more": _more,
    "prediction": _prediction,
    "real": _real,
}
"""Table -> its kinds of studies."""


def cells(table: str) -> list[Cell]:
    """Return the kinds of studies of one table, in the order of its rows."""
    return list(TABLES[table]())
