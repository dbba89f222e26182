"""A store in a folder: each method is a function of another module, which is imported when it is asked for."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.store.base import LOCK_TIMEOUT
from harness.store.facts import Condition, DeletedStudy, RecordedRun, Registered, Server, StudySummary
from harness.store.local.files.folder import require_folder
from harness.store.local.sqlite import in_words

if TYPE_CHECKING:
    import pandas as pd

    from harness.store.images import RecordedImages
    from harness.store.recording import Hold, Recording
    from harness.study import Study


class LocalStore:
    """A store in a folder; :class:`harness.store.base.Store` says what each method means.

    Args:
        folder: the folder, which need not be there.

    Raises:
        UsageError: if the path is one that no store can have.
    """

    def __init__(self, folder: Path) -> None:
        require_folder(folder)
        self.place, self.folder = str(folder), folder

    def __repr__(self) -> str:
        return f"LocalStore({self.place!r})"

    def exists(self) -> bool:
        """Whether there is a store in the folder."""
        from harness.store.local.database import DATABASE

        return (self.folder / DATABASE).exists()

    def free_bytes(self) -> int:
        """Return the bytes that are free on the folder's disk."""
        return shutil.disk_usage(self.folder if self.folder.exists() else Path()).free

    def require_recordable(self, study: Study) -> None:
        """Refuse a study with settings that a tag of MLflow does not hold."""
        from harness.store.record.trial_run import require_recordable

        require_recordable(study)

    def summaries(self) -> list[StudySummary]:
        """Return the studies that have trials, by name."""
        from harness.store.local.reading.overview import summaries

        return summaries(self.folder)

    def deleted(self) -> list[DeletedStudy]:
        """Return the studies that were deleted and can be restored, by name."""
        from harness.store.local.reading.overview import deleted_studies

        return deleted_studies(self.folder)

    def size(self, name: str) -> int:
        """Return the bytes that the files of a study take."""
        from harness.store.local.removing import size_of

        return size_of(self.folder, name)

    def kept_study(self, name: str) -> dict[str, Any]:
        """Return what a recorded study is made from."""
        from harness.store.local.reading.studies import read_study

        return read_study(self.folder, name)

    def frames(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return a study's trials and history."""
        from harness.store.local.reading.frames import read_frames

        return read_frames(self.folder, name)

    def find(self, text: str) -> RecordedRun:
        """Return the run of a trial that a user names."""
        from harness.store.local.reading.runs import find_run

        return find_run(self.folder, text)

    def is_run(self, text: str) -> bool:
        """Whether a text names one run or several."""
        from harness.store.local.reading.runs import is_run

        return is_run(self.folder, text)

    def trial(self, run: RecordedRun) -> tuple[dict[str, Any], pd.DataFrame]:
        """Return one trial's row and its history."""
        from harness.store.local.reading.frames import read_trial

        return read_trial(self.folder, run.run_id)

    def images_of(self, run: RecordedRun) -> RecordedImages | None:
        """Return what is recorded of the images that a run was trained on."""
        from harness.store.local.reading.networks import recorded_images

        return recorded_images(self.folder, run.run_id)

    def files(self, run: RecordedRun) -> list[Path]:
        """Return the names of a run's artifacts."""
        from harness.store.local.files.artifacts import artifact_names

        return artifact_names(run)

    def file(self, run: RecordedRun, name: str) -> Path | None:
        """Return one of a run's artifacts."""
        from harness.store.local.files.artifacts import artifact_file

        return artifact_file(self.folder, run, name)

    def files_of(self, name: str, file: str) -> dict[str, Path]:
        """Return one of the artifacts of each finished trial that left it."""
        from harness.store.local.files.artifacts import artifacts_called

        return artifacts_called(self.folder, name, file)

    def model(self, run: RecordedRun) -> Path | None:
        """Return a trial's saved network."""
        from harness.store.local.reading.runs import model_file

        return model_file(self.folder, run.run_id)

    def pictures(self, name: str) -> dict[str, Path]:
        """Return digest -> folder with pictures of a variant."""
        from harness.store.local.files.artifacts import picture_folders

        return picture_folders(self.folder, name)

    def add_files(self, run: RecordedRun, folder: Path, place: str) -> str:
        """Put the files of a folder among a run's artifacts."""
        from harness.store.local.files.artifacts import add_files

        with in_words(self.folder):
            return str(add_files(self.folder, run, folder, place))

    def attach_report(self, name: str, folder: Path, answer: str = "", verdicts: str = "") -> None:
        """Put a study's report beside the study's own run."""
        from harness.store.local.publishing import attach_report

        attach_report(self.folder, name, folder, answer, verdicts)

    def register(self, name: str, run_id: str, about: str, why: str) -> Registered:
        """Register a run's network as the one that stands for a study."""
        from harness.store.local.publishing import register

        return register(self.folder, name, run_id, about, why)

    def scratch(self, name: str) -> Path:
        """Return a folder for what trainings of a study leave until it is recorded."""
        from harness.store.local.files.scratch import scratch_folder

        return scratch_folder(self.folder, name)

    def hold(self, name: str, lock_timeout: float = LOCK_TIMEOUT) -> contextlib.AbstractContextManager[Hold]:
        """Take the right to run a study."""
        from harness.store.local.hold import held

        return held(self.folder, name, lock_timeout)

    def recording(
        self, study: Study, source: Mapping[str, str], name: str
    ) -> contextlib.AbstractContextManager[Recording]:
        """Record trials beside others who do so at the same time."""
        from harness.store.local.hold import recorded

        return recorded(study, source, self.folder, name)

    def in_words(self, lock_timeout: float = LOCK_TIMEOUT) -> contextlib.AbstractContextManager[None]:
        """Turn what databases and the file system raise in the block into one sentence."""
        return in_words(self.folder, lock_timeout)

    def conditions(self, repair: Callable[[str], str]) -> Iterator[Condition]:
        """Look at the store, and what crashes left in it."""
        from harness.store.local.conditions import look

        return look(self.folder, repair)

    def leftovers(self) -> list[Path]:
        """Return what killed processes left on the disk."""
        from harness.store.local.conditions import leftovers

        return leftovers(self.folder)

    def ui(self, study: str | None) -> Server:
        """Return MLflow's pages."""
        from harness.store.local.pages import mlflow_pages

        return mlflow_pages(self.folder, study)

    def dashboard(self) -> Server:
        """Return the pages of optuna-dashboard."""
        from harness.store.local.pages import optuna_pages

        return optuna_pages(self.folder)
