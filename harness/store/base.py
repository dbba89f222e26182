"""What the rest of harness asks of a store: the seam between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from harness.store.facts import Condition, DeletedStudy, RecordedRun, Registered, Server, StudySummary
from harness.store.images import RecordedImages

if TYPE_CHECKING:
    import pandas as pd

    from harness.store.recording import Hold, Recording
    from harness.study import Study

LOCK_TIMEOUT = 60.0
"""Seconds to wait for a database, or for the right to make one, that another process has locked."""


class Store(Protocol):
    """Where studies are recorded. To make one does nothing to the place; what writes opens it when it is needed.

    A method that reads raises a UsageError if there is no store, or it cannot be read.

    Attributes:
        place: what a user calls it: a folder, say.
    """

    place: str

    def exists(self) -> bool:
        """Whether there is a store at the place."""
        ...

    def free_bytes(self) -> int | None:
        """Return the bytes that are free for it on a disk of this machine; None if it is on none."""
        ...

    def require_recordable(self, study: Study) -> None:
        """Refuse a study that the store could not give back as it was.

        Raises:
            StudyError: naming what is too long.
        """
        ...

    def summaries(self) -> list[StudySummary]:
        """Return the studies that have trials, by name; none if there is no store."""
        ...

    def deleted(self) -> list[DeletedStudy]:
        """Return the studies that were deleted and can be restored, by name; none if there is no store."""
        ...

    def size(self, name: str) -> int | None:
        """Return the bytes that the files of a study take, also of one that is deleted; None if that is not known."""
        ...

    def kept_study(self, name: str) -> dict[str, Any]:
        """Return what :func:`harness.study.build_study` makes a recorded study from: name, given, source, text.

        With it comes "asked", which :func:`harness.trials.stored_asked` reads; earlier versions kept none.

        Raises:
            UsageError: if there is no such study, harness did not make it, or it cannot be read.
        """
        ...

    def frames(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return a study's trials (a row each) and history (a row an evaluation), without trials that still run.

        ``trials.attrs["study"]`` holds :meth:`kept_study`; :func:`harness.trials.left_out_of` tells of the trials whose
        record was damaged or edited.
        """
        ...

    def find(self, text: str) -> RecordedRun:
        """Return the run of a trial that a user names.

        Args:
            text: the run's id or an unambiguous beginning of it (4 or more hexadecimal digits), ``STUDY#NUMBER``, or
                the run's readable name.

        Raises:
            UsageError: if there is no such run, if several match, or if it is no trial's.
        """
        ...

    def is_run(self, text: str) -> bool:
        """Whether a text names one run or several, a study's own run among them."""
        ...

    def trial(self, run: RecordedRun) -> tuple[dict[str, Any], pd.DataFrame]:
        """Return one trial's row and its history, as :meth:`frames` has them; also of a trial that still runs."""
        ...

    def images_of(self, run: RecordedRun) -> RecordedImages | None:
        """Return what is recorded of the images that a run was trained on; None if their shape is not."""
        ...

    def files(self, run: RecordedRun) -> list[Path]:
        """Return the names of a run's artifacts, by folder: those at the top first."""
        ...

    def file(self, run: RecordedRun, name: str) -> Path | None:
        """Return one of a run's artifacts as a file of this machine, to be read; None if there is none of the name."""
        ...

    def files_of(self, name: str, file: str) -> dict[str, Path]:
        """Return run id -> one of the artifacts of each finished trial of a study that left one of that name.

        Args:
            name: of the study.
            file: name of the artifact.
        """
        ...

    def model(self, run: RecordedRun) -> Path | None:
        """Return a trial's saved network as a file of this machine, to be read; None if it left none."""
        ...

    def pictures(self, name: str) -> Mapping[str, Path]:
        """Return digest -> folder of this machine with the pictures of a trial of a variant, if any left some.

        It is the first that has all pictures, else the first that has the basic ones (`harness.store.facts.PICTURES`).
        """
        ...

    def add_files(self, run: RecordedRun, folder: Path, place: str) -> str:
        """Put the files of a folder among a run's artifacts, replacing those of the same names.

        Args:
            run: the run.
            folder: of this machine.
            place: folder among the artifacts.

        Returns:
            Where they are now, for people to read.
        """
        ...

    def attach_report(self, name: str, folder: Path, answer: str = "", verdicts: str = "") -> None:
        """Put a study's report beside the study's own run, replacing an earlier one; nothing if there is no such run.

        Args:
            name: of the study.
            folder: of the report.
            answer: the answer in a sentence, which the run then shows.
            verdicts: those of the report as a table in Markdown, which the run shows below it.

        Raises:
            UsageError: if the store may not be written to.
            RunError: if its disk is full.
        """
        ...

    def register(self, name: str, run_id: str, about: str, why: str) -> Registered:
        """Register a run's network as a new version of the one that stands for a study.

        Args:
            name: of the study.
            run_id: the run whose network it is.
            about: what the study is.
            why: why this network.

        Raises:
            UsageError: if the run has no network or a damaged one.
        """
        ...

    def scratch(self, name: str) -> Path:
        """Return a folder of this machine for what trainings of a study leave until it is recorded.

        It is on the store's disk, need not be there, and is removed when a hold on the study begins and ends.

        Raises:
            UsageError: if a link leads out of the store.
        """
        ...

    def hold(self, name: str, lock_timeout: float = LOCK_TIMEOUT) -> AbstractContextManager[Hold]:
        """Take the right to run a study, and open the store, making it if need be, until the block ends.

        Args:
            name: of the study.
            lock_timeout: seconds to wait for a database that another process has locked.

        Raises:
            UsageError: if another process has it, the store is damaged or may not be used.
            RunError: also from the block, if the store can no longer be used.
        """
        ...

    def recording(self, study: Study, source: Mapping[str, str], name: str) -> AbstractContextManager[Recording]:
        """Record trials under a name beside others who do so at the same time, and without Optuna's storage.

        Args:
            study: the study.
            source: tags that say where the code and study come from.
            name: of the study in the store.
        """
        ...

    def in_words(self, lock_timeout: float = LOCK_TIMEOUT) -> AbstractContextManager[None]:
        """Turn what databases and the file system raise in the block into one sentence, a HarnessError."""
        ...

    def conditions(self, repair: Callable[[str], str]) -> Iterator[Condition]:
        """Look at the store, and what crashes left open in it. Looking changes nothing.

        Args:
            repair: closes what is open of a study, by its name, and lets Optuna's storage know its trials; returns what
                it did.
        """
        ...

    def leftovers(self) -> list[Path]:
        """Return the files and folders of this machine that killed processes left, and that nobody will take."""
        ...

    def ui(self, study: str | None) -> Server:
        """Return MLflow's pages of all studies, or of one.

        Raises:
            UsageError: if there is no such study.
        """
        ...

    def dashboard(self) -> Server:
        """Return the pages of optuna-dashboard.

        Raises:
            UsageError: if Optuna's storage is missing or damaged.
        """
        ...
