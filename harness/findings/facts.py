"""What all findings of a report start from, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from harness.findings.contrasts import judged
from harness.findings.groups import Group, group_trials, reference_title, withheld_seconds
from harness.findings.rows import Row, in_order, make_row
from harness.judging import FactorEffect, Judged
from harness.study import SeedSpec, Study
from harness.trials import LeftOut, left_out_of, sift, tidy_history, tidy_trials


@dataclass(frozen=True)
class Facts:
    """A study and what its trials measured.

    Attributes:
        study: what was asked.
        trials: a row a trial, tidy.
        history: a row an evaluation, tidy.
        groups: the trials of each variant, the reference first.
        rows: what each variant measured and how it compares with the reference, in the order in which they are shown.
        left_out: what was left out of the trials, because no training can have measured it.
        effects: what each factor does, and what two of them do together, judged beside the rows' contrasts.
        no_effects: metric -> why it has no effects.
    """

    study: Study
    trials: pd.DataFrame
    history: pd.DataFrame
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]
    effects: tuple[FactorEffect, ...] = ()
    no_effects: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The target in words; empty without one."""
        return self.study.target.in_words if self.study.target else ""

    @cached_property
    def by_digest(self) -> Mapping[str, Group]:
        """Digest of a variant -> its trials."""
        return {group.digest: group for group in self.groups}


def facts_of(study: Study, trials: pd.DataFrame, history: pd.DataFrame) -> Facts:
    """Group the trials by variant, measure each, and compare it with the reference.

    Args:
        study: what was asked.
        trials: a row a trial, with the columns of :data:`harness.trials.TRIALS` and one for each varied dotted path;
            columns that are not needed count as empty where they are missing.
        history: a row an evaluation, with the columns of :data:`harness.trials.HISTORY`.

    Raises:
        DataError: if a column that is needed is missing.
    """
    before = left_out_of(trials)
    trials, history, now = sift(trials, history, study.design.dimensions)
    left_out = dict.fromkeys([*before, *now])
    trials, history = tidy_trials(study, trials), tidy_history(history)
    groups = group_trials(study, trials)
    base = groups[0]
    title = reference_title(base)
    rows = [
        make_row(study, group, group.label if group is not base else title, withheld_seconds(group, base))
        for group in groups
    ]
    # which seeds are drawn anew makes no network better: an audit of seeds is about spread
    said = Judged({}) if is_audit(study) else judged(study, rows, groups)
    shown = in_order(study, [replace(row, contrasts=said.contrasts.get(row.digest, ())) for row in rows])
    return Facts(study, trials, history, tuple(groups), tuple(shown), tuple(left_out), said.effects, said.no_effects)


def is_audit(study: Study) -> bool:
    """Whether the study varies seeds, so that it asks for spread, and not which variant is better."""
    return any(path.startswith("seeds.") for path in study.design.dimensions) or study.seeds != SeedSpec()
