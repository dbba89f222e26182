"""A store in memory: it has what MLflow would have, so that the same code reads it back, and ends with the process."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError, did_you_mean
from harness.metrics import counted
from harness.records import asked_since
from harness.store.aside import name_before, restoring
from harness.store.base import LOCK_TIMEOUT
from harness.store.facts import (
    PICTURES,
    Condition,
    DeletedStudy,
    RecordedRun,
    Registered,
    Server,
    StudySummary,
    trial_status,
)
from harness.store.images import RecordedImages
from harness.store.local.files.artifacts import add_files, artifact_file, artifact_names
from harness.store.memory.hold import MemoryHold
from harness.store.memory.recording import KeptStudy, KeptTrial, MemoryRecording, row_of_trial, tables_of
from harness.store.quiet import quiet_optuna
from harness.store.record.kept import kept_study
from harness.store.rows import recorded_run
from harness.study import Study

if TYPE_CHECKING:
    import pandas as pd


class MemoryStore:
    """A store in memory; :class:`harness.store.base.Store` says what each method means.

    Its files lie in a temporary folder that goes when the store does. MLflow does not know it, so that there are no
    pages of it, and nothing is registered.

    Attributes:
        studies: what is kept of each study, by name.
    """

    place = "memory"

    def __init__(self) -> None:
        self.studies: dict[str, KeptStudy] = {}
        self._deleted: dict[str, KeptStudy] = {}
        self._held: set[str] = set()
        self._opened = False

    @functools.cached_property
    def _files(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="harness-store-")

    @property
    def _folder(self) -> Path:
        return Path(self._files.name)

    @functools.cached_property
    def _storage(self) -> Any:
        import optuna

        return optuna.storages.InMemoryStorage()

    def exists(self) -> bool:
        """Whether anything was opened here to be written to."""
        return self._opened

    def free_bytes(self) -> None:
        """Return None: it is on no disk."""

    def require_recordable(self, study: Study) -> None:
        """Do nothing: whatever a study is, it is kept."""

    def summaries(self) -> list[StudySummary]:
        """Return the studies that have trials, by name."""
        found = []
        for name, kept in sorted(self.studies.items()):
            counts: dict[str, int] = {}
            for trial in kept.trials.values():
                status = trial_status(trial.status, trial.tags.get("harness.pruned"))
                counts[status] = counts.get(status, 0) + 1
            if counts:
                found.append(StudySummary(name, kept.study.question, counts))
        return found

    def deleted(self) -> list[DeletedStudy]:
        """Return the studies that were deleted, by name."""
        return [
            DeletedStudy(name, name_before(name) or name, len(kept.trials))
            for name, kept in sorted(self._deleted.items())
        ]

    def size(self, name: str) -> int:
        """Return the bytes that the files of a study take."""
        kept = self.studies.get(name) or self._deleted[name]
        return sum(path.stat().st_size for path in kept.folder.rglob("*") if path.is_file())

    def kept_study(self, name: str) -> dict[str, Any]:
        """Return what a recorded study is made from."""
        return {"name": name, **kept_study(self._kept(name).study, self._kept(name).asked)}

    def frames(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return a study's trials and history."""
        trials = [trial for trial in self._kept(name).trials.values() if trial.status != "RUNNING"]
        frame, history = tables_of(sorted(trials, key=lambda trial: (trial.number, trial.began)))
        frame.attrs["study"] = self.kept_study(name)
        return frame, history

    def find(self, text: str) -> RecordedRun:
        """Return the run of a trial that a user names."""
        found = self._matching(text)
        if len(found) != 1:
            why = f"{len(found)} runs match" if found else f"no such run in {self.place}"
            raise UsageError(f"{text}: {why}. Name a run by STUDY#NUMBER (e.g. quickstart#7) or by its id.")
        ((study, trial),) = found
        settings = trial.tags["harness.settings"]
        return recorded_run(row_of_trial(trial), settings, study, trial.name, str(trial.folder))

    def is_run(self, text: str) -> bool:
        """Whether a text names one run or several."""
        return bool(self._matching(text)) or text.removeprefix("study ") in self.studies

    def _matching(self, text: str) -> list[tuple[str, KeptTrial]]:
        return [
            (study, trial)
            for study, kept in self.studies.items()
            for trial in kept.trials.values()
            if text in (f"{study}#{trial.number}", trial.name)
            or (len(text) >= 4 and trial.run_id.startswith(text.lower()))
        ]

    def _kept(self, name: str) -> KeptStudy:
        if name not in self.studies:
            near = restoring(name, self._deleted) or did_you_mean(name, self.studies)
            raise UsageError(f"{self.place}: no study {name!r} in this store.{near}")
        return self.studies[name]

    def _trial(self, run_id: str) -> KeptTrial:
        return next(kept.trials[run_id] for kept in self.studies.values() if run_id in kept.trials)

    def trial(self, run: RecordedRun) -> tuple[dict[str, Any], pd.DataFrame]:
        """Return one trial's row and its history."""
        frame, history = tables_of([self._trial(run.run_id)])
        return {str(name): value for name, value in frame.iloc[0].items()}, history

    def images_of(self, run: RecordedRun) -> RecordedImages | None:
        """Return what is recorded of the images that a run was trained on."""
        return self._trial(run.run_id).images

    def files(self, run: RecordedRun) -> list[Path]:
        """Return the names of a run's artifacts."""
        return artifact_names(run)

    def file(self, run: RecordedRun, name: str) -> Path | None:
        """Return one of a run's artifacts."""
        return artifact_file(self._folder, run, name)

    def files_of(self, name: str, file: str) -> dict[str, Path]:
        """Return one of the artifacts of each finished trial that left it."""
        trials = [trial for trial in self._kept(name).trials.values() if trial.status == "FINISHED"]
        return {trial.run_id: trial.folder / file for trial in trials if (trial.folder / file).is_file()}

    def model(self, run: RecordedRun) -> Path | None:
        """Return a trial's saved network."""
        return self._trial(run.run_id).model

    def pictures(self, name: str) -> dict[str, Path]:
        """Return digest -> folder with pictures of a variant."""
        trials = [trial for trial in self._kept(name).trials.values() if trial.status == "FINISHED"]
        found: dict[str, Path] = {}
        for file in PICTURES:
            for trial in trials:
                if (trial.folder / file).is_file():
                    found.setdefault(trial.tags["harness.digest"], trial.folder / "insight")
        return found

    def add_files(self, run: RecordedRun, folder: Path, place: str) -> str:
        """Put the files of a folder among a run's artifacts."""
        return str(add_files(self._folder, run, folder, place))

    def attach_report(self, name: str, folder: Path, answer: str = "", verdicts: str = "") -> None:
        """Do nothing: nobody looks at a report there."""

    def register(self, name: str, run_id: str, about: str, why: str) -> Registered:  # noqa: ARG002
        """Refuse: MLflow's registry knows no store in memory."""
        raise UsageError(f"--register: {name!r} is in a store in memory, which has no registry. Record it in a folder.")

    def scratch(self, name: str) -> Path:
        """Return a folder for what trainings of a study leave until it is recorded."""
        return self._folder / "scratch" / name

    @contextlib.contextmanager
    def hold(self, name: str, lock_timeout: float = LOCK_TIMEOUT) -> Iterator[MemoryHold]:  # noqa: ARG002
        """Take the right to run a study."""
        if name in self._held:
            raise UsageError(f"study {name!r} is being run already. Wait for it, or run under another name.")
        self._held.add(name)
        self._opened = True
        try:
            with quiet_optuna:
                yield MemoryHold(name, self.studies, self._deleted, self._storage, self._keep)
        finally:
            self._held.remove(name)

    @contextlib.contextmanager
    def recording(self, study: Study, source: Mapping[str, str], name: str) -> Iterator[MemoryRecording]:
        """Record trials beside others who do so at the same time."""
        self._opened = True
        yield MemoryRecording(self._keep(study, name), name, source)

    def _keep(self, study: Study, name: str) -> KeptStudy:
        kept = self.studies.setdefault(name, KeptStudy(study, Path(tempfile.mkdtemp(dir=self._folder))))
        finished = [trial for trial in kept.trials.values() if trial.status == "FINISHED"]
        kept.asked = asked_since(kept.asked, study, lambda: len(finished))
        kept.study, kept.status = study, "RUNNING"
        return kept

    def in_words(self, lock_timeout: float = LOCK_TIMEOUT) -> contextlib.AbstractContextManager[None]:  # noqa: ARG002
        """Do nothing: there is no database."""
        return contextlib.nullcontext()

    def conditions(self, repair: Callable[[str], str]) -> Iterator[Condition]:
        """Look for what was left open."""
        for name, kept in self.studies.items():
            if kept.open and name not in self._held:
                text = f"{name}: {counted(len(kept.open), 'run')} left open. The next run, or --repair, closes them."
                yield Condition("problem", text, functools.partial(repair, name))

    def leftovers(self) -> list[Path]:
        """Return nothing: a process that is killed leaves no store."""
        return []

    def ui(self, study: str | None) -> Server:  # noqa: ARG002
        """Refuse: MLflow cannot see it."""
        raise UsageError("a store in memory has no pages. Record in a folder.")

    def dashboard(self) -> Server:
        """Refuse: optuna-dashboard cannot see it."""
        raise UsageError("a store in memory has no pages. Record in a folder.")
