"""Do verdicts hold? Thousands of simulated studies whose truth is known.

    python -m benchmarks.validity [--studies 2000] [--workers 2]

Each simulated study goes through the code that judges real ones (:func:`harness.judging.compare`), adaptive ones look
by look as the plan does. Counted are false verdicts and intervals that miss the truth. The tables go to standard output
and to ``benchmarks/results/validity.json``, which docs/method.md shows.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.measure import ROOT, save, table, where_and_when
from harness.judging import Contrast, Sample, compare, looks_of, open_comparisons
from harness.stats import Verdict, share_interval
from harness.study import Study, build_study

SPREAD = 0.0015
"""Standard deviation of the test accuracy over the seeds of one variant: what hvass02 has on MNIST."""
SHARED = 0.5
"""Share of the variance that a replicate's seeds give to all variants alike."""
IMAGES = 10_000
BUDGET = 1_000.0
"""Steps after which a training that has not reached its target ends."""

_SEED = 20_261_123

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def _lognormal(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Skewed to the left, as accuracies near 100 % are: mean 0, variance 1, skewness about -1.75."""
    sigma = 0.5
    raw = random.lognormal(0.0, sigma, shape)
    mean, deviation = math.exp(sigma**2 / 2), math.sqrt((math.exp(sigma**2) - 1) * math.exp(sigma**2))
    return -(raw - mean) / deviation


def _failing(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """One training in twenty goes badly, by five deviations of the others."""
    return random.normal(size=shape) - 5 * (random.random(shape) < 0.05)


NOISE: dict[str, Draw] = {
    "normal": lambda random, shape: random.normal(size=shape),
    "skewed": _lognormal,
    "heavy-tailed": lambda random, shape: random.standard_t(3, shape) / math.sqrt(3),
    "some trainings fail": _failing,
    "unequal spreads": lambda random, shape: random.normal(size=shape) * np.linspace(1, 3, shape[0])[:, None],
}


@dataclass(frozen=True)
class Cell:
    """One kind of simulated study.

    Attributes:
        question: what is counted: "difference", "edge" (truth at the margin), "times" or "power".
        noise: name in :data:`NOISE`; for times, how they are censored.
        variants: variants, the base included.
        first: replicates before the first look.
        last: replicates at most; equal to ``first`` in a fixed study.
        effect: true difference of every variant from the base, in deviations.
        margin: the study's margin, in deviations; 0 for none.
    """

    question: str
    noise: str
    variants: int
    first: int
    last: int
    effect: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True)
class Counts:
    """What came out of the simulated studies of one cell.

    Attributes:
        studies: how many.
        wrong: studies with a false verdict: a better or worse of variants that do not differ, an equivalent of
            variants that differ by the margin.
        found: comparisons with the right verdict, out of all.
        covered: comparisons whose interval holds the truth, out of those with an interval.
        comparisons: comparisons in all.
        intervals: comparisons with an interval.
        trainings: trainings in all.
    """

    studies: int
    wrong: int
    found: int
    covered: int
    comparisons: int
    intervals: int
    trainings: int


def study_of(cell: Cell) -> Study:
    """Return a study with as many variants, whose comparisons are judged as the cell says."""
    metric = "steps_to_target" if cell.question == "times" else "test_accuracy"
    report: dict[str, object] = {"metrics": [metric]}
    if cell.margin:
        report["margin"] = {metric: cell.margin * SPREAD}
    replicates: object = cell.first if cell.first == cell.last else {"min": cell.first, "max": cell.last}
    rates = [round(0.05 * place, 2) for place in range(cell.variants)]
    return build_study(
        {
            "question": "Simulated.",
            "data": {"name": "mnist", "validation": 5000},
            "model": {"preset": "hvass02"},
            "train": {"max_steps": int(BUDGET)},
            "target": {"metric": "val_accuracy", "value": 0.98},
            "design": {"kind": "factorial", "replicates": replicates, "factors": {"model.dense_dropout": rates}},
            "report": report,
        },
        name="simulated",
    )


def draw(cell: Cell, random: np.random.Generator) -> list[Sample]:
    """Return the trials of one study, the base first, as if every variant had all its replicates."""
    shape = (cell.variants, cell.last)
    if cell.question == "times":
        return [_times(values) for values in _steps(cell, random, shape)]
    noise = NOISE[cell.noise]
    values = math.sqrt(SHARED) * noise(random, (1, cell.last)) + math.sqrt(1 - SHARED) * noise(random, shape)
    values[1:] += cell.effect
    # accuracies are counts of images
    return [_sample(test_accuracy=np.round((0.985 + SPREAD * row) * IMAGES) / IMAGES) for row in values]


def _steps(cell: Cell, random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return steps to the target, seen at every tenth; those beyond the budget are censored later."""
    centre = {"few censored": 0.6, "half censored": 1.0}[cell.noise] * BUDGET
    shared = math.sqrt(SHARED) * random.normal(size=(1, shape[1]))
    steps = centre * np.exp(0.3 * (shared + math.sqrt(1 - SHARED) * random.normal(size=shape)))
    steps[1:] *= math.exp(0.3 * cell.effect)
    return np.ceil(steps / 10) * 10


def _times(steps: np.ndarray) -> Sample:
    reached = steps <= BUDGET
    return _sample(steps_to_target=np.where(reached, steps, np.nan), steps=np.where(reached, steps, BUDGET))


def _sample(**columns: np.ndarray) -> Sample:
    n = len(next(iter(columns.values())))
    steps = np.full(n, BUDGET)
    known = {"replicate": np.arange(n), "steps": steps, "train_seconds": steps, "stop_reason": np.full(n, "maximum")}
    return Sample("variant", {**known, **columns})


def cut(sample: Sample, replicates: int) -> Sample:
    """Return the first replicates of a sample."""
    return Sample(sample.label, {name: column[:replicates] for name, column in sample.columns.items()})


def carry_out(study: Study, samples: list[Sample]) -> tuple[dict[str, Contrast], int]:
    """Return the contrasts of a study that goes on where it is undecided, as its plan does, and its trainings."""
    base, others = samples[0], {str(place): sample for place, sample in enumerate(samples[1:])}
    trained = dict.fromkeys(others, 0)
    still = list(others)
    for size in looks_of(study).sizes:
        trained.update(dict.fromkeys(still, size))
        judged = compare(study, {key: cut(others[key], n) for key, n in trained.items()}, cut(base, size))
        still = [key for key in open_comparisons(judged) if key in still]
        if not still:
            break
    return {key: row[0] for key, row in judged.items()}, size + sum(trained.values())


def simulate(cell: Cell, studies: int, seed: int) -> Counts:
    """Carry out so many studies of one kind."""
    study = study_of(cell)
    counts = np.zeros(6, dtype=int)
    for random in (np.random.default_rng([_SEED, seed, number]) for number in range(studies)):
        contrasts, trainings = carry_out(study, draw(cell, random))
        found = list(contrasts.values())
        counts += [
            any(_wrong(cell, one.verdict) for one in found),
            sum(_right(cell, one.verdict) for one in found),
            sum(one.low <= _truth(cell, one) <= one.high for one in found),
            len(found),
            sum(not math.isnan(one.low) for one in found),
            trainings,
        ]
    return Counts(studies, *(int(count) for count in counts))


def _truth(cell: Cell, contrast: Contrast) -> float:
    return cell.effect * SPREAD if contrast.kind == "difference" else math.exp(0.3 * cell.effect)


def _wrong(cell: Cell, verdict: Verdict) -> bool:
    if cell.question == "edge":
        return verdict is Verdict.EQUIVALENT
    return cell.effect == 0 and verdict in (Verdict.BETTER, Verdict.WORSE)


def _right(cell: Cell, verdict: Verdict) -> bool:
    return verdict is (Verdict.BETTER if cell.effect > 0 else Verdict.EQUIVALENT)


def cells() -> Iterator[Cell]:
    """Yield every kind of study that is simulated."""
    plans = ((5, 5), (3, 30))
    for noise in NOISE:
        for variants in (2, 8):
            for first, last in plans:
                yield Cell("difference", noise, variants, first, last)
                yield Cell("edge", noise, variants, first, last, effect=1.5, margin=1.5)
    for noise in ("few censored", "half censored"):
        for variants in (2, 8):
            for first, last in plans:
                yield Cell("times", noise, variants, first, last)
    for effect in (0.25, 0.5, 1.0, 1.5, 2.0, 3.0):
        for first, last in ((5, 5), (10, 10), (3, 30)):
            yield Cell("power", "normal", 4, first, last, effect=effect)


def report(results: list[tuple[Cell, Counts]]) -> dict[str, list[str]]:
    """Return the tables, as lines of Markdown."""
    rows = [
        [
            {"difference": "accuracy", "edge": "accuracy, truth at the margin", "times": "steps to target"}[
                cell.question
            ],
            cell.noise,
            str(cell.variants),
            str(cell.first) if cell.first == cell.last else f"{cell.first} to {cell.last}",
            "equivalent" if cell.question == "edge" else "better or worse",
            f"{counts.studies:,}",
            _share(counts.wrong, counts.studies),
            f"{100 * counts.covered / counts.intervals:.1f}" if counts.intervals else "-",
        ]
        for cell, counts in results
        if cell.question != "power"
    ]
    power = [
        [
            f"{cell.effect:g}",
            f"{counts.studies:,}",
            str(cell.first) if cell.first == cell.last else f"{cell.first} to {cell.last}",
            f"{100 * counts.found / counts.comparisons:.0f}",
            f"{100 * counts.covered / counts.intervals:.1f}",
            f"{counts.trainings / counts.studies / cell.variants:.1f}",
        ]
        for cell, counts in results
        if cell.question == "power"
    ]
    headings = ["metric", "spread", "variants", "replicates", "false verdict", "studies", "with one %", "coverage %"]
    return {
        "errors": table(headings, rows).splitlines(),
        "power": table(
            ["true difference", "studies", "replicates", "found %", "coverage %", "replicates used, mean"], power
        ).splitlines(),
    }  # fmt: skip


def _share(count: int, n: int) -> str:
    found = share_interval(count, n)
    return f"{100 * found.estimate:.1f} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    kinds = list(cells())
    with ProcessPoolExecutor(options.workers) as pool:
        counted = pool.map(simulate, kinds, [options.studies] * len(kinds), range(len(kinds)))
        results = []
        for cell, counts in zip(kinds, counted, strict=True):
            results.append((cell, counts))
            print(cell, counts, file=sys.stderr, flush=True)
    tables = report(results)
    print("\n\n".join("\n".join(lines) for lines in tables.values()))
    figures = [{**asdict(cell), **asdict(counts)} for cell, counts in results]
    path = save("validity", {**where_and_when(("numpy", "scipy")), "cells": figures, **tables})
    print(path.relative_to(ROOT), file=sys.stderr)


if __name__ == "__main__":
    main()
