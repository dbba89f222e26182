from __future__ import annotations

from harness.plan.policies.ranking import best_reaching, rank


def test_rank_by_one_value():
    assert rank({"a": (1.0,), "b": (3.0,), "c": (2.0,)}, ["higher"]) == ["b", "c", "a"]
    assert rank({"a": (1.0,), "b": (3.0,), "c": (2.0,)}, ["lower"]) == ["a", "c", "b"]


def test_rank_by_pareto_front():
    # a and b do not dominate each other; c is dominated by a; d by all
    values = {"d": (0.5, 50.0), "c": (0.9, 20.0), "a": (0.9, 10.0), "b": (0.95, 30.0)}
    assert rank(values, ["higher", "lower"]) == ["b", "a", "c", "d"]


def test_best_reaching_by_hand():
    values = {"a": (0.97, 100.0), "b": (0.985, 500.0), "c": (0.99, 400.0), "d": (0.995, 900.0), "e": (0.991, 400.0)}
    assert best_reaching(values, ["higher", "lower"], [0.98, 0.99, 0.999], top=1) == ["e"]
    assert best_reaching(values, ["higher", "lower"], [0.98, 0.992], top=2) == ["e", "c", "d"]
    assert best_reaching(values, ["higher", "lower"], [0.9], top=1) == ["a"]
