"""What the networks learned, as pictures that were drawn when they were trained; a report keeps a few of them."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.errors import DataError
from harness.findings.rows import Row
from harness.trials import DIGEST

FOLDER = "insight"
KEPT = {
    "network.png": "Diagram of the network {}: its layers from the image to the logits, with shapes and parameters",
    "weights_conv_1.png": "Weights of the first convolution of {}, red above zero and blue below",
    "maximisation_logits.png": "Activation maximisation in {}: for each class the image that maximises its logit",
    "liked_logits.png": "Activation maximisation in {}: for each class the image that maximises its logit",
    "misclassified.png": "The test images that {} gets wrong with the highest confidence",
}
"""File -> what it shows. `liked_logits.png` is what runs of earlier versions have."""
MOST = 2
"""Variants that are shown: a page stays below a megabyte."""


_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST = 5_000_000


class Kept(NamedTuple):
    """One picture.

    Attributes:
        file: its path within the report's folder.
        description: what it shows, in words.
        content: a PNG.
    """

    file: str
    description: str
    content: bytes

    @property
    def address(self) -> str:
        """The picture as a data URI: the page needs no other file."""
        return f"data:image/png;base64,{base64.b64encode(self.content).decode('ascii')}"


class Learned(NamedTuple):
    """The pictures of one trained network.

    Attributes:
        label: of its variant.
        pictures: at least one.
    """

    label: str
    pictures: tuple[Kept, ...]


def learned(rows: Sequence[Row], folder: Path, drawn: Mapping[str, Path]) -> tuple[Learned, ...]:
    """Return the pictures of the first variants that have any.

    Args:
        rows: the variants, the reference first.
        folder: of the report; may hold pictures from before, which are shown where there are no new ones.
        drawn: digest of a variant -> folder with new pictures.
    """
    found: list[Learned] = []
    for row in rows:
        if len(found) == MOST:
            break  # what is not shown need not be fetched
        if not DIGEST.fullmatch(row.digest):
            continue  # it names a folder
        source = drawn.get(row.digest, folder / FOLDER / row.digest)
        if row.digest not in drawn:
            _refuse_links(folder / FOLDER, source)
        pictures = tuple(
            Kept(f"{FOLDER}/{row.digest}/{name}", text.format(row.label), _read(source / name))
            for name, text in KEPT.items()
            if os.path.lexists(source / name)
        )
        if pictures:
            found.append(Learned(row.label, pictures))
    return tuple(found)


def _refuse_links(*places: Path) -> None:
    for place in places:
        if place.is_symlink():
            raise DataError(
                f"{place}: is a link, and a report shows pictures of its own folder alone. Remove the link, or put the "
                "picture there."
            )


def _read(file: Path) -> bytes:
    """Return a picture.

    Raises:
        DataError: if it is a link, no file or no PNG: it goes into the page as it is.
    """
    _refuse_links(file)
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
        content = opened.read(_LARGEST + 1)
    if not content.startswith(_PNG) or len(content) > _LARGEST:
        raise DataError(f"{file}: must be a PNG picture below {_LARGEST:,} bytes, and is not. Remove it.")
    return content
