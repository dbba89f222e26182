"""What the networks learned, as pictures that were drawn when they were trained; a report keeps a few of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.report.comparison import Row

FOLDER = "insight"
KEPT = {
    "network.png": "Diagram of the network {}: its layers from the image to the logits, with shapes and parameters",
    "weights_conv_1.png": "Weights of the first convolution of {}, red above zero and blue below",
    "liked_logits.png": "For each class the image that {} takes most surely for it, found by climbing its gradient",
    "misclassified.png": "The test images that {} gets wrong with the highest confidence",
}
"""File -> what it shows."""
MOST = 2
"""Variants that are shown: a page stays below a megabyte."""


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
    found = []
    for row in rows:
        source = drawn.get(row.digest, folder / FOLDER / row.digest)
        pictures = tuple(
            Kept(f"{FOLDER}/{row.digest}/{name}", text.format(row.label), (source / name).read_bytes())
            for name, text in KEPT.items()
            if (source / name).is_file()
        )
        if pictures:
            found.append(Learned(row.label, pictures))
    return tuple(found[:MOST])
