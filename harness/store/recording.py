"""What writing a study into a store is: the right to do so, the study's run, and the runs of its trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from harness.records import Asked, Event, TrialResult
from harness.study import Study, Variant

if TYPE_CHECKING:
    from mlflow.entities import Metric, Run
    from mlflow.tracking import MlflowClient
    from optuna.storages import BaseStorage


class Recording(Protocol):
    """A study's own run, open, and the runs of its trials.

    Attributes:
        study: the study.
        asked: what was asked of it so far, in order; the last is what it asks now.
        left_open: trials that a process which was killed left open, and that were closed when this began.
    """

    study: Study
    asked: tuple[Asked, ...]
    left_open: int

    def start(self, trial: int, variant: Variant, replicate: int, phase: str, refused: str | None = None) -> str:
        """Open the run of a trial; return its id.

        Args:
            trial: the trial's number.
            variant: what is trained.
            replicate: which replicate of it.
            phase: what for.
            refused: why it cannot be built, of one that :meth:`refuse` is to close: Optuna knows it by now.
        """
        ...

    def take(self, run_id: str, event: Event) -> None:
        """Note what a worker says of a trial under way; it may be written with the next :meth:`flush` alone."""
        ...

    def flush(self) -> None:
        """Write all that was noted.

        Raises:
            RunError: if the store is no longer there.
        """
        ...

    def finish(self, run_id: str, result: TrialResult, artifacts: Path | None = None) -> None:
        """Close a run with its result: as finished, or as pruned.

        Args:
            run_id: the run.
            result: what its worker sent.
            artifacts: folder of this machine with what the training left; moved into the store.
        """
        ...

    def refuse(self, run_id: str, reason: str) -> None:
        """Close the run of a variant that cannot be built: pruned before it began."""
        ...

    def fail(self, run_id: str, message: str, details: str = "", artifacts: Path | None = None) -> None:
        """Close a run as failed, with the traceback as an artifact."""
        ...

    def kill(self, run_id: str, reason: str, artifacts: Path | None = None) -> None:
        """Close a run as interrupted from outside. One that was refused stays so."""
        ...

    def close(self, status: str) -> None:
        """Close the study's own run with FINISHED, FAILED or KILLED."""
        ...


class Depot(Protocol):
    """What a study is copied from and to: MLflow's client, and the files behind the addresses that it gives.

    Attributes:
        client: of the store.
    """

    client: MlflowClient

    def address(self, study: str) -> str | None:
        """Return where the files of a new study are to be; None where a server says."""
        ...

    def fetch(self, address: str, folder: Path) -> None:
        """Copy the files of a run, or of a model, into a folder of this machine.

        Raises:
            UsageError: if the address leads out of the store.
        """
        ...

    def histories(self, runs: Sequence[Run]) -> dict[str, list[Metric]]:
        """Return run id -> everything that was measured in a run, for at most 100 runs."""
        ...


class Hold(Protocol):
    """The right to run a study, which one process has at a time, with everything open that this takes.

    Attributes:
        depot: for who copies the study; None of a store that MLflow does not know.
    """

    depot: Depot | None

    @property
    def storage(self) -> BaseStorage:
        """Optuna's storage, of all studies in the store."""
        ...

    def begin(self, study: Study, source: Mapping[str, str]) -> Recording:
        """Open a study's own run, making it if need be, and close what a process that was killed left open in it.

        Args:
            study: the study; what is kept of it is this from now on.
            source: tags that say where the code and study come from.

        Raises:
            UsageError: if the study was deleted in the MLflow UI, or its files are elsewhere.
        """
        ...

    def put_aside(self) -> str | None:
        """Give the study another name, so that it can begin anew; return that. None if there was nothing."""
        ...

    def rename(self, name: str) -> None:
        """Give the study another name, which nothing in the store may have; one that is deleted is restored by that."""
        ...

    def delete(self) -> str:
        """Delete the study so that it can be restored; return the name that it has from now on."""
        ...

    def remove(self) -> list[str]:
        """Remove all that there is of a study which is deleted: no rename restores it then.

        Returns:
            The versions of registered models that were of it, and are gone: ``tiny version 1``.

        Raises:
            UsageError: if that cannot be done from here.
        """
        ...

    def finish_aside(self) -> str | None:
        """Finish what a killed process left of giving the study another name; return that, None for nothing."""
        ...

    def has_open_ends(self) -> bool:
        """Whether a process that was killed left something open of the study."""
        ...

    def close_unread(self) -> None:
        """Close whatever is open of the study, without a look at what it is: its record cannot be read."""
        ...

    def rename_in_optuna(self, names: Mapping[str, str]) -> None:
        """Give studies in Optuna's storage other names, old -> new in this order: all of them or none."""
        ...
