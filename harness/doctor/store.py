"""What is wrong with a store, and how it is mended."""

from __future__ import annotations

import errno
import functools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.doctor.observation import Observation
from harness.staging import leftovers
from harness.store import Store

_SHOWN = 5
"""How many leftovers are named."""


def look_at_store(store: Store, reports: Path) -> Iterator[Observation]:
    """Look at a store, and at what killed processes left in it and beside the reports.

    Args:
        store: the store.
        reports: folder of the reports.
    """
    if found := store.leftovers() + leftovers(reports):
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield Observation(
            "store",
            "problem",
            f"{len(found)} files and folders are left of processes that were killed: "
            f"{', '.join(map(str, found[:_SHOWN]))}{more}. --repair removes them.",
            functools.partial(_remove, store, found),
        )
    for condition in store.conditions(functools.partial(_repair, store)):
        yield Observation("store", condition.state, condition.text, condition.mend)


def _repair(store: Store, name: str) -> str:
    from harness.driver import repair_study
    from harness.results import load_recorded_study

    return repair_study(load_recorded_study(name, store), store)


def _remove(store: Store, found: list[Path]) -> str:
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if left := [path for path in found if path.exists()]:
        with store.in_words():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(left[0]))
    return f"{len(found)} removed"
