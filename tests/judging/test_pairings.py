import numpy as np
import pytest

from harness.judging import NOT_INFERIOR, Conclusion, Pairing, compare_pairings
from harness.stats import Verdict

BASE = [0.980, 0.981, 0.979, 0.982, 0.980]


def outcome(pairings, metric="test_accuracy", margin=None, non_inferior=False):
    margins = {} if margin is None else {metric: margin}
    found, said = compare_pairings(pairings, [metric], margins, 0.0, non_inferior)
    return [contrast.verdict for _, contrast in found], said


@pytest.fixture
def shifted(sample):
    def make(by, wobble=0.0002, metric="test_accuracy", base=BASE):
        after = [value + by + wobble * (-1) ** place for place, value in enumerate(base)]
        return Pairing("base", sample(**{metric: base}), sample(**{metric: after}))

    return make


def test_better_holds_worse_does_not(shifted):
    assert outcome([shifted(0.01)]) == ([Verdict.BETTER], Conclusion.HOLDS)
    assert outcome([shifted(-0.01)]) == ([Verdict.WORSE], Conclusion.FAILS)
    assert outcome([shifted(0.0)]) == ([Verdict.UNDECIDED], Conclusion.UNDECIDED)


def test_a_margin_makes_equivalence_hold(shifted):
    assert outcome([shifted(0.0)], margin=0.002) == ([Verdict.EQUIVALENT], Conclusion.HOLDS)


def test_one_that_is_worse_is_enough(shifted):
    assert outcome([shifted(0.01), shifted(-0.01)])[1] is Conclusion.FAILS
    assert outcome([shifted(0.01), shifted(0.0)])[1] is Conclusion.UNDECIDED


def test_non_inferior_allows_a_loss_below_the_margin(shifted):
    small = shifted(-0.001)
    assert outcome([small]) == ([Verdict.WORSE], Conclusion.FAILS)
    assert outcome([small], margin=0.002, non_inferior=True) == ([Verdict.EQUIVALENT], Conclusion.HOLDS)
    assert outcome([shifted(-0.01)], margin=0.002, non_inferior=True) == ([Verdict.WORSE], Conclusion.FAILS)
    assert outcome([shifted(-0.002)], margin=0.002, non_inferior=True) == ([Verdict.UNDECIDED], Conclusion.UNDECIDED)
    found, _ = compare_pairings([small], ["test_accuracy"], {"test_accuracy": 0.002}, 0.0, True)
    assert found[0][1].note == NOT_INFERIOR


def test_non_inferior_where_less_is_better(shifted):
    base = [10.0, 11.0, 10.5, 10.2, 10.8]
    faster, slower = (shifted(by, 0.01, "train_seconds", base) for by in (-1.0, 1.0))
    assert outcome([faster], "train_seconds", 0.5, True)[1] is Conclusion.HOLDS
    assert outcome([slower], "train_seconds", 0.5, True)[1] is Conclusion.FAILS


def test_non_inferior_in_seconds_goes_by_the_pairs_that_had_the_machine_alone(sample):
    before = sample(disturbed=[4], train_seconds=[10.0, 11.0, 10.5, 10.2, 99.0])
    after = sample(disturbed=[0], train_seconds=[99.0, 10.9, 10.4, 10.3, 10.5])
    assert outcome([Pairing("base", before, after)], "train_seconds", margin=1.0, non_inferior=True) == (
        [Verdict.EQUIVALENT],
        Conclusion.HOLDS,
    )
    none = sample(disturbed=range(5), train_seconds=[10.0] * 5)
    assert outcome([Pairing("base", before, none)], "train_seconds", margin=1.0, non_inferior=True) == (
        [Verdict.UNDECIDED],
        Conclusion.UNDECIDED,
    )


def test_a_missed_target_is_not_left_out(sample):
    nan = float("nan")
    pairing = Pairing(
        "base", sample(steps_to_target=[100.0] * 5), sample(steps_to_target=[90.0, 90.0, 90.0, 90.0, nan])
    )
    assert outcome([pairing], "steps_to_target", 50.0, True)[1] is Conclusion.UNDECIDED


def test_a_replicate_that_one_set_lacks_makes_no_pair_and_takes_no_verdict_away(sample):
    """Each has a replicate that the other lost: four pairs tell as four do."""
    values = np.array(BASE[:5])
    before = sample(test_accuracy=values)
    after = sample(test_accuracy=values + np.array([1, -1, 1, -1, 1]) * 2e-4, replicate=[0, 1, 2, 3, 7])
    assert outcome([Pairing("base", before, after)], margin=0.002, non_inferior=True) == (
        [Verdict.EQUIVALENT],
        Conclusion.HOLDS,
    )


def test_it_is_said_where_non_inferiority_is_not_judged(sample):
    before, after = sample(steps_to_target=[100.0] * 5), sample(steps_to_target=[90.0] * 4 + [np.nan])
    margins = {"steps_to_target": 50.0}
    ((_, found),), _ = compare_pairings([Pairing("base", before, after)], ["steps_to_target"], margins, 0.0, True)
    assert found.verdict is Verdict.UNDECIDED
    assert found.note == "non-inferiority is not judged; 1 of 5 never reached it; variant: 0 of 5"


def test_non_inferior_needs_a_margin(shifted):
    with pytest.raises(ValueError, match="needs a margin, there is none for test_accuracy"):
        outcome([shifted(0.0)], non_inferior=True)


def test_nothing_in_common_says_nothing():
    assert outcome([]) == ([], Conclusion.UNDECIDED)


def test_what_is_identical_holds_whatever_is_asked(sample):
    same = {"test_accuracy": BASE[:3], "weights_digest": ["a", "b", "c"], "history_digest": ["d", "e", "f"]}
    pairing = Pairing("base", sample(**same), sample(**same))
    assert outcome([pairing]) == ([Verdict.IDENTICAL], Conclusion.HOLDS)
    assert outcome([pairing], margin=0.002, non_inferior=True) == ([Verdict.IDENTICAL], Conclusion.HOLDS)
