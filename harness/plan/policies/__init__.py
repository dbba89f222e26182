"""What is wanted next, by a policy for each design."""

from __future__ import annotations

from harness.plan.policies.adaptive import AdaptivePolicy
from harness.plan.policies.base import Policy
from harness.plan.policies.grid import GridPolicy
from harness.plan.policies.search import SearchPolicy
from harness.study import Study

__all__ = ["Policy", "policy_of"]


def policy_of(study: Study) -> Policy:
    """Return the policy of a study's design."""
    if study.design.explores:
        return SearchPolicy(study, study.design)
    return AdaptivePolicy(study) if study.design.adaptive else GridPolicy(study)
