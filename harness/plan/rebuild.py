"""A study's Optuna storage made anew from what MLflow recorded of its trials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from harness.objective import REFUSED, Objective
from harness.plan.asking import asked_for
from harness.plan.storage import open_study
from harness.plan.trials import DIGEST, ERROR, INTERRUPTED, LABEL, PHASE, REPLICATE, RUN, STOP_REASON
from harness.records import TrialResult
from harness.study import Level, Phase, Study

_MAKING = "being rebuilt"
"""What a study is called until it has all its trials."""


@dataclass(frozen=True)
class RecordedTrial:
    """What is recorded of a trial.

    Attributes:
        number: the trial's number.
        settings: dotted path -> level of every dimension that the study varies.
        digest: of the variant.
        label: of the variant.
        replicate: which replicate of it.
        phase: what it was for.
        run_id: its MLflow run.
        result: its result; None if it has none.
        error: why it failed, was killed or was refused.
        refused: whether its variant could not be built.
        interrupted: whether it was cut off, and not broken: a search does it again.
        values: what its pruner was told, evaluation by evaluation.
    """

    number: int
    settings: Mapping[str, Level]
    digest: str
    label: str
    replicate: int
    phase: str
    run_id: str
    result: TrialResult | None = None
    error: str | None = None
    refused: bool = False
    interrupted: bool = False
    values: Sequence[float] = ()


def rebuild_study(
    study: Study,
    storage: optuna.storages.BaseStorage,
    recorded: Iterable[RecordedTrial],
    rename: Callable[[Mapping[str, str]], None],
) -> int:
    """Make a study in the storage from the record of its trials; what was there under its name gets another.

    It is made under a name of its own, and gets the study's in one transaction. A number that has no record is a failed
    trial there.

    Args:
        study: the study, as it was recorded.
        storage: the store's.
        recorded: its trials.
        rename: gives studies in the storage other names, old -> new, all of them or none.

    Returns:
        How many trials it has now.
    """
    for name in optuna.get_all_study_names(storage):
        if name.startswith(f"{study.name} {_MAKING} "):  # by a process that was killed
            optuna.delete_study(study_name=name, storage=storage)
    by_number = {trial.number: trial for trial in recorded}
    now = f"{datetime.now(UTC):%Y-%m-%d %H.%M.%S.%f}"
    made = open_study(study, storage, f"{study.name} {_MAKING} {now}")
    objective = Objective(study)
    for number in range(max(by_number, default=-1) + 1):
        made.add_trial(_trial(study, objective, by_number.get(number)))
    rename({study.name: f"{study.name} before it was rebuilt {now}", made.study_name: study.name})
    return len(made.get_trials(deepcopy=False))


def _trial(study: Study, objective: Objective, recorded: RecordedTrial | None) -> FrozenTrial:
    if recorded is None:
        return create_trial(state=TrialState.FAIL, user_attrs={ERROR: "there is no record of it"})
    if recorded.refused:
        return create_trial(
            state=TrialState.PRUNED, user_attrs={REFUSED: recorded.error or "refused", PHASE: Phase.SEARCH.value}
        )
    attributes: dict[str, Any] = {
        DIGEST: recorded.digest, LABEL: recorded.label, REPLICATE: recorded.replicate, PHASE: recorded.phase,
    }  # fmt: skip
    state, values = TrialState.FAIL, None
    if recorded.result is not None:
        attributes[RUN] = recorded.run_id
        attributes[STOP_REASON] = recorded.result.stop_reason.value
        values = objective.told(recorded.result)
        state = TrialState.PRUNED if values is None else TrialState.COMPLETE
    else:
        attributes[ERROR] = INTERRUPTED if recorded.interrupted else recorded.error or "unknown"
    asked = asked_for(objective, study.variant(recorded.settings))
    searched = study.design.explores and recorded.phase == Phase.SEARCH
    return create_trial(
        state=state,
        values=values,
        params=asked.params,
        distributions=asked.distributions,
        user_attrs=attributes,
        intermediate_values=dict(enumerate(recorded.values, start=1)) if searched else {},
    )
