"""What is wrong with this machine or this store. Looking changes nothing; what can be mended says how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.doctor.machine import data, machine, variables, versions
from harness.doctor.observation import Observation
from harness.doctor.store import look_at_store
from harness.store import Store, open_store

__all__ = ["Observation", "examine"]


def examine(
    store: str | Path | Store, data_folder: Path | None, reports: Path = Path("reports")
) -> Iterator[Observation]:
    """Look at versions, variables, machine, data and store, one after the other.

    Args:
        store: the store, as :func:`harness.store.open_store` takes it.
        data_folder: where image files are looked for first.
        reports: folder of the reports.
    """
    store = open_store(store)
    yield from versions()
    yield from variables()
    yield from machine(store)
    yield from data(data_folder)
    yield from look_at_store(store, reports)
