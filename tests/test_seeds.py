from __future__ import annotations

from dataclasses import replace

from harness.records import Seeds
from harness.seeds import replicate_seeds, seeds_of


def test_seeds_of_replicates_are_independent_and_stable():
    assert replicate_seeds(0, 0) == replicate_seeds(0, 0)
    seeds = [replicate_seeds(seed, replicate) for seed in (0, 1) for replicate in range(50)]
    words = [word for one in seeds for word in (one.split, one.weights, one.order, one.dropout, one.augment)]
    assert len(set(words)) == len(words)
    # changed seeds change every published result
    expected = Seeds(split=2968811710, weights=3677149159, order=745650761, dropout=2884920346, augment=2642120001)
    assert replicate_seeds(0, 0) == expected


def test_fixed_ones_are_those_of_the_first_replicate(tiny):
    base = tiny(**{"seeds.weights": "fixed", "seeds.order": "fixed"}).base
    first, third = seeds_of(5, 0, base), seeds_of(5, 2, base)
    assert (first.weights, first.order) == (third.weights, third.order)
    assert first.dropout != third.dropout
    assert first.split != third.split
    assert third == replace(replicate_seeds(5, 2), weights=first.weights, order=first.order)


def test_parts_of_a_cross_validation_share_a_shuffle(tiny):
    base = tiny(**{"data.split": "k_fold", "data.validation": 479}).base  # a third of 1,437
    first, fifth = seeds_of(0, 0, base), seeds_of(0, 4, base)
    assert (first.split, first.part) == (fifth.split, 0)
    assert fifth.part == 4
    assert first.weights != fifth.weights
