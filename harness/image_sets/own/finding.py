"""Where pictures lie: in a folder for each class, perhaps in folders for each split, or beside a table of labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import DataError, show_value
from harness.image_sets.own.shelf import Shelf
from harness.image_sets.own.table import read_table
from harness.pictures import KINDS, SUFFIXES, UNREAD_SUFFIXES

SPLITS = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "val": "validation", "valid": "validation", "validation": "validation",
}  # fmt: skip
"""Name of a folder, in small letters -> the split that its pictures are of."""


@dataclass(frozen=True)
class Found:
    """Pictures with the names of their classes: split -> (picture, class) pairs; "" is the split that nothing says."""

    splits: dict[str, list[tuple[str, str]]]
    words: str


def base_of(shelf: Shelf) -> str:
    """Return the folder in which classes begin: a zip often holds one folder that holds everything."""
    base = ""
    while True:
        folders = shelf.folders_in(base)
        if len(folders) != 1 or shelf.files_in(base) or folders[0].lower() in SPLITS:
            return base
        inner = f"{base}/{folders[0]}" if base else folders[0]
        if not (shelf.folders_in(inner) or named(shelf, inner, "labels.csv")):
            return base
        base = inner


def has_test(shelf: Shelf) -> bool:
    """Whether a folder says itself which pictures are for testing.

    Raises:
        DataError: if what is there is not one of the layouts.
    """
    return "test" in find_pictures(shelf, base_of(shelf)).splits


def find_pictures(shelf: Shelf, base: str) -> Found:
    """Return all pictures with the names of their classes.

    Raises:
        DataError: as :func:`has_test`.
    """
    table = named(shelf, base, "labels.csv")
    return _by_table(shelf, base, table) if table else _by_folders(shelf, base)


def _by_folders(shelf: Shelf, base: str) -> Found:
    place, folders = shelf.place / base, sorted(shelf.folders_in(base))
    loose = _pictures(shelf, base)
    if loose and folders:
        raise DataError(f"{place / loose[0]}: must lie in the folder of its class, got a place beside these folders.")
    if loose:
        raise DataError(
            f"{place / loose[0]}: has no label. Put pictures into a folder for each class, or write labels.csv beside "
            "them, with the columns file and label."
        )
    if not folders:
        raise DataError(f"{place}: holds no pictures. {_what_else(shelf, base)}")
    named = {name: SPLITS[name.lower()] for name in folders if name.lower() in SPLITS}
    if "train" not in named.values():
        alone = next((name for name in named if shelf.folders_in(f"{base}/{name}" if base else name)), None)
        if alone:
            raise DataError(f"{place / alone}: must lie beside a folder train, got none. Put the other pictures there.")
        return Found({"": _classes(shelf, base, folders)}, "class folders")
    other = [name for name in folders if name not in named]
    if other:
        raise DataError(
            f"{place / other[0]}: must be called train, test or val, as it lies beside train. Move it away."
        )
    splits: dict[str, list[tuple[str, str]]] = {}
    for name, split in named.items():
        if split in splits:
            raise DataError(f"{place / name}: holds the {split} split, but another folder does too. Keep one of them.")
        splits[split] = _classes(shelf, f"{base}/{name}" if base else name, None)
    if set(splits) == {"train"}:
        splits = {"": splits["train"]}
    return Found(splits, "class folders" if "" in splits else f"class folders in {', '.join(named)}")


def _classes(shelf: Shelf, folder: str, names: Sequence[str] | None) -> list[tuple[str, str]]:
    """Return the pictures of all class folders in a folder, with the names of these."""
    place = shelf.place / folder
    loose = _pictures(shelf, folder)
    if loose:
        raise DataError(f"{place / loose[0]}: must lie in the folder of its class, got a place beside these folders.")
    pairs = []
    for label in sorted(names if names is not None else shelf.folders_in(folder), key=in_order):
        inside = f"{folder}/{label}" if folder else label
        pictures, nested = _pictures(shelf, inside), shelf.folders_in(inside)
        if nested:
            raise DataError(
                f"{shelf.place / inside / sorted(nested)[0]}: must be a picture of the class {show_value(label)}, got "
                "a folder. Move its pictures up."
            )
        if not pictures:
            raise DataError(f"{shelf.place / inside}: holds no {KINDS} pictures. Put some there, or remove the folder.")
        pairs += [(f"{inside}/{name}", label) for name in pictures]
    if not pairs:
        raise DataError(f"{place}: must hold a folder of pictures for each class, got none.")
    return pairs


def _by_table(shelf: Shelf, base: str, table: str) -> Found:
    path = shelf.place / base / table
    start = f"{base}/" if base else ""
    rows = read_table(shelf.read(start + table), path)
    files = set(shelf.files)
    splits: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if start + row.file not in files:
            raise DataError(f"{path}: line {row.line} names {show_value(row.file)}, which is not there. Correct it.")
        if Path(row.file).suffix.lower() not in SUFFIXES:
            raise DataError(f"{path}: line {row.line} must name a {KINDS} picture, got {show_value(row.file)}.")
        if row.split and row.split not in SPLITS:
            raise DataError(
                f"{path}: line {row.line} must have a split of train, val and test, got {show_value(row.split)}."
            )
        splits.setdefault(SPLITS.get(row.split, ""), []).append((start + row.file, row.label))
    if "" in splits and len(splits) > 1:
        raise DataError(f"{path}: must name a split in every line, or in none, got some without. Fill in the column.")
    named = {name for pairs in splits.values() for name, _ in pairs}
    left = [name for name in shelf.files if name.startswith(start) and name not in named]
    unnamed = next((name for name in left if Path(name).suffix.lower() in SUFFIXES), None)
    if unnamed:
        raise DataError(
            f"{shelf.place / unnamed}: has no label: {path.name} has no line for it. Add one, or remove it."
        )
    return Found({split: sorted(pairs) for split, pairs in splits.items()}, f"pictures with {path.name}")


def named(shelf: Shelf, base: str, wanted: str) -> str | None:
    """Return the name of a file in the base, whatever its letters' case."""
    return next((name for name in shelf.files_in(base) if name.lower() == wanted), None)


def _pictures(shelf: Shelf, folder: str) -> list[str]:
    """Return the pictures that lie directly in a folder, by name.

    Raises:
        DataError: for a picture of a kind that is not read.
    """
    found = []
    for name in shelf.files_in(folder):
        suffix = Path(name).suffix.lower()
        if suffix in UNREAD_SUFFIXES:
            raise DataError(f"{shelf.place / folder / name}: must be a {KINDS} picture. Convert it, or remove it.")
        if suffix in SUFFIXES:
            found.append(name)
    return sorted(found)


def _what_else(shelf: Shelf, base: str) -> str:
    """Say what to do with a folder without pictures."""
    files = shelf.files_in(base)
    whole = next((name for name in sorted(files) if name.lower().endswith((".npz", ".zip"))), None)
    if whole:
        return f"To read {show_value(whole)} in it, name that file in data.folder."
    return (
        "data.folder must name class folders of pictures, pictures with labels.csv, a zip of either, an .npz file or "
        "a folder with four IDX files."
    )


def in_order(label: str) -> tuple[bool, int, str]:
    """Sort labels that are numbers by their value, before all others."""
    number = label.isascii() and label.isdigit() and len(label) < 10
    return not number, int(label) if number else 0, label
