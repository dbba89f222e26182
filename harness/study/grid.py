"""The variants a design asks for, and how many trainings that makes."""

from __future__ import annotations

from typing import NamedTuple

from harness.study.study import Study
from harness.study.variant import BASE, Variant


def grid(study: Study) -> list[Variant]:
    """Return the variants of a factorial or one-at-a-time design, the reference first; for a search, the base alone.

    The reference is the base where the design contains it, else the first combination of levels.

    Raises:
        StudyError: for a level that is not allowed, an impossible network, or two variants that mean the same.
    """
    if study.variants is None:
        study.keep_variants(_variants(study))
    return list(study.variants or ())


def _variants(study: Study) -> list[Variant]:
    variants = [study.variant(settings) for settings in study.design.combinations()]
    first, *others = sorted(variants, key=lambda variant: variant.label != BASE)
    if study.design.crossed:
        return [first, *others]
    return [first, *(variant for variant in others if variant.label != BASE)]  # a factor's level may be the base's


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
    variants = design.most_variants if design.explores else len(grid(study))
    return Trainings(variants, design.trainings(variants))
