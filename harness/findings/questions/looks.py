"""When the data of a study are looked at, and what it costs to go on with it, in a sentence each."""

from __future__ import annotations

from collections.abc import Sequence

from harness.findings.wording import listed
from harness.judging import looks_of
from harness.records import Asked
from harness.stats import LEVEL, nominal_level
from harness.study import Study

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def say_looks(study: Study, asked: Sequence[Asked] = ()) -> str:
    """Say when a study is looked at, ``looks after 3, 5 and 7 replicates``; nothing of one that is looked at once.

    Args:
        study: the study.
        asked: what was asked of it so far, in order; empty where that is unknown.
    """
    sizes = looks_of(study, asked).sizes
    return f"looks after {_listed(sizes)} replicates" if len(sizes) > 1 else ""


def say_going_on(study: Study, asked: Sequence[Asked]) -> str:
    """Say of a study whose replicates were changed when it had results what that costs; of any other nothing.

    A level is that of a single comparison; several share it.

    Args:
        study: the study.
        asked: what was asked of it so far, in order; the last is what it asks now.
    """
    plan, alone = looks_of(study, asked), looks_of(study)
    if plan == alone:
        return ""
    late = [one for one in asked if one.late]
    seen = -(-(late[-1].finished or 0) // len(study.variants))
    past = plan.up_to(seen)
    if past:
        before = f"This study was looked at with {_listed(past)} {_replicates(past[-1])} before"
    else:
        before = f"This study had {seen} {_replicates(seen)} when their number was changed"
    ahead = plan.sizes[len(past) :]
    if not ahead:
        return f"{before}: it is judged by what there is."
    levels = [f"{100 * nominal_level(LEVEL, one, -1):.2g} %" for one in (plan, alone)]
    judged = f"judged at {levels[0]} instead of {levels[1]}"
    if len(ahead) > 1:
        return f"{before}: what follows are looks after {_listed(ahead)}; the last is {judged}."
    if past and len(past) < len(_ORDINALS):
        return f"{before}: what follows is its {_ORDINALS[len(past)]} look, and is {judged}."
    return f"{before}: what follows is {judged}."


def _listed(sizes: Sequence[int]) -> str:
    return listed([str(size) for size in sizes])


def _replicates(count: int) -> str:
    return "replicate" if count == 1 else "replicates"
