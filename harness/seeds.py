"""The seeds of a replicate, from the study's seed alone."""

from __future__ import annotations

from dataclasses import replace

from harness.records import Seeds
from harness.study import Variant


def seeds_of(seed: int, replicate: int, variant: Variant) -> Seeds:
    """Return the seeds that a replicate of a variant is trained with.

    They are the same for all variants but for what `[seeds]` fixes.

    Args:
        seed: the study's.
        replicate: its index.
        variant: what is trained.
    """
    drawn, first = replicate_seeds(seed, replicate), replicate_seeds(seed, 0)
    fixed = {name for name, how in variant.seeds.model_dump().items() if how == "fixed"}
    if variant.data.split == "k_fold":  # the parts are those of one shuffle; which one is held out changes
        drawn = replace(drawn, split=first.split, part=0 if "split" in fixed else replicate)
    return replace(drawn, **{name: getattr(first, name) for name in fixed})


def replicate_seeds(seed: int, replicate: int) -> Seeds:
    """Return the seeds of a replicate: independent streams of one root (numpy's SeedSequence)."""
    import numpy as np

    split, weights, order, dropout, augment = np.random.SeedSequence([seed, replicate]).generate_state(5).tolist()
    return Seeds(split, weights, order, dropout, augment=augment)
