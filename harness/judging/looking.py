"""What each look at growing data sees, and how wide its intervals are."""

from __future__ import annotations

from harness.stats import LEVEL, Looks


def at_looks(pairs: int, plan: Looks) -> list[int]:
    """Return how many pairs each look so far saw, the last one all there are.

    A look takes replicates in the order of their numbers, so that what an earlier look saw can be seen again.
    """
    return [*(size for size in plan.sizes[:-1] if size < pairs), pairs]


def confidence(pairs: int, plan: Looks) -> float:
    """Return the confidence of the interval at a look, so that those of all looks hold together with 95 %.

    Repeated confidence intervals (Jennison & Turnbull 1989, "Interim analyses: the repeated confidence interval
    approach"): each look errs with its share of the error.
    """
    return 1 - LEVEL * plan.share(plan.at(pairs))
