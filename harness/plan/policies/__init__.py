"""What is wanted next, by a policy for each design."""

from __future__ import annotations

from collections.abc import Sequence

from harness.plan.policies.adaptive import AdaptivePolicy
from harness.plan.policies.base import Policy
from harness.plan.policies.grid import GridPolicy
from harness.plan.policies.search import SearchPolicy
from harness.records import Asked
from harness.study import Study

__all__ = ["Policy", "policy_of"]


def policy_of(study: Study, asked: Sequence[Asked] = ()) -> Policy:
    """Return the policy of a study's design.

    Args:
        study: the study.
        asked: what was asked of it so far, in order; empty where that is unknown.
    """
    if study.design.explores:
        return SearchPolicy(study, study.design)
    return AdaptivePolicy(study, asked) if study.design.adaptive else GridPolicy(study)
