"""The right to run a study in a store in memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.store.aside import name_aside, name_deleted
from harness.store.memory.recording import KeptStudy, MemoryRecording
from harness.study import Study

if TYPE_CHECKING:
    from optuna.storages import InMemoryStorage

    from harness.store.recording import Depot


class MemoryHold:
    """The right to run a study; :class:`harness.store.recording.Hold` says what each method means.

    Args:
        name: of the study.
        studies: those of the store, by name.
        deleted: those that were deleted, by the name that they have since.
        storage: Optuna's.
        keep: makes the place of a study in the store, or takes the one there is.
    """

    def __init__(
        self,
        name: str,
        studies: dict[str, KeptStudy],
        deleted: dict[str, KeptStudy],
        storage: InMemoryStorage,
        keep: Callable[[Study, str], KeptStudy],
    ) -> None:
        self.storage = storage
        self.depot: Depot | None = None
        self._name, self._studies, self._deleted, self._keep = name, studies, deleted, keep

    def begin(self, study: Study, source: Mapping[str, str]) -> MemoryRecording:
        """Open a study's own run, and close what was left open in it."""
        recording = MemoryRecording(self._keep(study, self._name), self._name, source)
        recording.close_left_open()
        return recording

    def put_aside(self) -> str | None:
        """Give the study another name."""
        import optuna

        in_optuna = optuna.get_all_study_names(self.storage)
        kept = self._studies.get(self._name)
        if self._name not in in_optuna and (kept is None or not kept.trials):
            return None
        aside = name_aside(self._name, {*in_optuna, *self._studies})
        self.rename_in_optuna({self._name: aside})
        if kept is not None:
            self._studies[aside] = self._studies.pop(self._name)
        return aside

    def rename(self, name: str) -> None:
        """Give the study another name; one that is deleted is restored by that."""
        self.rename_in_optuna({self._name: name})
        for place in (self._studies, self._deleted):
            if self._name in place:
                self._studies[name] = place.pop(self._name)

    def delete(self) -> str:
        """Delete the study so that it can be restored."""
        import optuna

        name = name_deleted(self._name, {*optuna.get_all_study_names(self.storage), *self._studies, *self._deleted})
        self.rename(name)
        self._deleted[name] = self._studies.pop(name)
        return name

    def remove(self) -> list[str]:
        """Remove all that there is of a study which is deleted."""
        import optuna

        if self._name not in self._deleted:
            raise UsageError(f"memory: no study {self._name!r} was deleted here.")
        if self._name in optuna.get_all_study_names(self.storage):
            optuna.delete_study(study_name=self._name, storage=self.storage)
        shutil.rmtree(self._deleted.pop(self._name).folder, ignore_errors=True)
        return []

    def finish_aside(self) -> str | None:
        """Return None: nothing is ever half put aside."""
        return None

    def has_open_ends(self) -> bool:
        """Whether something was left open of the study."""
        kept = self._studies.get(self._name)
        return kept is not None and (kept.status == "RUNNING" or bool(kept.open))

    def close_unread(self) -> None:
        """Close whatever is open of the study."""
        if kept := self._studies.get(self._name):
            kept.status = "KILLED"
            for trial in kept.open:
                trial.status = "KILLED"

    def rename_in_optuna(self, names: Mapping[str, str]) -> None:
        """Give studies in Optuna's storage other names: by a copy, since a storage in memory renames none."""
        import optuna

        for old, new in names.items():
            if old in optuna.get_all_study_names(self.storage):
                optuna.copy_study(
                    from_study_name=old, from_storage=self.storage, to_storage=self.storage, to_study_name=new
                )
                optuna.delete_study(study_name=old, storage=self.storage)
