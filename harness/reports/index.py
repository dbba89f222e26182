"""The index of a folder of reports, kept as reports are written."""

from __future__ import annotations

import os
from pathlib import Path

from harness.pages.index import GENERATOR, Answer, Entry, answer_of, to_index
from harness.staging import staged

INDEX = "index.html"
_LARGEST = 20_000_000
_HEAD = 2_000
"""Bytes of a page in which it says what made it."""


def write_index(folder: Path, always: bool = False) -> Path | None:
    """Write index.html of all reports that lie in a folder; return it, or None where there is nothing to be done.

    An index is made where there are two reports or more, and kept where there is one already. A page of that name that
    harness has not made stays as it is.

    Args:
        folder: whose folders are reports.
        always: make an index of one report too.

    Raises:
        OSError: if it cannot be written.
    """
    target = folder / INDEX
    if os.path.lexists(target) and not _is_ours(target):
        return None
    entries = _entries(folder)
    if not (target.exists() or len(entries) > 1 or (always and entries)):
        return None
    page = to_index(folder.absolute().name, entries)
    with staged(folder.absolute() / INDEX) as beside:
        made = beside / INDEX
        made.write_text(page, encoding="utf-8")
        made.replace(target)
    return target


def _entries(folder: Path) -> list[Entry]:
    """Return the reports in a folder, by name: of what is there, nothing else."""
    pages = sorted(folder.glob("*/comparison.html"), key=lambda page: page.parent.name)
    return [
        Entry(page.parent.name, _answer(page.with_name("report.json")))
        for page in pages
        if not page.parent.name.startswith(".") and not page.parent.is_symlink() and page.is_file()
    ]


def _answer(file: Path) -> Answer | None:
    text = _read(file, _LARGEST + 1)
    return answer_of(text) if text is not None and len(text) <= _LARGEST else None


def _is_ours(page: Path) -> bool:
    return f'<meta name="generator" content="{GENERATOR}">'.encode() in (_read(page, _HEAD) or b"")


def _read(file: Path, most: int) -> bytes | None:
    """Return the beginning of a file; None if there is none, or it is a link."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
            return opened.read(most)
    except OSError:
        return None
