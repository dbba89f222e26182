"""The files of a store in a folder, for those who record there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.store.local.database import DATABASE
from harness.store.local.files.places import place_of, within, write_text
from harness.store.local.sqlite import gone


class FolderDisk:
    """Where a store in a folder has its files; :class:`harness.store.record.disk.Disk` says what each method means.

    Args:
        store: the store's folder.
        databases: files in it that must stay what they are now.
    """

    def __init__(self, store: Path, databases: Sequence[str] = (DATABASE,)) -> None:
        self._store = store
        self._databases = {store / name: (store / name).stat().st_ino for name in databases}

    def require_there(self) -> None:
        """Look that the databases are the files that were opened."""
        try:
            changed = any(file.stat().st_ino != known for file, known in self._databases.items())
        except FileNotFoundError:
            changed = True
        if changed:
            raise gone(self._store)

    def address(self, study: str) -> str:
        """Return where the files of a new study are to be."""
        return (self._store / "artifacts" / study).resolve().as_uri()

    def require_inside(self, address: str) -> None:
        """Refuse files that are elsewhere."""
        place_of(self._store, address)

    def write_text(self, address: str, name: str, text: str) -> None:
        """Write one of the artifacts of a run, whole or not at all."""
        write_text(place_of(self._store, address), name, text)

    def read_text(self, address: str, name: str) -> str | None:
        """Return one of the artifacts of a run; None if there is none of the name."""
        file = within(self._store, place_of(self._store, address) / name)
        return file.read_text(encoding="utf-8") if file.is_file() else None

    def remove_halves(self, address: str) -> None:
        """Remove what MLflow's client was writing to the run's artifacts when its process was killed."""
        for half in place_of(self._store, address).rglob(".artifact.uploading.*"):
            half.unlink(missing_ok=True)
