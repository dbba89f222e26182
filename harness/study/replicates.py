"""What a study has too few replicates for, said before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from harness.floors import LEVEL, smallest_p
from harness.metrics import METRICS, counted
from harness.study.study import Study


def comparisons_of(study: Study, variants: int) -> int:
    """Return how many comparisons of so many variants, without the base, are judged by a test; counts need none."""
    metrics = sum(METRICS[name].unit.compared != "exact" for name in study.metrics)
    pairs = variants * (variants - 1) // 2 if study.report.compare == "all_pairs" else 0
    return metrics * (variants + pairs)


def too_few_replicates(study: Study) -> tuple[str, ...]:
    """Return a sentence for what a study can hardly decide, as it has too few replicates; empty if there is nothing.

    An adaptive study is taken at the most replicates that it may have.
    """
    design = study.design
    replicates = design.replicate_range[1]
    comparisons = comparisons_of(study, design.confirmed if design.explores else design.most_variants - 1)
    if not comparisons or design.screens:
        return ()
    if replicates == 1:
        return ("With 1 replicate no difference can be told from chance: no intervals, no verdicts.",)
    watched = [METRICS[name].title for name in study.metrics if METRICS[name].watched]
    said = censored_floor(watched, replicates, comparisons)
    return (said,) if said else ()


def censored_floor(titles: Sequence[str], replicates: int, comparisons: int) -> str:
    """Say that so many replicates cannot decide times to a target that some training missed; empty if they can.

    Unlike that of a t test, the p-value of a permutation test has a smallest value.

    Args:
        titles: of the times; none says nothing.
        replicates: that both variants have; 1 or more.
        comparisons: how many are judged together; 1 or more.
    """
    level = LEVEL / comparisons
    floor = smallest_p(replicates, level)
    if floor <= level or not titles:
        return ""
    enough = next(more for more in count(replicates + 1) if smallest_p(more, level) <= level)
    needed = f"{level:.2g} is needed" if comparisons == 1 else f"the first of {comparisons} needs {level:.2g}"
    cannot = "cannot be decided" if floor > LEVEL else "can be decided only after other comparisons"
    return (
        f"With {counted(replicates, 'replicate')} {' and '.join(titles)} {cannot} where a training misses its target: "
        f"p is at least {floor:.2g}, and {needed}. {enough} replicates can."
    )
