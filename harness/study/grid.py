"""The variants a design asks for, and how many trainings that makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.study.variant import BASE, Variant

if TYPE_CHECKING:
    from harness.study.study import Study


def grid(study: Study) -> list[Variant]:
    """Return the variants of a factorial or one-at-a-time design, the reference first; for a search, the base alone.

    The reference is the base where the design contains it, else the first combination of levels.

    Raises:
        StudyError: for a level that is not allowed, an impossible network, or two variants that mean the same.
    """
    return list(study.variants)


def variants_of(study: Study) -> list[Variant]:
    """Work out what :func:`grid` gives: a study keeps it, for thousands of variants take seconds."""
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
