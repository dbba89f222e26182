from __future__ import annotations

from collections import Counter

import pytest

from harness.plan.ledger import Ledger
from harness.plan.trials import Assignment, FinishedTrial, Training, balanced
from harness.study import Phase


@pytest.fixture
def variants(tiny):
    return tiny().variants


def test_replicate_by_replicate_so_that_a_part_done_is_balanced(variants):
    wanted = balanced(iter(variants), range(2), Phase.DESIGN)
    assert [(training.variant.label, training.replicate) for training in wanted] == [
        ("base", 0),
        ("downsample=stride", 0),
        ("downsample=stride", 1),
        ("base", 1),
    ]


def test_every_two_replicates_mirror_each_other_and_each_variant_has_each_place_equally_often(tiny):
    study = tiny(**{"design.factors": {"model.downsample": ["max_pool", "stride", "average_pool"]}})
    letters = dict(zip([variant.digest for variant in study.variants], "ABC", strict=True))
    order = [letters[training.variant.digest] for training in balanced(study.variants, range(6), Phase.DESIGN)]
    rows = ["".join(order[start : start + 3]) for start in range(0, 18, 3)]
    assert rows == ["ABC", "CBA", "BCA", "ACB", "CAB", "BAC"]
    for place in range(3):
        assert Counter(row[place] for row in rows) == {"A": 2, "B": 2, "C": 2}
    # of a part the order is the same: which other replicates are asked for does not matter
    assert (
        list(balanced(study.variants, [3], Phase.DESIGN)) == [*balanced(study.variants, range(6), Phase.DESIGN)][9:12]
    )
    assert list(balanced([], range(3), Phase.DESIGN)) == []


def test_what_is_known_is_not_queued_again(variants):
    base, stride = variants
    wanted = list(balanced(variants, range(3), Phase.DESIGN))
    ledger = Ledger(
        finished={0: FinishedTrial(wanted[0], base.digest, (0.9,))},
        running={1: Assignment(1, stride, 0, Phase.DESIGN)},
        given_up=[wanted[2]],
    )
    ledger.queue.append(wanted[3])
    ledger.enqueue([*wanted, *wanted])
    assert list(ledger.queue) == [wanted[3], wanted[4], wanted[5]]


def test_a_trial_counts_as_what_it_was_recorded_as(variants):
    """A digest of an earlier version is of another variant: what it stood for is trained."""
    training = Training(variants[0], 0, Phase.DESIGN)
    ledger = Ledger(finished={0: FinishedTrial(training, "0123456789ab", (0.9,))})
    ledger.enqueue([training])
    assert list(ledger.queue) == [training]


def test_the_same_replicate_of_another_phase_is_another_training(variants):
    ledger = Ledger()
    ledger.enqueue(Training(variants[0], 0, phase) for phase in (Phase.SEARCH, Phase.DESIGN, Phase.SEARCH))
    assert [training.phase for training in ledger.queue] == [Phase.SEARCH, Phase.DESIGN]
    assert ledger.searching == 1


def test_one_is_taken_off_the_queue_or_dropped(variants):
    ledger = Ledger()
    ledger.enqueue(balanced(variants, range(2), Phase.DESIGN))
    assert ledger.take(variants[1].program) == (variants[1], 0, Phase.DESIGN)
    ledger.drop((variants[0].digest, 0, Phase.DESIGN))
    assert [ledger.take(), ledger.take(), ledger.take()] == [
        (variants[1], 1, Phase.DESIGN),
        (variants[0], 1, Phase.DESIGN),
        None,
    ]
