"""A study's experiment in MLflow: what is open in it, and its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.store.aside import name_before
from harness.store.record.batches import Batch
from harness.store.record.describing import describe_answer
from harness.store.record.models import fail_unfinished
from harness.store.record.trial_run import NOTE, cut

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

TRIALS = "tags.`harness.kind` = 'trial'"
STUDIES = "tags.`harness.kind` = 'study'"
"""MLflow's filters for the runs of trials, and for the run of the study itself."""


def open_trials(client: MlflowClient, experiment_id: str) -> list[str]:
    """Return the runs of the trials that MLflow holds open: left by a run that was killed."""
    query = f"{TRIALS} and attributes.status = 'RUNNING'"
    return [str(run.info.run_id) for run in client.search_runs([experiment_id], query, max_results=10_000)]


def count_finished(client: MlflowClient, experiment_id: str) -> int:
    """Return how many trials have finished."""
    query, count, token = f"{TRIALS} and attributes.status = 'FINISHED'", 0, None
    while True:
        found = client.search_runs([experiment_id], query, max_results=1000, page_token=token)
        count, token = count + len(found), found.token
        if not token:
            return count


def close_experiment(client: MlflowClient, name: str) -> None:
    """Close every open run of an experiment as KILLED, and mark its unfinished models, whatever they are."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None or experiment.lifecycle_stage != "active":
        return
    for run in client.search_runs([experiment.experiment_id], "attributes.status = 'RUNNING'", max_results=10_000):
        client.set_terminated(run.info.run_id, "KILLED")
    fail_unfinished(client, experiment.experiment_id)


def is_unused(client: MlflowClient, name: str) -> bool:
    """Whether an experiment, which is not deleted, has no trial."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None or experiment.lifecycle_stage != "active":
        return False
    return not client.search_runs([experiment.experiment_id], TRIALS, max_results=1)


def experiment_names(client: MlflowClient) -> list[str]:
    """Return the names of all experiments, those deleted in the MLflow UI among them: their names are taken, too."""
    from mlflow.entities import ViewType

    names: list[str] = []
    token: str | None = None
    while True:
        found = client.search_experiments(view_type=ViewType.ALL, max_results=1000, page_token=token)
        names += [str(experiment.name) for experiment in found]
        token = found.token
        if not token:
            return names


def rename_experiment(client: MlflowClient, name: str, new_name: str) -> None:
    """Rename an experiment, if it exists, so that its name is free again. Deleted ones are restored first."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return
    if experiment.lifecycle_stage != "active":
        client.restore_experiment(experiment.experiment_id)
    client.rename_experiment(experiment.experiment_id, new_name)


def settle_name(client: MlflowClient, name: str) -> None:
    """Let an experiment fit the name that it just got: deleted, if that says so, else with it in the study's own run.

    May be done again.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None or experiment.lifecycle_stage != "active":
        return
    if name_before(name) is not None:
        client.delete_experiment(experiment.experiment_id)
        return
    for run in client.search_runs([experiment.experiment_id], STUDIES):
        client.update_run(run.info.run_id, name=f"study {name}")
        Batch({"harness.study": name}).write(client, str(run.info.run_id))


def note_answer(client: MlflowClient, name: str, answer: str, verdicts: str) -> None:
    """Let a study's own run say first what came out; may be done again, and takes the place of what was said before.

    Args:
        client: of the store.
        name: of the study.
        answer: in a sentence; without one nothing is changed.
        verdicts: a table in Markdown; empty if nothing was compared.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None or not answer:
        return
    for run in client.search_runs([experiment.experiment_id], STUDIES):
        about = describe_answer(answer, verdicts, str(run.data.tags.get(NOTE, "")))
        Batch(cut({"harness.answer": answer, NOTE: about})).write(client, str(run.info.run_id))


def study_run_address(client: MlflowClient, name: str) -> str | None:
    """Return where the artifacts of a study's own run are; None if there is no such run."""
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        return None
    runs = client.search_runs([experiment.experiment_id], STUDIES, max_results=1)
    return str(runs[0].info.artifact_uri) if runs else None
