"""The variants a design asks for, and how many trainings that makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from harness.study.study import Study
    from harness.study.variant import Variant


def grid(study: Study) -> list[Variant]:
    """Return the variants that are known before the first training, the reference first; of a search, the base.

    Raises:
        StudyError: for a level that is not allowed.
    """
    return list(study.variants)


class Trainings(NamedTuple):
    """How much a study trains when nothing is done yet.

    Attributes:
        variants: how many variants; for a search, how many are sampled at most.
        trainings: how many trainings at most, confirmation and all adaptive replicates included.
    """

    variants: int
    trainings: int


def trainings(study: Study) -> Trainings:
    """Return how many variants and trainings a study asks for."""
    design = study.design
    variants = design.most_variants if design.explores else len(study.variants)
    return Trainings(variants, design.trainings(variants))
