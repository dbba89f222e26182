"""Which keys of `[data]` images of one's own need, found out by looking at them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.image_sets.own.arrays import peek_arrays, test_is_missing
from harness.image_sets.own.decoding import suggested_size
from harness.image_sets.own.finding import has_test
from harness.image_sets.own.images import is_arrays, require_place
from harness.image_sets.own.layout import Layout, find_layout
from harness.image_sets.own.reading import Reading
from harness.image_sets.own.shelf import Shelf, open_shelf
from harness.image_sets.sources.idx import read_shape
from harness.image_sets.sources.idx_files import find_four, require_four
from harness.image_sets.sources.places import is_file
from harness.pictures import open_picture

_SHARE = 0.2
_LARGEST = 128
"""Pixels: larger images are made smaller; a network for them takes long to train."""

_LOOKED_AT = 500
"""Pictures, spread evenly: reading all of them would be decoding them."""


@dataclass(frozen=True)
class Suggestion:
    """What to write into `[data]`, and why.

    Attributes:
        keys: key -> value, in the order of the study file; `name` and `folder` first.
        reasons: key -> a short sentence.
        image_shape: (height, width, channels) of the images then.
        train_images: how many there are to train on and to hold out from then.
        class_names: by label; empty where only reading everything would tell.
    """

    keys: dict[str, Any]
    reasons: dict[str, str]
    image_shape: tuple[int, int, int]
    train_images: int
    class_names: tuple[str, ...]


def suggest(place: Path) -> Suggestion:
    """Look at a folder, a zip or an ``.npz`` file, and say which keys it needs.

    Of pictures, up to 500 are opened. What is wrong with the others is found when they are read.

    Args:
        place: what `data.folder` is to name.

    Raises:
        DataError: if it cannot be trained on, whatever the keys.
    """
    require_place(place)
    if not is_file(place) and any(find_four(place)):
        count, height, width, channels = read_shape(require_four(place).files[0], "images")
        return _suggestion(place, {}, {}, (height, width, channels), count, 0, ())
    keys: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    if is_arrays(place):
        if test_is_missing(place):
            keys["test"], reasons["test"] = _SHARE, "there is no test split: a fifth of each class becomes it"
        shape, count, held_out, names = peek_arrays(place, Reading(test=keys.get("test")))
        return _suggestion(place, keys, reasons, shape, count, held_out, names)
    with open_shelf(place) as shelf:
        if not has_test(shelf):
            keys["test"], reasons["test"] = _SHARE, "there is no test split: a fifth of each class becomes it"
        layout = find_layout(shelf, Reading(test=keys.get("test")))
        shape = _look(shelf, layout, keys, reasons)
    return _suggestion(place, keys, reasons, shape, len(layout.train), layout.held_out, layout.class_names)


def _suggestion(
    place: Path, keys: dict[str, Any], reasons: dict[str, str], shape: tuple[int, int, int], count: int, held_out: int,
    names: tuple[str, ...],
) -> Suggestion:  # fmt: skip
    first: dict[str, Any] = {"name": "folder", "folder": str(place)}
    if held_out:
        first |= {"validation": held_out, "split": "last"}
        why = f"the {held_out:,} images that the files themselves hold out"
    else:
        first["validation"] = max(1, round(count / 6 if count < 1000 else count / 10))
        why = f"about {'a sixth' if count < 1000 else 'a tenth'} of the {count:,} training images"
    return Suggestion({**first, **keys}, {"validation": why, **reasons}, shape, count, names)


def _look(shelf: Shelf, layout: Layout, keys: dict[str, Any], reasons: dict[str, str]) -> tuple[int, int, int]:
    """Open pictures, and add the keys that they need; return the shape of the images then."""
    names = layout.train + layout.test
    step = max(1, len(names) // _LOOKED_AT)
    sizes: Counter[tuple[int, int]] = Counter()
    coloured: Counter[bool] = Counter()
    grey = 0
    for name in names[::step]:
        picture = open_picture(shelf.place / name, shelf.read(name))
        sizes[picture.image.height, picture.image.width] += 1
        coloured[picture.coloured] += 1
        grey += picture.image.mode == "F"
    (height, width), _ = sizes.most_common(1)[0]
    if len(sizes) > 1:
        side = suggested_size(min(size[0] for size in sizes), min(size[1] for size in sizes))
        keys["image_size"], reasons["image_size"] = side, f"pictures have {len(sizes)} sizes or more"
        height = width = side
    elif max(height, width) > _LARGEST:
        keys["image_size"], reasons["image_size"] = 64, f"pictures have {height}x{width} pixels, which train slowly"
        height = width = 64
    channels = 3 if coloured[True] else 1
    if grey == coloured.total() and coloured[True]:
        keys["channels"], reasons["channels"], channels = 1, "all pictures looked at are grey", 1
    elif len(coloured) > 1:
        keys["channels"], reasons["channels"] = 3, "some pictures are grey, others have colours"
    return height, width, channels
