"""Which servers a store is on: an address, or a profile in ``harness.toml``, the nearest from the working directory up.

.. code-block:: toml

    store = "lab"                                  # where --store does not say

    [stores.lab]
    tracking_uri = "http://mlflow.example:5000"
    storage = "postgresql+psycopg://harness@db.example/optuna"
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from harness.errors import UsageError, did_you_mean, show_value
from harness.study.syntax import parse_toml

FILE = "harness.toml"

WAIT_SECONDS = 600.0
"""Seconds that a run waits for a server that is away."""

_KEYS = (
    *("tracking_uri", "tracking_username", "tracking_password_env"),
    *("storage", "storage_password_env", "wait_seconds"),
)
_DIALECTS = ("postgresql+psycopg", "postgresql", "postgres")


@dataclass(frozen=True)
class Servers:
    """A tracking server of MLflow, and a database for Optuna's storage.

    Attributes:
        name: what the user calls the store: a profile's name.
        tracking_uri: address of the tracking server, without a user and a password.
        storage: address of the database, as SQLAlchemy takes it; it may have a password.
        username: for the tracking server; None if it asks for none.
        password: likewise.
        wait_seconds: how long a run waits for a server that is away.
    """

    name: str
    tracking_uri: str
    storage: str = field(repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    wait_seconds: float = WAIT_SECONDS

    @property
    def database(self) -> str:
        """The database's address, for people to read."""
        return without_password(self.storage)


def servers_of(where: str) -> Servers | None:
    """Return the servers that a store is on; None if the text means a folder.

    Args:
        where: an address of a tracking server that a profile has, a profile's name, or a folder.

    Raises:
        UsageError: if it is an address that no profile has, or the profile says what cannot be.
    """
    address = is_address(where)
    file = _nearest()
    profiles = _read(file)["stores"] if file else {}
    if not address:
        if file and where in profiles:
            return _profile(file, where, profiles[where])
        if "/" not in where and (near := did_you_mean(where, profiles)) and not Path(where).exists():
            raise UsageError(
                f"--store {where}: no such profile in {file}.{near} A new folder of this name is ./{where}."
            )
        return None
    bare, _, _ = _taken_apart(where)
    for name, given in profiles.items():
        found = _profile(file, name, given) if file else None
        if found and found.tracking_uri == bare:
            return found
    shown = without_password(where)
    lacking = "Optuna's storage, too" if address[1].lower().startswith("http") else "MLflow's tracking server, too"
    raise UsageError(
        f"--store {shown}: a store on servers needs {lacking}. Name both in {FILE} ([stores.NAME] with tracking_uri = "
        f'"http://..." and storage = "postgresql+psycopg://..."), and use --store NAME.'
    )


def is_address(where: str) -> re.Match[str] | None:
    """Return what a text begins with, if it is the address of a server that a store may be on."""
    return re.match(r"(?i)(https?|postgres\w*)(\+\w+)?://", where)


def default_store() -> str | None:
    """Return the store that ``harness.toml`` names as the default; None if there is none.

    A folder is relative to the file: seen from a folder below it is the same store.
    """
    file = _nearest()
    said = _read(file) if file else {}
    chosen: str | None = said.get("store")
    if file is None or chosen is None or chosen in said["stores"] or is_address(chosen) or Path(chosen).is_absolute():
        return chosen
    return os.path.relpath(file.parent / chosen)


def without_password(address: str) -> str:
    """Return an address of a server for people to read: a password is nobody's to read."""
    bare = re.sub(r"(?<=//).*@", _user_alone, address)
    return re.sub(r"(?i)(password)=[^&#]*", r"\1=...", bare)


def _user_alone(match: re.Match[str]) -> str:
    user, colon, _ = match[0].rpartition("@")[0].partition(":")
    return f"{user}:...@" if colon else f"{user}@"


