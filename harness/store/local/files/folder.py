"""The folder of a store: which paths can be one, and making it."""

from __future__ import annotations

import re
from pathlib import Path

from harness.errors import UsageError

LOCKS = "locks"
"""Folder of the locks in a store."""


_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(/|$)|(file|sqlite|databricks):")
"""How the address of a server, a database or a file begins. `Path` has made one slash of two."""


def make_store(store: Path) -> None:
    """Make the store's folder if need be.

    Raises:
        UsageError: if it cannot be made, is an address of a server, or has a character that addresses of databases
            cannot have.
    """
    require_folder(store)
    try:
        (store / LOCKS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--store {store}: cannot be made: {error.strerror}. Choose another folder.") from None


def nothing_here(store: Path) -> UsageError:
    """Return what is said of a store that is not there."""
    return UsageError(
        f"{store}: there is no store here. Change to the folder of your project, name its store with --store, or begin "
        "one: harness run STUDY"
    )


def require_folder(store: Path) -> None:
    """Refuse what can be no store's folder: an address of a server, or a path that MLflow cannot name a database by.

    Raises:
        UsageError: naming what is wrong.
    """
    text = str(store)
    if _ADDRESS.match(text):
        shown = re.sub(r"(?<=[/:])[^/:@]*:[^/]*@", "...@", text)  # a password is nobody's to read
        raise UsageError(
            f"--store {shown}: is an address, and must be a folder, or a profile in harness.toml that names servers."
        )
    bad = sorted({c for c in str(store.resolve()) if c in "?#%" or not c.isprintable()})
    if bad:
        shown = " ".join(c if c.isprintable() else repr(c) for c in bad)
        raise UsageError(f"--store {text!r}: its path must not contain {shown}. Choose another folder.")
