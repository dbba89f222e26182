"""How simulated trainings of one variant spread: test accuracies, and steps to a target."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from benchmarks.validity.cells import TIMES, Cell
from benchmarks.validity.samples import BUDGET, accuracy_sample, steps_sample
from harness.judging import Sample

MEAN = 0.985
"""Test accuracy of the base, on average."""

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
"""Draws (variants, replicates) with mean 0, and variance 1 for the base, which is the first row."""


def _lognormal(sigma: float) -> Draw:
    """Skewed to the left, as accuracies near 100 % are: skewness -1.75 for a sigma of 0.5, -6.2 for 1."""
    mean, deviation = math.exp(sigma**2 / 2), math.sqrt((math.exp(sigma**2) - 1) * math.exp(sigma**2))
    return lambda random, shape: -(random.lognormal(0.0, sigma, shape) - mean) / deviation


def _widened(draw: Draw, factor: float) -> Draw:
    """The same with all variants but the base spread so many times as wide; their means stay equal."""
    return lambda random, shape: draw(random, shape) * np.where(np.arange(shape[0]) > 0, factor, 1.0)[:, None]


def _failing(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """One training in twenty goes badly, by five deviations of the others."""
    return random.normal(size=shape) - 5 * (random.random(shape) < 0.05)


def _often_failing(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Of all variants but the base 30 % of the trainings fail, by five deviations; the means are equal."""
    failed = random.random(shape) < 0.3
    values: np.ndarray = random.normal(size=shape)
    values[1:] += (1.5 - 5 * failed)[1:]
    return values


def _parts(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Parts of a five-fold cross-validation: they share training images, so that they correlate by 1/5.

    That is the correlation which Nadeau & Bengio (2003) suppose: held-out over all images.
    """
    return math.sqrt(0.2) * random.normal(size=(shape[0], 1)) + math.sqrt(0.8) * random.normal(size=shape)


ACCURACIES: dict[str, Draw] = {
    "normal": lambda random, shape: random.normal(size=shape),
    "skewed": _lognormal(0.5),
    "heavy-tailed": lambda random, shape: random.standard_t(3, shape) / math.sqrt(3),
    "some trainings fail": _failing,
    "unequal spreads": lambda random, shape: random.normal(size=shape) * np.linspace(1, 3, shape[0])[:, None],
    "three times as wide, skewed": _widened(_lognormal(0.5), 3.0),
    "three times as wide, very skewed": _widened(_lognormal(1.0), 3.0),
    "30 % of trainings fail": _often_failing,
    "parts of a cross-validation": _parts,
}

_EVERY = 10
"""Steps between two evaluations."""


def draw_samples(cell: Cell, random: np.random.Generator) -> list[Sample]:
    """Return the trials of one study, the base first, as if every variant had all its replicates."""
    shape = (cell.variants, cell.last)
    if cell.noise in TIMES:
        return _times(cell, random, shape)
    return [accuracy_sample(row) for row in accuracies(cell, random, shape)]


def accuracies(cell: Cell, random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Return test accuracies, (variants, replicates); they are counts of images."""
    draw = ACCURACIES[cell.noise]
    values = math.sqrt(cell.shared) * draw(random, (1, shape[1])) + math.sqrt(1 - cell.shared) * draw(random, shape)
    if cell.table != "more":
        values[1 : shape[0] - cell.alike] += cell.effect
    found: np.ndarray = np.round((MEAN + cell.spread * values) * cell.images) / cell.images
    return found


def _times(cell: Cell, random: np.random.Generator, shape: tuple[int, int]) -> list[Sample]:
    shared = math.sqrt(cell.shared) * random.normal(size=(1, shape[1]))
    own = math.sqrt(1 - cell.shared) * random.normal(size=shape)
    steps = TIMES[cell.noise] * BUDGET * np.exp(cell.log_spread * (shared + own))
    steps[1:] *= cell.ratio
    steps = np.ceil(steps / _EVERY) * _EVERY
    lost = np.zeros(shape, dtype=bool)
    if cell.noise == "80 % diverge":
        lost[1:] = random.random((shape[0] - 1, shape[1])) < 0.8
    elif cell.noise.startswith("6 of 8"):
        lost[1:] = random.permuted(np.arange(8) < 6)
        steps = np.minimum(steps, BUDGET)  # all others reach it
    if cell.noise.endswith("diverge"):
        return [steps_sample(row, diverged) for row, diverged in zip(steps, lost, strict=True)]
    return [steps_sample(row, np.zeros(shape[1], dtype=bool)) for row in np.where(lost, np.inf, steps)]


def truth(cell: Cell, place: int, kind: str) -> float:
    """Return what an estimate of that kind estimates; NaN where no single number is the truth.

    Args:
        cell: the kind of study.
        place: the variant's place among those that are compared with the base, from 0.
        kind: of the contrast.
    """
    if cell.noise not in TIMES:
        return cell.effect * cell.spread if differs(cell, place) else 0.0
    if cell.table == "direction":
        return math.nan
    if kind == "restricted" and cell.ratio != 1:  # what the code before estimated where some were censored
        return restricted_truth(TIMES[cell.noise], cell.ratio, cell.log_spread)
    return cell.ratio


def better(cell: Cell, place: int) -> int:
    """Return whether a variant is truly better than the base (1), worse (-1), or neither (0)."""
    if cell.noise in TIMES:
        return -1 if cell.ratio > 1 or cell.table == "direction" else 0
    return ((cell.effect > 0) - (cell.effect < 0)) * differs(cell, place)


def differs(cell: Cell, place: int) -> bool:
    """Return whether a variant has the cell's effect."""
    return place < cell.variants - 1 - cell.alike


@functools.cache
def restricted_truth(centre: float, ratio: float, log_spread: float) -> float:
    """Return the ratio of the true mean times up to the budget, each time rounded up to an evaluation."""
    from scipy import special

    quantiles = special.ndtri((np.arange(200_000) + 0.5) / 200_000)
    base = centre * BUDGET * np.exp(log_spread * quantiles)
    slower, plain = (np.minimum(np.ceil(times / _EVERY) * _EVERY, BUDGET).mean() for times in (ratio * base, base))
    return float(slower / plain)