def _nearest() -> Path | None:
    """Return the nearest ``harness.toml``, from the working directory up."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return None
    for folder in (here, *here.parents):
        file = folder / FILE
        if file.is_file():
            _require_trusted(file)
            return file
    return None


def _require_trusted(file: Path) -> None:
    """Refuse a file that a stranger has put where everybody may put one: it says where results go."""
    if file.stat().st_uid not in (os.getuid(), 0) and file.parent.stat().st_mode & stat.S_IWOTH:
        raise UsageError(
            f"{file}: belongs to somebody else, in a folder that everybody may write to, and would say where results "
            "go. Work in a folder of your own, or remove the file."
        )


def _read(file: Path) -> dict[str, Any]:
    try:
        said = parse_toml(file.read_text(encoding="utf-8-sig"), str(file), UsageError)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: must be UTF-8 text: {error}. Save it as UTF-8.") from None
    _require_known(file, said, ("store", "stores"))
    stores = said.setdefault("stores", {})
    if not isinstance(stores, dict) or not all(isinstance(one, dict) for one in stores.values()):
        raise UsageError(f"{file}: stores must have a table for each profile: [stores.NAME].")
    if not isinstance(said.get("store", ""), str):
        raise UsageError(f"{file}: store must be the name of a profile or a folder, got {show_value(said['store'])}.")
    return said


def _require_known(place: object, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            near = did_you_mean(key, known) or f" There are: {', '.join(known)}."
            raise UsageError(f"{place}: no such key {show_value(key)}.{near}")


def _profile(file: Path, name: str, given: Mapping[str, Any]) -> Servers:
    place = f"{file}: stores.{name}"
    _require_known(place, given, _KEYS)
    texts = {key: given.get(key) for key in _KEYS if key != "wait_seconds"}
    for key, text in texts.items():
        if text is not None and (not isinstance(text, str) or not text):
            raise UsageError(f"{place}.{key} must be text, got {show_value(type(text).__name__)}.")
    wait = given.get("wait_seconds", WAIT_SECONDS)
    if isinstance(wait, bool) or not isinstance(wait, (int, float)) or not 0 <= wait <= 86_400:
        raise UsageError(f"{place}.wait_seconds must be from 0 to 86400, got {show_value(wait)}.")
    tracking, username, password = _tracking(place, texts)
    return Servers(name, tracking, _storage(place, texts), username, password, float(wait))


def _tracking(place: str, texts: Mapping[str, str | None]) -> tuple[str, str | None, str | None]:
    given = texts["tracking_uri"] or ""
    if not re.match(r"(?i)https?://[^/]", given):
        raise UsageError(
            f"{place}.tracking_uri must be the address of an MLflow server, like http://mlflow.example:5000, got "
            f"{show_value(without_password(given))}."
        )
    bare, username, password = _taken_apart(given)
    username = texts["tracking_username"] or username
    password = _from_environment(place, "tracking_password_env", texts) or password
    if (username is None) != (password is None):
        raise UsageError(
            f"{place}: the tracking server needs a user and a password, or neither. Give tracking_username, and name "
            "in tracking_password_env the environment variable that has the password."
        )
    return bare, username, password


def _taken_apart(address: str) -> tuple[str, str | None, str | None]:
    """Return an address without what stands before its host, and the user and password there."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{without_password(address)}: is no address: {error}.") from None
    host = parts.netloc.rpartition("@")[2]
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return urlunsplit((parts.scheme.lower(), host.lower(), parts.path.rstrip("/"), "", "")), user, password


def _storage(place: str, texts: Mapping[str, str | None]) -> str:
    given = texts["storage"] or ""
    dialect, mark, rest = given.partition("://")
    if not mark or dialect.lower() not in _DIALECTS:
        raise UsageError(
            f"{place}.storage must be a PostgreSQL database for Optuna, like "
            f"postgresql+psycopg://USER@HOST/DATABASE, got {show_value(without_password(given))}."
        )
    password = _from_environment(place, "storage_password_env", texts)
    if password is not None:
        authority, slash, path = rest.partition("/")
        user, at, host = authority.rpartition("@")
        if not at:
            raise UsageError(f"{place}.storage must name a user (USER@HOST) where storage_password_env is given.")
        rest = f"{user.partition(':')[0]}:{quote(password, safe='')}@{host}{slash}{path}"
    return f"postgresql+psycopg://{rest}"


def _from_environment(place: str, key: str, texts: Mapping[str, str | None]) -> str | None:
    name = texts[key]
    if name is None:
        return None
    if not os.environ.get(name):
        raise UsageError(f"{place}.{key} names the environment variable {name}, which is not set. Set it.")
    return os.environ[name]
