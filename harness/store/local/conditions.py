"""What is wrong with a store in a folder, and how it is mended."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from harness.errors import HarnessError
from harness.store.facts import Condition
from harness.store.local.aside import half_aside
from harness.store.local.database import DATABASE, check_store, is_unfinished, opened_client
from harness.store.local.files.locks import is_running, lock_store
from harness.store.local.files.places import moved
from harness.store.local.hold import held, settle_place
from harness.store.local.optuna_storage import FILE, kept_numbers, set_aside_storage
from harness.store.local.reading.frames import unreadable_runs
from harness.store.local.reading.inspecting import broken_models, open_ends, outside, recorded_numbers, stray_runs
from harness.store.local.reading.overview import deleted_studies, summaries
from harness.store.local.removing import half_removed, size_of
from harness.store.local.sqlite import explain, in_words
from harness.store.quiet import quiet_mlflow

_SHOWN = 5
"""How many of a kind are named."""

Repair = Callable[[str], str]
"""Puts a study right by its name, and says what it did."""


def look(store: Path, repair: Repair) -> Iterator[Condition]:
    """Look at a store's databases, what they say of each other, and what crashes left.

    Args:
        store: the store's folder.
        repair: closes what is open of a study, and lets Optuna's storage know its trials.
    """
    database = store / DATABASE
    if not database.exists():
        yield Condition("note", f"{database}: not there yet; the first run makes it")
        return
    try:
        check_store(store, thorough=True)
        yield from _made(store, database, repair)
    except HarnessError as error:
        yield _problem(str(error))
    except (sqlite3.Error, OSError) as error:
        yield _problem(str(explain(error, store) or error))


def _made(store: Path, database: Path, repair: Repair) -> Iterator[Condition]:
    if is_unfinished(database):
        yield _problem(
            f"{database}: was left half-made, with nothing in it. The next run, or --repair, makes it anew.",
            functools.partial(_open, store),
        )
        return
    if moves := moved(store, database):
        yield _problem(
            f"{store}: was moved or copied: its database has the files of {_named([move.name for move in moves])} at "
            f"{moves[0].old}. The next run, or --repair, records where they are now.",
            functools.partial(_open, store),
        )
    found = summaries(store)
    trials = sum(sum(summary.counts.values()) for summary in found)
    size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    yield Condition("ok", f"{database}: whole; studies: {len(found)}, trials: {trials}, {size / 1e6:.0f} MB")
    if gone := deleted_studies(store):
        held_back = sum(size_of(store, one.name) for one in gone) / 1e6
        yield Condition(
            "note",
            f"{store}: studies that were deleted and can be restored: {_named([repr(one.name) for one in gone])}; "
            f"{held_back:.0f} MB of files are kept for that. `harness rename` restores, `harness delete --for-good` "
            "removes them.",
        )
    yield from _optuna(store, repair)
    yield from _studies(store, repair)
    yield from _files(store)


def _open(store: Path) -> str:
    """Open a store to be written to, which makes what is half-made anew and records where its files are."""
    settle_place(store)
    return f"opened: its databases are whole, and its files are recorded to be in {store.resolve()}"


def _optuna(store: Path, repair: Repair) -> Iterator[Condition]:
    """Look whether Optuna's storage is there, whole, and knows every trial that is recorded."""
    file = store / FILE
    recorded = recorded_numbers(store)
    if not file.exists() or file.stat().st_size == 0:
        if recorded:
            yield _to_rebuild(
                store, repair, f"{file}: is missing, and {len(recorded)} studies have trials that it must know."
            )
        return
    try:
        known = kept_numbers(store)
    except sqlite3.Error as error:
        yield _to_rebuild(store, repair, f"{file}: not a usable Optuna storage: {error}.", damaged=True)
        return
    lost = {name: numbers - known.get(name, set()) for name, numbers in recorded.items()}
    lost = {name: numbers for name, numbers in lost.items() if numbers}
    if lost:
        count = sum(len(numbers) for numbers in lost.values())
        yield _to_rebuild(
            store, repair, f"{file}: does not know {count} recorded trials of {_named(lost)}.", studies=list(lost)
        )
    else:
        yield Condition("ok", f"{file}: whole, and knows every trial that is recorded")


