"""Reading back what is recorded, from the server's answers: no file of the server is needed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.metrics import from_mlflow
from harness.store.aside import name_before
from harness.store.asked import asked_in
from harness.store.facts import DeletedStudy, Fault, StudySummary, trial_status
from harness.store.images import RecordedImages, images_in
from harness.store.profiles import Servers
from harness.store.record.experiments import TRIALS
from harness.store.record.kept import STUDY_FILE, kept_from
from harness.store.rows import row_of, tables, unreadable
from harness.store.server.reading.opening import asked, experiment_of, runs, studies, study_run
from harness.trials import LeftOut, keep_left_out, show_wrong

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.entities import Experiment, Run

    from harness.store.server.client import ServerClient


class _Counts(Mapping[str, int]):
    """How many trials of each status a study has, counted when somebody asks: all of its runs have to be read."""

    def __init__(self, count: Callable[[], dict[str, int]]) -> None:
        self._count, self._known = count, None

    @property
    def _all(self) -> dict[str, int]:
        if self._known is None:
            self._known = self._count()
        return self._known

    def __getitem__(self, status: str) -> int:
        return self._all[status]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __eq__(self, other: object) -> bool:
        return self._all == other

    __hash__ = None  # type: ignore[assignment]

    _known: dict[str, int] | None


def exists(servers: Servers) -> bool:
    """Whether the server has a study."""
    with asked(servers) as client:
        return bool(studies(client))


def summaries(servers: Servers) -> list[StudySummary]:
    """Return the studies that have trials, by name."""
    found = []
    with asked(servers) as client:
        for experiment in studies(client):
            if runs(client, [experiment], TRIALS, most=1):
                own = study_run(client, experiment)
                question = own.data.tags.get("harness.question", "") if own else ""
                found.append(StudySummary(str(experiment.name), question, _Counts(_counter(servers, experiment))))
    return found


def deleted_studies(servers: Servers) -> list[DeletedStudy]:
    """Return the studies that were deleted and can be restored, by name."""
    found = []
    with asked(servers) as client:
        for experiment in studies(client, deleted=True):
            if (was := name_before(str(experiment.name))) is not None:
                trials = len(runs(client, [experiment], TRIALS, deleted=True))
                found.append(DeletedStudy(str(experiment.name), was, trials))
    return found


def _counter(servers: Servers, experiment: Experiment) -> Callable[[], dict[str, int]]:
    def count() -> dict[str, int]:
        found: dict[str, int] = {}
        with asked(servers) as client:
            for run in runs(client, [experiment], TRIALS):
                status = trial_status(run.info.status, run.data.tags.get("harness.pruned"))
                found[status] = found.get(status, 0) + 1
        return found

    return count


def read_study(servers: Servers, name: str) -> dict[str, Any]:
    """Return what :func:`harness.study.build_study` makes a recorded study from, and what was asked of it when.

    Raises:
        UsageError: if there is no such study, harness did not make it, or it cannot be read.
    """
    with asked(servers) as client:
        return _study(client, experiment_of(client, name))


def _study(client: ServerClient, experiment: Experiment) -> dict[str, Any]:
    from harness.store.server.artifacts import Artifacts

    name, place = str(experiment.name), client.servers.name
    run = study_run(client, experiment)
    if run is None:
        why = (
            "has trials, but the run of the study itself is gone or has lost its tags. Run the study again from its "
            "file; that makes it anew."
            if runs(client, [experiment], TRIALS, most=1)
            else "is an MLflow experiment that harness did not make, or of which nothing is recorded yet."
        )
        raise UsageError(f"{place}: {name!r} {why}")
    try:
        text = Artifacts(client, run.info.artifact_uri).text(STUDY_FILE)
        kept = kept_from(text, run.data.tags)
    except (ValueError, TypeError, RecursionError) as error:  # JSON's errors are ValueErrors
        raise UsageError(
            f"{place}: what is recorded of the study {name!r} itself is damaged: {error}. `harness run` with its study "
            "file records it anew; trials are kept."
        ) from None
    if not isinstance(kept.get("given"), dict) or not all(
        isinstance(kept.get(key), (str, type(None))) for key in ("source", "text")
    ):
        raise UsageError(
            f"{place}: the study {name!r} cannot be read from its run {run.info.run_id}: it must hold the study's "
            "tables and text, and does not. Run the study again from its file; the run then says it anew."
        )
    known: dict[str, Any] = {key: kept[key] for key in ("asked", "code") if key in kept}
    return {"name": name, "given": kept["given"], "source": kept.get("source"), "text": kept.get("text") or "", **known}


def read_frames(servers: Servers, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a study's trials (a row each) and history (a row an evaluation), without trials that still run.

    Raises:
        UsageError: if there is no such study, harness did not make it, or it cannot be read.
    """
    with asked(servers) as client:
        experiment = experiment_of(client, name)
        trials, history = read_trials(client, experiment)
        trials.attrs["study"] = _study(client, experiment)
    return trials, history


def read_trials(client: ServerClient, experiment: Experiment) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the trials and the history of an experiment; what is left out of them goes along."""
    from harness.store.server.reading.histories import points

    rows, of_rows, said = [], [], []
    for run in runs(client, [experiment]):
        tags = run.data.tags
        kind = tags.get("harness.kind")
        try:
            if kind == "trial":
                if run.info.status != "RUNNING":
                    rows.append(row_of_run(run))
                    of_rows.append(run)
            elif kind != "study" and (kind or "harness.trial" in tags):
                raise Fault(f"its tag harness.kind must be 'trial' or 'study', got {show_wrong(kind)}")
        except Fault as fault:
            said.append(LeftOut(str(run.info.run_id), str(tags.get("harness.trial", ""))[:20], str(fault)))
    rows.sort(key=lambda row: (row["trial"], row["started"]))
    trials, history, more = tables(rows, points(client, of_rows, asked_in(rows)))
    keep_left_out(trials, [*said, *more])
    return trials, history


def row_of_run(run: Run) -> dict[str, Any]:
    """Return what was recorded of a trial, by column.

    Raises:
        Fault: if its record was damaged or edited.
    """
    info = run.info
    metrics = {from_mlflow(key): math.nan if value is None else value for key, value in run.data.metrics.items()}
    facts = (info.run_id, info.status, info.start_time, info.end_time or None, info.experiment_id)
    return row_of(facts, run.data.tags, metrics)


def read_trial(servers: Servers, run_id: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return one trial's row and its history; also of a trial that still runs.

    Raises:
        UsageError: if what was recorded of the run cannot be read.
    """
    from harness.store.server.reading.histories import points

    with asked(servers) as client:
        run = client.get_run(run_id)
        try:
            row = row_of_run(run)
        except Fault as fault:
            raise unreadable(run_id, fault) from None
        trials, history, said = tables([row], points(client, [run], asked_in([row])))
    if said:
        raise unreadable(run_id, said[0].fault)
    return {str(column): value for column, value in trials.iloc[0].items()}, history


def recorded_images(servers: Servers, run_id: str) -> RecordedImages | None:
    """Return the shape of the images that a run was trained on and the number of classes; None if unknown."""
    with asked(servers) as client:
        inputs = client.get_run(run_id).inputs
        profiles = [one.dataset.profile for one in (inputs.dataset_inputs if inputs else ())]
    return images_in(profiles)
