"""What came out of the simulated studies of one kind."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, fields

import numpy as np

from benchmarks.validity import effects, more, prediction, real
from benchmarks.validity.cells import REAL, Cell
from benchmarks.validity.noise import better, differs, draw_samples, truth
from benchmarks.validity.studies import Judged, carry_out, studies_of
from harness.judging import Contrast, Sample
from harness.stats import Verdict

_SEED = 20_261_126


@dataclass(frozen=True)
class Counts:
    """What came out of the simulated studies of one kind.

    Attributes:
        studies: how many.
        wrong: studies with a verdict that is not true: a better of variants that are not better, an equivalent of
            variants that differ by the margin or more.
        comparisons: comparisons in all.
        found: comparisons with the right verdict.
        intervals: comparisons with an interval and a known truth.
        covered: those of them whose interval holds the truth.
        trainings: trainings in all.
        early: comparisons that were decided before the last look.
        early_estimates: sum of their estimates, in spreads of the base.
        given_up: comparisons that ended undecided before the last look.
    """

    studies: int = 0
    wrong: int = 0
    comparisons: int = 0
    found: int = 0
    intervals: int = 0
    covered: int = 0
    trainings: int = 0
    early: int = 0
    early_estimates: float = 0.0
    given_up: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def simulate(cell: Cell, studies: range) -> Counts:
    """Carry out the studies of one kind that have these numbers; each number has its own seed."""
    total = Counts()
    told = studies_of(cell)
    seed = zlib.crc32(cell.name.encode())
    for random in (np.random.default_rng([_SEED, seed, number]) for number in studies):
        match cell.table:
            case "prediction":
                total += Counts(1, intervals=1, covered=int(prediction.holds(cell, random)))
            case "more":
                kept = more.kept(cell, told[cell.last], random)
                total += Counts(1, comparisons=int(kept is not None), found=int(kept is True))
            case "effects":
                total += Counts(1, wrong=int(effects.claims(told[cell.last], draw_samples(cell, random))))
            case _:
                total += _count(cell, carry_out(cell, told, _samples(cell, random)))
    return total


def _samples(cell: Cell, random: np.random.Generator) -> list[Sample]:
    return real.draw_samples(cell, random) if cell.noise in REAL else draw_samples(cell, random)


def _count(cell: Cell, judged: Judged) -> Counts:
    found = judged.contrasts
    known = {key: truth(cell, int(key), one.kind) for key, one in found.items()}
    bounded = [key for key, one in found.items() if not math.isnan(one.low) and not math.isnan(known[key])]
    ended = [key for key, one in found.items() if cell.way == "adaptive" and judged.trained[key] < cell.last]
    early = [key for key in ended if found[key].verdict is not Verdict.UNDECIDED]
    sizes = [found[key].estimate / cell.spread for key in early if cell.metric != "steps_to_target"]
    return Counts(
        studies=1,
        wrong=int(any(_is_wrong(cell, int(key), one) for key, one in found.items())),
        comparisons=len(found),
        found=sum(_is_right(cell, int(key), one) for key, one in found.items()),
        intervals=len(bounded),
        covered=sum(found[key].low <= known[key] <= found[key].high for key in bounded),
        trainings=judged.trainings,
        early=len(early),
        early_estimates=round(float(sum(sizes)), 3),
        given_up=len(ended) - len(early),
    )


def _is_wrong(cell: Cell, place: int, contrast: Contrast) -> bool:
    match contrast.verdict:
        case Verdict.BETTER:
            return better(cell, place) <= 0
        case Verdict.WORSE:
            return better(cell, place) >= 0
        case Verdict.EQUIVALENT:
            return cell.margin <= (abs(cell.effect) if differs(cell, place) else 0.0)
        case _:
            return False


def _is_right(cell: Cell, place: int, contrast: Contrast) -> bool:
    right = {1: Verdict.BETTER, -1: Verdict.WORSE, 0: Verdict.EQUIVALENT}[better(cell, place)]
    return contrast.verdict is right