def _to_rebuild(
    store: Path, repair: Repair, text: str, damaged: bool = False, studies: list[str] | None = None
) -> Condition:
    return _problem(f"{text} --repair makes it anew from what is recorded; no training is lost.",
        functools.partial(_rebuild, store, repair, damaged, studies),
    )  # fmt: skip


def _rebuild(store: Path, repair: Repair, damaged: bool, studies: list[str] | None) -> str:
    aside = f"the damaged one is kept as {set_aside_storage(store)}; " if damaged else ""
    done = [f"{name}: {repair(name)}" for name in studies or recorded_numbers(store)]
    return aside + "; ".join(done)


def _studies(store: Path, repair: Repair) -> Iterator[Condition]:
    """Look for runs and models that nobody closes any more, and studies that are half put aside."""
    for name in half_aside(store):
        if not is_running(store, name):
            yield _problem(
                f"{name}: was being renamed or deleted by a process that was killed. The next run, or --repair, ends "
                "that.",
                functools.partial(_end_aside, store, name),
            )
    for name in half_removed(store):
        if not is_running(store, name):
            yield _problem(
                f"{name}: was being removed for good when the process was killed. --repair ends that.",
                functools.partial(_end_removal, store, name),
            )
    for name, ends in open_ends(store).items():
        if not is_running(store, name):
            yield _problem(
                f"{name}: {ends} left open, and nothing runs them. The next run, or --repair, closes them.",
                functools.partial(repair, name),
            )
    if strays := stray_runs(store):
        yield _problem(
            f"{store}: {len(strays)} runs of studies were never begun ({_named(strays)}). --repair closes them.",
            functools.partial(_close_strays, store, strays),
        )


def _end_aside(store: Path, name: str) -> str:
    with held(store, name) as hold:
        return f"is called {hold.finish_aside()!r} now"


def _end_removal(store: Path, name: str) -> str:
    with held(store, name) as hold:
        hold.remove()
    return f"{name} is removed"


def _close_strays(store: Path, strays: list[str]) -> str:
    with in_words(store), quiet_mlflow, contextlib.ExitStack() as stack:
        with lock_store(store):
            client = stack.enter_context(opened_client(store))
        for run_id in strays:
            client.set_terminated(run_id, "FAILED")
            client.delete_run(run_id)
    return f"{len(strays)} runs closed, and deleted as in the MLflow UI, which can restore them"


def _files(store: Path) -> Iterator[Condition]:
    """Look at what the store's files are like: addresses, runs that cannot be read, models."""
    if damaged := unreadable_runs(store):
        said = [f"{name}: {one}" for name, one in damaged]
        yield _problem(
            f"{store}: {len(damaged)} runs cannot be read, and reports leave them out: {_named(said)}. Their record "
            "was damaged or edited: put it right, or delete the runs, in the MLflow UI.",
        )
    if strange := outside(store):
        yield _problem(
            f"{store}: {len(strange)} addresses lead out of the store ({_named(strange)}). harness neither reads nor "
            "writes there. If the files are yours, copy them to their place in the store.",
        )
    if broken := broken_models(store):
        yield _problem(
            f"{store}: {len(broken)} models that are called ready are not: {_named(broken)}. Put the files back, or "
            "train the study again with --fresh.",
        )


def leftovers(store: Path) -> list[Path]:
    """Return the files and folders that killed processes left, and that nobody will take."""
    found = [path for path in [*store.glob(".*.new*"), *store.glob("locks/.*.new")] if path.is_file()]
    found += store.glob(".compared-*")
    staging = store / "staging"
    if staging.is_dir() and not staging.is_symlink():
        found += [path for path in staging.iterdir() if any(path.glob("*")) and not is_running(store, path.name)]
    return found


def _problem(text: str, mend: Callable[[], str] | None = None) -> Condition:
    return Condition("problem", text, mend)


def _named(names: Iterable[object]) -> str:
    listed = [str(name) for name in names]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
