from __future__ import annotations

from harness.plan.ranking import rank


def test_rank_by_one_value():
    assert rank({"a": (1.0,), "b": (3.0,), "c": (2.0,)}, ["higher"]) == ["b", "c", "a"]
    assert rank({"a": (1.0,), "b": (3.0,), "c": (2.0,)}, ["lower"]) == ["a", "c", "b"]


def test_rank_by_pareto_front():
    # a and b do not dominate each other; c is dominated by a; d by all
    values = {"d": (0.5, 50.0), "c": (0.9, 20.0), "a": (0.9, 10.0), "b": (0.95, 30.0)}
    assert rank(values, ["higher", "lower"]) == ["b", "a", "c", "d"]
