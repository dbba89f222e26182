"""Simulated studies sent through the code that judges real ones, and how often they get new replicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.validity.cells import REAL, Cell
from benchmarks.validity.samples import BUDGET, cut
from harness.judging import Contrast, Sample, compare, looks_of, open_comparisons
from harness.records import asked_by
from harness.stats import Verdict
from harness.study import Study, build_study


@dataclass(frozen=True)
class Judged:
    """How one study ended.

    Attributes:
        contrasts: variant -> its contrast with the base in the study's metric.
        trained: variant -> its replicates.
        base: replicates of the base.
    """

    contrasts: Mapping[str, Contrast]
    trained: Mapping[str, int]
    base: int

    @property
    def trainings(self) -> int:
        """Trainings of all variants and the base."""
        return self.base + sum(self.trained.values())


def study_of(cell: Cell, sizes: Sequence[int] = ()) -> Study:
    """Return a study with as many variants, whose comparisons are judged as the cell says.

    Args:
        cell: the kind of study.
        sizes: other replicates than the cell's.
    """
    sizes = sizes or cell.sizes
    report: dict[str, object] = {"metrics": [cell.metric]}
    if cell.margin:
        report["margin"] = {cell.metric: cell.margin * cell.spread}
    replicates: object = {"min": sizes[0], "max": sizes[-1]} if cell.way == "adaptive" else sizes[-1]
    return build_study(
        {
            "question": "Simulated.",
            "data": _data(cell),
            "model": {"preset": "hvass02"},
            "train": {"max_steps": int(BUDGET)},
            "target": {"metric": "val_accuracy", "value": 0.98},
            "design": {"kind": "factorial", "replicates": replicates, "factors": _factors(cell)},
            "report": report,
        },
        name="simulated",
    )


def _data(cell: Cell) -> dict[str, object]:
    """Return images of which as many are judged by as the cell says."""
    if cell.noise == "parts of a cross-validation":
        return {"name": "mnist", "validation": 12_000, "split": "k_fold"}  # five parts
    if cell.metric == "val_accuracy":
        return {"name": "mnist", "validation": cell.images}
    return {"name": "mnist_5k" if cell.noise in REAL else "mnist", "validation": 500}


def _factors(cell: Cell) -> dict[str, list[float]]:
    if cell.table == "effects":
        return {"model.dense_dropout": [0.0, 0.1, 0.2], "train.learning_rate": [1e-3, 2e-3, 3e-3]}
    return {"model.dense_dropout": [round(0.05 * place, 2) for place in range(cell.variants)]}


def carry_out(cell: Cell, studies: Mapping[int, Study], samples: list[Sample]) -> Judged:
    """Return how a study ends that gets its replicates as the cell says.

    Args:
        cell: the kind of study.
        studies: :func:`studies_of` the cell.
        samples: the trials, the base first, as if every variant had all its replicates.
    """
    base, others = samples[0], {str(place): sample for place, sample in enumerate(samples[1:])}
    if cell.way == "topped up":
        return _top_up(cell, studies, others, base)
    study = studies[cell.last]
    trained = dict.fromkeys(others, 0)
    still = list(others)
    for size in looks_of(study).sizes:
        trained.update(dict.fromkeys(still, size))
        judged = compare(study, {key: cut(others[key], n) for key, n in trained.items()}, cut(base, size))
        going_on = open_comparisons(judged)
        still = [key for key in still if key in going_on]  # what was ended stays ended
        if not still:
            break
    return Judged({key: row[0] for key, row in judged.items()}, trained, size)


def studies_of(cell: Cell) -> dict[int, Study]:
    """Return replicates -> the study that asks for so many; several for one that is topped up."""
    if cell.way == "topped up":
        return {size: study_of(cell, [size]) for size in cell.sizes}
    return {cell.last: study_of(cell)}


def _top_up(cell: Cell, studies: Mapping[int, Study], others: Mapping[str, Sample], base: Sample) -> Judged:
    """Ask for more replicates by hand until something is claimed: each time a fixed study with all there are."""
    for place, size in enumerate(cell.sizes, start=1):
        seen = {key: cut(one, size) for key, one in others.items()}
        judged = judge(studies[size], seen, cut(base, size), cell.sizes[:place])
        if any(one.verdict is not Verdict.UNDECIDED for one in judged.values()):
            break
    return Judged(judged, dict.fromkeys(others, size), size)


def judge(study: Study, others: Mapping[str, Sample], base: Sample, asked: Sequence[int]) -> dict[str, Contrast]:
    """Return variant -> its contrast in a study that was asked for so many replicates, one time after the other."""
    variants = len(study.variants)
    there = [0, *(size * variants for size in asked)]  # trainings that had finished when so many were asked for
    known = [
        replace(asked_by(study, finished), replicates=(size, size))
        for size, finished in zip(asked, there, strict=False)
    ]
    return {key: row[0] for key, row in compare(study, others, base, known).items()}
