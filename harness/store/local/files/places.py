"""Where the files of a store lie: always inside it, whatever address its database has.

MLflow keeps absolute addresses. A store that was moved or copied has those of its old place, and one that a stranger
made may have any. So an address is taken for its end alone, which is as this store would have made it:
``artifacts/EXPERIMENT``, ``artifacts/EXPERIMENT/RUN/artifacts`` or ``artifacts/EXPERIMENT/models/MODEL/artifacts``.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlparse

from harness.errors import UsageError
from harness.store.base import LOCK_TIMEOUT
from harness.store.local.sqlite import connect_to_read

_RUN = re.compile(r"[0-9a-f]{32}")
_MODEL = re.compile(r"m-[0-9a-f]{32}")


def place_of(store: Path, address: str) -> Path:
    """Return the folder in a store that an address in its database means.

    Args:
        store: the store's folder.
        address: of an experiment, a run or a logged model.

    Raises:
        UsageError: if it means no folder of this store, or one that a link leads out of it.
    """
    inside = _inside(address)
    if inside is None:
        raise UsageError(
            f"{store}: its database keeps files at {address!r}, which is not in the store. harness neither reads nor "
            "writes there."
        )
    return within(store, store / inside)


def within(store: Path, path: Path) -> Path:
    """Return a path in a store as it is, after a look where it really is.

    Raises:
        UsageError: if a link leads out of the store.
    """
    real = path.resolve()
    if not real.is_relative_to(store.resolve()):
        raise UsageError(
            f"{path}: leads out of the store by a link, to {real}. harness follows none: put the files there."
        )
    return path


def _inside(address: str) -> Path | None:
    """Return where in a store an address lies by its end; None if that is nowhere."""
    try:
        parsed = urlparse(address)
    except ValueError:
        return None
    if parsed.scheme not in ("", "file") or parsed.netloc not in ("", "localhost") or parsed.query or parsed.fragment:
        return None
    path = unquote(parsed.path)
    parts = path.split("/")
    if "\0" in path or not path.startswith("/") or ".." in parts or "." in parts:
        return None
    parts = [part for part in parts if part]
    if len(parts) >= 4 and parts[-4] == parts[-1] == "artifacts" and _RUN.fullmatch(parts[-2]):
        return Path(*parts[-4:])
    if (
        len(parts) >= 5
        and parts[-5] == parts[-1] == "artifacts"
        and parts[-3] == "models"
        and _MODEL.fullmatch(parts[-2])
    ):
        return Path(*parts[-5:])
    if len(parts) >= 2 and parts[-2] == "artifacts":
        return Path(*parts[-2:])
    return None


def write_text(folder: Path, name: str, text: str) -> None:
    """Write a file of a run's artifacts, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    with _made_anew(folder / name) as made:
        made.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def _made_anew(place: Path) -> Iterator[Path]:
    """Give another name to write to; what is there has the right one after the block. A link is replaced."""
    made = place.with_name(f".{place.name}.new")
    made.unlink(missing_ok=True)
    try:
        yield made
        made.replace(place)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def copy_files(folder: Path, target: Path, store: Path) -> None:
    """Copy the files of a folder into one of a store, replacing those of the same names one by one; links are left out.

    Raises:
        UsageError: if a link leads out of the store.
    """
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted(folder.iterdir()):
        place = target / source.name
        if source.is_symlink():
            continue
        if source.is_dir():
            copy_files(source, within(store, place), store)
            continue
        with _made_anew(place) as made:
            shutil.copy(source, made)


class Move(NamedTuple):
    """An experiment whose files are recorded at another place than where the store is now.

    Attributes:
        experiment: MLflow's id of it.
        name: its name.
        old: the address that is recorded.
        new: the one that is right.
    """

    experiment: int
    name: str
    old: str
    new: str


def moved(store: Path, database: Path) -> list[Move]:
    """Return the experiments of a store that was moved or copied; empty where it is at its place.

    Args:
        store: the store's folder.
        database: its MLflow database.
    """
    with contextlib.closing(connect_to_read(database)) as connection:
        return list(_moves(connection, store))


def _moves(connection: sqlite3.Connection, store: Path) -> list[Move]:
    query = """SELECT e.experiment_id, e.name, e.artifact_location,
               EXISTS (SELECT 1 FROM runs r JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.kind'
                       WHERE r.experiment_id = e.experiment_id),
               EXISTS (SELECT 1 FROM runs r WHERE r.experiment_id = e.experiment_id)
               FROM experiments e"""
    found = []
    for experiment, name, address, ours, used in connection.execute(query):
        inside = _inside(address or "")
        if inside is None or len(inside.parts) != 2:
            continue
        right = (store / inside).resolve()
        if right.as_uri() == address or right == Path(unquote(urlparse(address).path)):
            continue
        if not (ours or (store / inside).is_dir() or (not used and inside.name == name)):
            continue  # another tool's
        if not _is_same_store(address, store):
            found.append(Move(experiment, name, address, right.as_uri()))
    return found


def _is_same_store(address: str, store: Path) -> bool:
    """Whether an address names this folder by another path: a mount, or a link above it."""
    recorded = Path(unquote(urlparse(address).path)).parent.parent
    try:
        return recorded.samefile(store)
    except OSError:
        return False


def settle(store: Path, database: Path, timeout: float = LOCK_TIMEOUT) -> list[Move]:
    """Record the place where a store is now, in one transaction; return what had another."""
    if not moved(store, database):
        return []
    with contextlib.closing(sqlite3.connect(database, timeout=timeout, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        moves = _moves(connection, store)
        for move in moves:
            _rewrite(connection, move)
        connection.execute("COMMIT")
    return moves


_ADDRESSES = (
    ("experiments", "artifact_location", "experiment_id = :experiment"),
    ("runs", "artifact_uri", "experiment_id = :experiment"),
    ("logged_models", "artifact_location", "experiment_id = :experiment"),
    ("model_versions", "source", "run_id IN (SELECT run_uuid FROM runs WHERE experiment_id = :experiment)"),
    ("model_versions", "storage_location", "run_id IN (SELECT run_uuid FROM runs WHERE experiment_id = :experiment)"),
)
"""Table, column and rows of everything in MLflow's database that has an address below an experiment's."""


def _rewrite(connection: sqlite3.Connection, move: Move) -> None:
    for table, column, rows in _ADDRESSES:
        connection.execute(
            f"""UPDATE {table} SET {column} = :new || substr({column}, length(:old) + 1)
                WHERE {rows} AND ({column} = :old OR substr({column}, 1, length(:old) + 1) = :old || '/')""",
            move._asdict(),
        )
