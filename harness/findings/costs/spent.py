"""What the answer itself took."""

from __future__ import annotations

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.questions.method import show_minutes
from harness.metrics import counted
from harness.trials import spent_on


def analyse(facts: Facts) -> Finding:
    """Return one remark: how many trainings the answer took, and how long processor cores were busy with them."""
    finished = int((facts.trials["status"] == "finished").sum())
    spent = spent_on(facts.trials)
    if not finished or not spent.core_seconds:
        return Finding()
    return Finding(
        remarks=(
            f"The answer took {counted(finished, 'training')}: {show_minutes(spent.core_seconds, 'core-')} of "
            "processors, by the recorded clocks.",
        )
    )
