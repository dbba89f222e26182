"""What a study can hardly tell as it is asked, said before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from harness.floors import LEVEL, smallest_p
from harness.metrics import METRICS, counted
from harness.study.comparisons import Family, comparisons_of
from harness.study.study import Study

_WIDE = 0.1
"""A margin of accuracies from here on is hardly meant: 10 points."""


def cautions(study: Study) -> tuple[str, ...]:
    """Return a sentence for everything that is allowed, but hardly meant; empty if there is nothing."""
    return (*too_few_replicates(study), *_small_budget(study), *_parts_left_over(study), *_odd_margins(study))


def _parts_left_over(study: Study) -> Iterator[str]:
    """Say that some images of a cross-validation are held out more often than others."""
    known = study.data.image_set.facts
    if study.data.split != "k_fold" or known is None:
        return
    parts, replicates = known.train_images // study.data.validation, study.design.replicate_range[1]
    times, rest = divmod(replicates, parts)
    if rest:
        whole = (
            f"{counted(times, 'repetition')} of {parts} folds and {rest} more" if times else f"{rest} of {parts} folds"
        )
        better = f"{times * parts} or {(times + 1) * parts}" if times else str(parts)
        yield f"{counted(replicates, 'replicate')} are {whole}: {better} hold out every image equally often."


def _small_budget(study: Study) -> Iterator[str]:
    """Say that a budget leaves nothing to compare."""
    most, variants = study.budget.trainings, len(study.variants)
    if most is not None and not study.design.explores and most < 2 * variants < study.trainings.trainings:
        yield (
            f"budget.trainings = {most} leaves fewer than two trainings to some of {counted(variants, 'variant')}: "
            "nothing can be judged of these."
        )


def _odd_margins(study: Study) -> Iterator[str]:
    """Say which margins are not used, or call accuracies equivalent that are far apart."""
    for name, margin in study.margins.items():
        if name not in study.metrics:
            yield f"The margin of {METRICS[name].title} is not used: report.metrics does not name {name!r}."
        elif METRICS[name].is_share and METRICS[name].unit.points and margin >= _WIDE:
            yield (
                f"A margin of {margin:g} lets accuracies up to {100 * margin:g} points apart count as equivalent. For "
                f"{margin:g} points write {margin / 100:g}."
            )


def too_few_replicates(study: Study) -> tuple[str, ...]:
    """Return a sentence for what a study can hardly decide, as it has too few replicates; empty if there is nothing.

    An adaptive study is taken at the most replicates that it may have.
    """
    design = study.design
    replicates = design.replicate_range[1]
    watched = [name for name in study.metrics if METRICS[name].watched]
    family = comparisons_of(study, design.confirmed if design.explores else design.most_variants - 1, watched)
    if not family.cells:
        return ()
    if replicates == 1:
        return ("With 1 replicate no difference can be told from chance: no intervals, no verdicts.",)
    said = censored_floor([METRICS[name].title for name in watched], replicates, family)
    return (said,) if said else ()


def censored_floor(titles: Sequence[str], replicates: int, family: Family) -> str:
    """Say that so many replicates cannot decide times to a target that some training missed; empty if they can.

    Unlike that of a t test, the p-value of a permutation test has a smallest value.

    Args:
        titles: of the times; none says nothing.
        replicates: that both variants have; 1 or more.
        family: what is judged together; one cell or more.
    """
    level = family.level
    floor = smallest_p(replicates, level)
    if floor <= level or not titles:
        return ""
    enough = next(more for more in count(replicates + 1) if smallest_p(more, level) <= level)
    needed = f"{level:.2g} is needed" if family.size == 1 else f"the first of {family.size} needs {level:.2g}"
    cannot = "cannot be decided" if floor > LEVEL else "can be decided only after other comparisons"
    return (
        f"With {counted(replicates, 'replicate')} {' and '.join(titles)} {cannot} where a training misses its target: "
        f"p is at least {floor:.2g}, and {needed}. {enough} replicates can."
    )
