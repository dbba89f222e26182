"""What a shell may complete from a store: names alone, at once, and nothing where that cannot be had.

Only folders are asked: a server would have to be waited for at every press of a key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from harness.errors import HarnessError
from harness.store.base import Store

T = TypeVar("T")


def studies_offered(store: Store | None) -> list[str]:
    """Return the names of the studies in a store."""
    from harness.store.local.reading.names import study_names

    return _offered(store, study_names)


def deleted_offered(store: Store | None) -> list[str]:
    """Return the names that studies have since they were deleted."""
    from harness.store.local.reading.overview import deleted_studies

    return _offered(store, lambda folder: [one.name for one in deleted_studies(folder)])


def trials_offered(store: Store | None, study: str) -> list[tuple[int, str]]:
    """Return number and readable name of a study's trials."""
    from harness.store.local.reading.names import trial_names

    return _offered(store, lambda folder: trial_names(folder, study))


def variants_offered(store: Store | None, study: str) -> list[str]:
    """Return the labels of a study's variants."""
    from harness.store.local.reading.names import variant_names

    return _offered(store, lambda folder: variant_names(folder, study))


def metrics_offered(store: Store | None, study: str) -> list[str]:
    """Return the metrics that a study's trials have."""
    from harness.store.local.reading.names import metric_names

    return _offered(store, lambda folder: metric_names(folder, study))


def _offered(store: Store | None, read: Callable[[Path], list[T]]) -> list[T]:
    from harness.store.local.store import LocalStore

    if not isinstance(store, LocalStore) or not store.exists():
        return []
    try:
        return read(store.folder)
    except (HarnessError, sqlite3.Error, OSError):  # whoever types a command is told when it is carried out
        return []
