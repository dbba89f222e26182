"""What is wrong with this machine or this store. Looking changes nothing; what can be mended says how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.doctor.finding import Finding
from harness.doctor.machine import data, machine, variables, versions
from harness.doctor.store import look_at_store

__all__ = ["Finding", "examine"]


def examine(store: Path, data_folder: Path | None, reports: Path = Path("reports")) -> Iterator[Finding]:
    """Look at versions, variables, machine, data and store, one after the other.

    Args:
        store: the store's folder.
        data_folder: where image files are looked for first.
        reports: folder of the reports.
    """
    yield from versions()
    yield from variables()
    yield from machine(store)
    yield from data(data_folder)
    yield from look_at_store(store, reports)
