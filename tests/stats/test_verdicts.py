import pandas as pd
import pytest

from harness.stats import Verdict, paired_difference, verdict


def of(*differences):
    return paired_difference(pd.Series(differences, dtype=float), pd.Series([0.0] * len(differences)))


def test_an_interval_beyond_zero_decides():
    up = of(10, 11, 12)  # 11 +- 2.48
    assert verdict(up, "higher") is Verdict.BETTER
    assert verdict(up, "lower") is Verdict.WORSE
    down = of(-10, -11, -12)
    assert verdict(down, "higher") is Verdict.WORSE
    assert verdict(down, "lower") is Verdict.BETTER


def test_an_interval_around_zero_does_not():
    assert verdict(of(-1, 1, 2), "higher") is Verdict.UNDECIDED


def test_one_pair_never_decides():
    assert verdict(of(100), "higher") is Verdict.UNDECIDED
    assert verdict(of(0), "higher", margin=1) is Verdict.UNDECIDED


def test_equivalence_needs_the_90_percent_interval_within_the_margin():
    close = of(-1, 0, 1)  # 0 +- 2.91999 / sqrt(3) = 1.686
    assert verdict(close, "higher", margin=1.69) is Verdict.EQUIVALENT
    assert verdict(close, "higher", margin=1.68) is Verdict.UNDECIDED
    assert verdict(close, "higher") is Verdict.UNDECIDED


def test_a_sure_difference_below_the_margin_does_not_matter():
    assert verdict(of(10, 11, 12), "higher", margin=20) is Verdict.EQUIVALENT
    assert verdict(of(10, 11, 12), "higher", margin=12) is Verdict.BETTER  # its interval reaches beyond the margin


def test_equal_differences_decide_by_the_sign_test():
    assert verdict(of(*[1] * 5), "higher") is Verdict.UNDECIDED
    assert verdict(of(*[1] * 6), "higher") is Verdict.BETTER
    assert verdict(of(*[-1] * 6), "higher") is Verdict.WORSE
    assert verdict(of(*[0] * 6), "higher") is Verdict.UNDECIDED
    assert verdict(of(*[0] * 4), "higher", margin=1) is Verdict.UNDECIDED
    assert verdict(of(*[0] * 5), "higher", margin=1) is Verdict.EQUIVALENT


def test_margin_must_be_positive():
    with pytest.raises(ValueError, match="margin must be above 0, got 0"):
        verdict(of(1, 2), "higher", margin=0)
