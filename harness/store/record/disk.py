"""Where the files of a store are, as far as recording has to know."""

from __future__ import annotations

from typing import Protocol


class Disk(Protocol):
    """Where the files of a store are. Addresses are what MLflow keeps of an experiment, a run or a model."""

    def require_there(self) -> None:
        """Look that the store is what it was when it was opened.

        Raises:
            RunError: if it was deleted, moved or replaced: what is written then would be lost without a word.
        """
        ...

    def address(self, study: str) -> str | None:
        """Return where the files of a new study are to be; None where a server says."""
        ...

    def require_inside(self, address: str) -> None:
        """Refuse files that are elsewhere.

        Raises:
            UsageError: if the address is not in the store.
        """
        ...

    def write_text(self, address: str, name: str, text: str) -> None:
        """Write one of the artifacts of a run, whole or not at all."""
        ...

    def read_text(self, address: str, name: str) -> str | None:
        """Return one of the artifacts of a run; None if there is none of the name.

        Raises:
            UnicodeDecodeError: if it is no text.
        """
        ...

    def remove_halves(self, address: str) -> None:
        """Remove what a process that was killed was writing among the artifacts of a run."""
        ...
