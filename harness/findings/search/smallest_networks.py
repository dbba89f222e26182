"""The cheapest confirmed network at each level that a search with several objectives was asked for."""

from __future__ import annotations

from harness.findings.facts import Facts
from harness.findings.finding import Finding
from harness.findings.wording import listed, show_interval
from harness.metrics import METRICS, counted, on_test_images
from harness.stats import Interval
from harness.study import Phase


def analyse(facts: Facts) -> Finding:
    """Return at most one sentence: for each level of ``confirm.reaching`` the best variant in the last objective.

    What was chosen by validation accuracy is judged by the test accuracy of its fresh replicates: the lower end of the
    interval of their mean must reach the level, so that a mean that lies above it by luck does not count.
    """
    design = facts.study.design
    if not design.reaching:
        return Finding()
    first, last = design.objectives[0], design.objectives[-1]
    judged = on_test_images(first)
    sign = METRICS[judged].sign
    confirmed = [row for row in facts.rows if row.phase == Phase.CONFIRM and row.finished]
    if not confirmed:
        return Finding()
    found, missed = [], []
    for level in sorted(design.reaching, key=lambda level: sign * level):
        wanted = METRICS[first].show_beside_title(level).replace(".00", "")
        reached = [row for row in confirmed if _surely(row.scores.get(judged), level, sign)]
        if not reached:
            missed.append(wanted)
            continue
        best = min(reached, key=lambda row: -METRICS[last].sign * row.objectives[-1])
        score = best.scores.get(judged)
        evidence = f"{show_interval(judged, score)}, " if score else ""
        found.append(
            f"{METRICS[last].show(best.objectives[-1])} at {wanted} ({facts.words[best.label].text}: {evidence}"
            f"{counted(best.finished, 'fresh trial')})"
        )
    none = f"none of the confirmed variants surely reaches {listed(missed, 'or')} {METRICS[judged].title}"
    if not found:
        return Finding((f"{none[0].upper()}{none[1:]}.",))
    what = f"The {'fewest' if METRICS[last].unit.compared == 'exact' else 'best'} {METRICS[last].title}"
    tail = f"; {none}" if missed else ""
    return Finding((f"{what} for a {METRICS[judged].title} that is surely reached: {listed(found)}{tail}.",))


def _surely(score: Interval | None, level: float, sign: int) -> bool:
    """Whether the whole interval of a mean lies on the good side of a level; without an interval it does not."""
    if score is None:
        return False
    worst = score.low if sign > 0 else score.high
    return sign * worst >= sign * level
