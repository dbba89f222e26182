"""Which pictures of a folder belong to which class and split: by their folders, or by a table of labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import DataError, show_value
from harness.image_sets.own.finding import base_of, find_pictures, in_order, named
from harness.image_sets.own.reading import Reading
from harness.image_sets.own.shelf import Shelf

if TYPE_CHECKING:
    import numpy as np

TABLES = ("labels.csv", "classes.txt")
"""Files that say what pictures show."""

_LONGEST_NAME = 100
_TEST_SEED = 0
_ASK_SHARE = "Set data.test = 0.2, which takes a fifth of each class, or put a folder test beside train"


@dataclass(frozen=True)
class Layout:
    """The pictures of a folder, in the order in which they are numbered.

    Attributes:
        train: names of the pictures to train on, those to hold out last.
        train_labels: class of each.
        held_out: how many of them, at the end, the folder itself holds out for validation.
        test: names of the pictures of the test split.
        test_labels: class of each.
        class_names: by label.
        words: what the folder holds, for people.
    """

    train: tuple[str, ...]
    train_labels: tuple[int, ...]
    held_out: int
    test: tuple[str, ...]
    test_labels: tuple[int, ...]
    class_names: tuple[str, ...]
    words: str


def find_layout(shelf: Shelf, reading: Reading) -> Layout:
    """Find out which pictures there are, of which classes.

    Raises:
        DataError: if what is there is not one of the layouts, or cannot be trained on.
    """
    base = base_of(shelf)
    found, place = find_pictures(shelf, base), shelf.place / base
    labelled = [label for pairs in found.splits.values() for _, label in pairs]
    present = sorted(set(labelled), key=in_order)
    if len(present) < 2:
        raise DataError(f"{place}: must hold pictures of at least two classes, got {show_value(present[0])} alone.")
    order, names = _class_names(shelf, base, present)
    for name in names:
        if not name.isprintable() or len(name) > _LONGEST_NAME:
            rule = f"must be text that can be seen, of at most {_LONGEST_NAME} characters"
            raise DataError(f"{place}: the name of a class {rule}, got {show_value(name)}. Rename it.")
    numbers = {label: number for number, label in enumerate(order)}
    splits = _with_test(found.splits, place, reading)
    _require_classes(splits, place, set(present))
    held_out, test = splits.get("validation", []), _interleaved(splits["test"])
    train = _interleaved(splits["train"]) + _interleaved(held_out)
    return Layout(
        tuple(name for name, _ in train),
        tuple(numbers[label] for _, label in train),
        len(held_out),
        tuple(name for name, _ in test),
        tuple(numbers[label] for _, label in test),
        names,
        found.words,
    )


def _interleaved(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return pictures with the first of each class before the second of each: any beginning holds all of them."""
    seen: dict[str, int] = {}
    keys = []
    for name, label in pairs:
        seen[label] = seen.get(label, 0) + 1
        keys.append((seen[label], in_order(label), name))
    return [pairs[place] for place in sorted(range(len(pairs)), key=keys.__getitem__)]


def _class_names(shelf: Shelf, base: str, present: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    """Return the labels in the order of their numbers, and the name of each."""
    file = named(shelf, base, "classes.txt")
    if file is None:
        return present, tuple(present)
    path = shelf.place / base / file
    try:
        lines = shelf.read(f"{base}/{file}" if base else file).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise DataError(f"{path}: must be UTF-8 text, got other bytes. Save it as UTF-8.") from None
    names = [line.strip() for line in lines if line.strip()]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{path}: must have each class once, got {show_value(twice)} twice.")
    if set(names) == set(present):
        return names, tuple(names)
    if len(names) != len(present):
        raise DataError(
            f"{path}: must have a line for each of the {len(present)} classes, got {len(names)}. It names them in the "
            f"order {', '.join(map(show_value, present[:3]))}, ..."
        )
    return present, tuple(names)


def _with_test(
    splits: dict[str, list[tuple[str, str]]], place: Path, reading: Reading
) -> dict[str, list[tuple[str, str]]]:
    """Return the splits with one for testing: the folder's own, or a share of each class."""
    if "test" in splits:
        if reading.test is not None:
            raise DataError(
                f"{place}: has a test split of its own, got data.test = {reading.test} too. Remove data.test."
            )
        if "train" not in splits:
            raise DataError(f"{place}: must have pictures to train on, got a test split alone.")
        return splits
    if reading.test is None:
        raise DataError(f"{place}: has no test split. {_ASK_SHARE}.")
    pool = splits.get("", []) + splits.get("train", [])
    labels = [label for _, label in pool]
    chosen = {pool[place][0] for place in draw_test(labels, reading.test, place)}
    kept = {"validation": splits["validation"]} if "validation" in splits else {}
    return {
        "train": [pair for pair in pool if pair[0] not in chosen],
        "test": [pair for pair in pool if pair[0] in chosen],
        **kept,
    }


def draw_test(labels: Sequence[str], share: float, place: Path) -> set[int]:
    """Return the positions of a test split: of each class its share, at least one, drawn from one seed.

    What is drawn of a class depends on no other class.

    Args:
        labels: of all images.
        share: above 0 and below 1.
        place: where they are, for messages.

    Raises:
        DataError: if a class has too few images.
    """
    import numpy as np

    positions: dict[str, list[int]] = {}
    for position, label in enumerate(labels):
        positions.setdefault(label, []).append(position)
    chosen: set[int] = set()
    for label, found in positions.items():
        count = max(1, round(share * len(found)))
        if count >= len(found):
            raise DataError(
                f"{place}: data.test = {share} leaves nothing to train on of the class {show_value(label)}, which has "
                f"{len(found)}. Add some, or set a smaller share."
            )
        order: np.ndarray = np.random.Generator(np.random.PCG64(_TEST_SEED)).permutation(len(found))
        chosen.update(found[index] for index in order[:count])
    return chosen


def _require_classes(splits: dict[str, list[tuple[str, str]]], place: Path, labels: set[str]) -> None:
    """Check that training and test pictures are of the same classes."""
    train, test = ({label for _, label in splits[split]} for split in ("train", "test"))
    for label in sorted(labels, key=in_order):
        if label not in train:
            raise DataError(
                f"{place}: has no training picture of the class {show_value(label)}. Add one, or remove it."
            )
        if label not in test:
            raise DataError(f"{place}: has no test picture of the class {show_value(label)}. Add one, or remove it.")
