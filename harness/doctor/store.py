"""What is wrong with a store, and how it is mended."""

from __future__ import annotations

import contextlib
import functools
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from harness.doctor.finding import Finding
from harness.errors import HarnessError
from harness.store.local.sqlite import connect_to_read, explain, not_allowed

_SHOWN = 5
"""How many of a kind are named."""


def look_at_store(store: Path, reports: Path) -> Iterator[Finding]:
    """Look at a store's databases, what they say of each other, and what crashes left.

    Args:
        store: the store's folder.
        reports: folder of the reports.
    """
    from harness.store import DATABASE, check_store

    database = store / DATABASE
    yield from _left_over(store, reports)
    if not database.exists():
        yield Finding("store", "note", f"{database}: not there yet; the first run makes it")
        return
    try:
        check_store(store, thorough=True)
        yield from _made(store, database)
    except HarnessError as error:
        yield _problem(str(error))
    except (sqlite3.Error, OSError) as error:
        yield _problem(str(explain(error, store) or error))


def _made(store: Path, database: Path) -> Iterator[Finding]:
    from harness.store import is_unfinished, moved, summaries

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
    yield Finding("store", "ok", f"{database}: whole; studies: {len(found)}, trials: {trials}, {size / 1e6:.0f} MB")
    yield from _optuna(store)
    yield from _studies(store)
    yield from _files(store)


def _open(store: Path) -> str:
    """Open a store to be written to, which makes what is half-made anew and records where its files are."""
    from harness.store import lock_store, open_client

    with lock_store(store):
        open_client(store)
    return f"opened: its databases are whole, and its files are recorded to be in {store.resolve()}"


def _optuna(store: Path) -> Iterator[Finding]:
    """Look whether Optuna's storage is there, whole, and knows every trial that is recorded."""
    from harness.plan import FILE
    from harness.store import recorded_numbers

    file = store / FILE
    recorded = recorded_numbers(store)
    if not file.exists() or file.stat().st_size == 0:
        if recorded:
            yield _to_rebuild(store, f"{file}: is missing, and {len(recorded)} studies have trials that it must know.")
        return
    try:
        known = _known_to_optuna(file)
    except sqlite3.Error as error:
        yield _to_rebuild(store, f"{file}: not a usable Optuna storage: {error}.", damaged=True)
        return
    lost = {name: numbers - known.get(name, set()) for name, numbers in recorded.items()}
    lost = {name: numbers for name, numbers in lost.items() if numbers}
    if lost:
        count = sum(len(numbers) for numbers in lost.values())
        yield _to_rebuild(
            store, f"{file}: does not know {count} recorded trials of {_named(lost)}.", studies=list(lost)
        )
    else:
        yield Finding("store", "ok", f"{file}: whole, and knows every trial that is recorded")


def _known_to_optuna(file: Path) -> dict[str, set[int]]:
    with contextlib.closing(connect_to_read(file)) as connection:
        problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(problem)
        rows = connection.execute(
            """SELECT s.study_name, t.number FROM studies s JOIN trials t ON t.study_id = s.study_id
               WHERE t.state != 'FAIL'"""
        )
        known: dict[str, set[int]] = {}
        for name, number in rows:
            known.setdefault(name, set()).add(number)
    return known


def _to_rebuild(store: Path, text: str, damaged: bool = False, studies: list[str] | None = None) -> Finding:
    return _problem(f"{text} --repair makes it anew from what is recorded; no training is lost.",
        functools.partial(_rebuild, store, damaged, studies),
    )  # fmt: skip


def _rebuild(store: Path, damaged: bool, studies: list[str] | None) -> str:
    from harness.driver import set_aside_storage
    from harness.store import recorded_numbers

    aside = f"the damaged one is kept as {set_aside_storage(store)}; " if damaged else ""
    done = [f"{name}: {_repair(store, name)}" for name in studies or recorded_numbers(store)]
    return aside + "; ".join(done)


def _studies(store: Path) -> Iterator[Finding]:
    """Look for runs and models that nobody closes any more, and studies that are half put aside."""
    from harness.driver import unfinished
    from harness.store import is_running, open_ends, stray_runs

    for name in unfinished(store):
        if not is_running(store, name):
            yield _problem(
                f"{name}: --fresh was cut off while it put the study aside. The next run, or --repair, ends that.",
                functools.partial(_repair, store, name),
            )
    for name, ends in open_ends(store).items():
        if not is_running(store, name):
            yield _problem(
                f"{name}: {ends} left open, and nothing runs them. The next run, or --repair, closes them.",
                functools.partial(_repair, store, name),
            )
    if strays := stray_runs(store):
        yield _problem(
            f"{store}: {len(strays)} runs of studies were never begun ({_named(strays)}). --repair closes them.",
            functools.partial(_close_strays, store, strays),
        )


def _repair(store: Path, name: str) -> str:
    from harness.driver import finish_put_aside, repair_study
    from harness.results import load_recorded_study

    if (aside := finish_put_aside(name, store)) is not None:
        return f"put aside as {aside!r}"
    return repair_study(load_recorded_study(name, store), store)


def _close_strays(store: Path, strays: list[str]) -> str:
    from harness.store import lock_store, open_client

    with lock_store(store):
        client = open_client(store)
    for run_id in strays:
        client.set_terminated(run_id, "FAILED")
        client.delete_run(run_id)
    return f"{len(strays)} runs closed, and deleted as in the MLflow UI, which can restore them"


def _files(store: Path) -> Iterator[Finding]:
    """Look at what the store's files are like: addresses, runs that cannot be read, models."""
    from harness.store import broken_models, outside, unreadable_runs

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


def _left_over(store: Path, reports: Path) -> Iterator[Finding]:
    """Look for what killed processes left on the disk."""
    from harness.staging import leftovers
    from harness.store import is_running

    staging = store / "staging"
    found = [path for path in [*store.glob(".*.new*"), *store.glob("locks/.*.new")] if path.is_file()] + list(
        store.glob(".compared-*")
    )
    if staging.is_dir() and not staging.is_symlink():
        found += [path for path in staging.iterdir() if any(path.glob("*")) and not is_running(store, path.name)]
    found += leftovers(reports)
    if found:
        yield _problem(
            f"{len(found)} files and folders are left of processes that were killed: {_named(found)}. --repair "
            "removes them.",
            functools.partial(_remove, found),
        )


def _remove(found: list[Path]) -> str:
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    left = [path for path in found if path.exists()]
    if left:
        raise not_allowed(left[0])
    return f"{len(found)} removed"


def _problem(text: str, mend: Callable[[], str] | None = None) -> Finding:
    return Finding("store", "problem", text, mend)


def _named(names: Iterable[object]) -> str:
    listed = [str(name) for name in names]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
