"""The variants a design asks for, and how many trainings that makes."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

from harness.study.design import Factorial, Search, replicate_range
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
    design = study.design
    if isinstance(design, Search):
        return [study.base]
    if isinstance(design, Factorial):
        combinations = [
            dict(zip(design.factors, levels, strict=True)) for levels in itertools.product(*design.factors.values())
        ]
        variants = [study.variant(settings) for settings in combinations]
        variants.sort(key=lambda variant: variant.label != BASE)
        return variants
    variants = [study.base]
    for path, levels in design.factors.items():
        variants += [variant for level in levels if (variant := study.variant({path: level})).label != BASE]
    return variants


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
    if isinstance(design, Search):
        sampled = math.ceil(design.trials / design.replicates)
        confirmed = min(design.confirmed, sampled) + 1
        return Trainings(sampled, design.trials + confirmed * design.confirm.replicates)
    variants = len(grid(study))
    return Trainings(variants, variants * replicate_range(design)[1])
