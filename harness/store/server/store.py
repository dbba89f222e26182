"""A store on servers: each method is a function of another module, which is imported when it is asked for."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.store.base import LOCK_TIMEOUT
from harness.store.facts import Condition, DeletedStudy, RecordedRun, Registered, Server, StudySummary
from harness.store.profiles import Servers

if TYPE_CHECKING:
    import pandas as pd

    from harness.store.images import RecordedImages
    from harness.store.recording import Hold, Recording
    from harness.study import Study


class ServerStore:
    """A store on a tracking server of MLflow, with Optuna's storage in PostgreSQL.

    :class:`harness.store.base.Store` says what each method means.

    Args:
        servers: which.
    """

    def __init__(self, servers: Servers) -> None:
        self.place, self.servers = servers.name, servers

    def __repr__(self) -> str:
        return f"ServerStore({self.place!r})"

    def exists(self) -> bool:
        """Whether there is a study on the server."""
        from harness.store.server.reading.frames import exists

        return exists(self.servers)

    def free_bytes(self) -> int:
        """Return the bytes that are free on the disk where results wait to be sent."""
        from platformdirs import user_cache_path

        folder = user_cache_path()
        there = next(path for path in (folder, *folder.parents) if path.exists())
        return shutil.disk_usage(there).free

    def require_recordable(self, study: Study) -> None:
        """Refuse a study with settings that a tag of MLflow does not hold."""
        from harness.store.record.trial_run import require_recordable

        require_recordable(study)

    def summaries(self) -> list[StudySummary]:
        """Return the studies that have trials, by name."""
        from harness.store.server.reading.frames import summaries

        return summaries(self.servers)

    def deleted(self) -> list[DeletedStudy]:
        """Return the studies that were deleted and can be restored, by name."""
        from harness.store.server.reading.frames import deleted_studies

        return deleted_studies(self.servers)

    def size(self, name: str) -> None:
        """Return None: the server does not say."""

    def kept_study(self, name: str) -> dict[str, Any]:
        """Return what a recorded study is made from."""
        from harness.store.server.reading.frames import read_study

        return read_study(self.servers, name)

    def frames(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return a study's trials and history."""
        from harness.store.server.reading.frames import read_frames

        return read_frames(self.servers, name)

    def find(self, text: str) -> RecordedRun:
        """Return the run of a trial that a user names."""
        from harness.store.server.reading.finding import find_run

        return find_run(self.servers, text)

    def is_run(self, text: str) -> bool:
        """Whether a text names one run or several."""
        from harness.store.server.reading.finding import is_run

        return is_run(self.servers, text)

    def trial(self, run: RecordedRun) -> tuple[dict[str, Any], pd.DataFrame]:
        """Return one trial's row and its history."""
        from harness.store.server.reading.frames import read_trial

        return read_trial(self.servers, run.run_id)

    def images_of(self, run: RecordedRun) -> RecordedImages | None:
        """Return what is recorded of the images that a run was trained on."""
        from harness.store.server.reading.frames import recorded_images

        return recorded_images(self.servers, run.run_id)

    def files(self, run: RecordedRun) -> list[Path]:
        """Return the names of a run's artifacts."""
        from harness.store.server.reading.finding import artifact_names

        return artifact_names(self.servers, run)

    def file(self, run: RecordedRun, name: str) -> Path | None:
        """Return one of a run's artifacts, as a copy on this machine."""
        from harness.store.server.reading.finding import artifact_file

        return artifact_file(self.servers, run, name)

    def files_of(self, name: str, file: str) -> dict[str, Path]:
        """Return one of the artifacts of each finished trial that left it, as copies on this machine."""
        from harness.store.server.reading.finding import artifacts_called

        return artifacts_called(self.servers, name, file)

    def model(self, run: RecordedRun) -> Path | None:
        """Return a trial's saved network, as a copy on this machine."""
        from harness.store.server.reading.finding import model_file

        return model_file(self.servers, run)

    def pictures(self, name: str) -> Mapping[str, Path]:
        """Return digest -> folder with pictures of a variant, fetched when somebody looks."""
        from harness.store.server.reading.finding import Pictures

        return Pictures(self.servers, name)

    def add_files(self, run: RecordedRun, folder: Path, place: str) -> str:
        """Put the files of a folder among a run's artifacts."""
        from harness.store.server.reading.finding import add_files

        return add_files(self.servers, run, folder, place)

    def attach_report(self, name: str, folder: Path, answer: str = "", verdicts: str = "") -> None:
        """Put a study's report beside the study's own run."""
        from harness.store.server.publishing import attach_report

        attach_report(self.servers, name, folder, answer, verdicts)

    def register(self, name: str, run_id: str, about: str, why: str) -> Registered:
        """Register a run's network as the one that stands for a study."""
        from harness.store.server.publishing import register

        return register(self.servers, name, run_id, about, why)

    def scratch(self, name: str) -> Path:
        """Return a folder for what trainings of a study leave until it is recorded."""
        from harness.store.server.cache import scratch_folder

        return scratch_folder(self.servers, name)

    def hold(self, name: str, lock_timeout: float = LOCK_TIMEOUT) -> contextlib.AbstractContextManager[Hold]:  # noqa: ARG002
        """Take the right to run a study."""
        from harness.store.server.hold import held

        return held(self.servers, name)

    def recording(
        self, study: Study, source: Mapping[str, str], name: str
    ) -> contextlib.AbstractContextManager[Recording]:
        """Record trials beside others who do so at the same time."""
        from harness.store.server.hold import recorded

        return recorded(self.servers, study, source, name)

    def in_words(self, lock_timeout: float = LOCK_TIMEOUT) -> contextlib.AbstractContextManager[None]:  # noqa: ARG002
        """Turn what clients of servers raise in the block into one sentence."""
        from harness.store.server.words import in_words

        return in_words(self.servers)

    def conditions(self, repair: Callable[[str], str]) -> Iterator[Condition]:
        """Look at the servers, and at what crashes left on them."""
        from harness.store.server.conditions import look

        return look(self.servers, repair)

    def leftovers(self) -> list[Path]:
        """Return what killed processes left on this machine."""
        from harness.store.server.conditions import leftovers

        return leftovers(self.servers)

    def ui(self, study: str | None) -> Server:
        """Return MLflow's pages."""
        from harness.store.server.pages import mlflow_pages

        return mlflow_pages(self.servers, study)

    def dashboard(self) -> Server:
        """Return the pages of optuna-dashboard."""
        from harness.store.server.pages import optuna_pages

        return optuna_pages(self.servers)
