"""What the networks learned, as pictures that were drawn when they were trained; a report keeps a few of them."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.errors import DataError
from harness.findings.contrasts import best_first
from harness.findings.report import Report
from harness.findings.rows import Row
from harness.findings.trainings.confusion import ConfusionFigure
from harness.pages.confusions import FILE as TABLE
from harness.pages.confusions import MOST_CLASSES, as_table, confusion_figure, read_confusion
from harness.trials import DIGEST

FOLDER = "insight"
MISTAKES = "misclassified.png"
KEPT = {
    "network.png": "Diagram of the network {}: its layers from the image to the logits, with shapes and parameters",
    "weights_conv_1.png": "Weights of the first convolution of {}, red above zero and blue below",
    "maximisation_logits.png": "Activation maximisation in {}: for each class the image that maximises its logit",
    "liked_logits.png": "Activation maximisation in {}: for each class the image that maximises its logit",
    MISTAKES: "The test images that {} gets wrong with the highest confidence",
}
"""File -> what it shows. `liked_logits.png` is what runs of earlier versions have."""
MOST = 2
"""Variants that are shown: a page stays below a megabyte."""


_FIRST = "test_accuracy"
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
    """The pictures of one trained network, at least one.

    Attributes:
        label: of its variant.
        pictures: what it looks like inside.
        mistakes: the test images that it gets wrong; None if they were not kept.
        confusion: which classes it takes for which; None if that was not kept.
        confusion_file: the path of its table within the report's folder, and what that holds; None if there is none.
    """

    label: str
    pictures: tuple[Kept, ...]
    mistakes: Kept | None = None
    confusion: ConfusionFigure | None = None
    confusion_file: tuple[str, bytes] | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """Path within the report's folder -> content of all that is kept of it."""
        pictures = (*self.pictures, self.mistakes) if self.mistakes else self.pictures
        return {one.file: one.content for one in pictures} | dict([self.confusion_file] if self.confusion_file else [])


def side_by_side(report: Report) -> list[Row]:
    """Return the rows in the order in which their networks are looked into: the reference, then what differs most.

    After the reference comes the best of those that a verdict calls better in test accuracy, or in the first metric of
    the study; where there is none, what differs for sure by most.
    """
    first, *others = report.rows
    asked = [contrast.metric for row in others for contrast in row.contrasts]
    metric = _FIRST if _FIRST in asked or not asked else asked[0]
    return [first, *(others[place] for place in best_first(others, metric))]


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
        kept = {
            name: Kept(f"{FOLDER}/{row.digest}/{name}", text.format(row.label), _read(source / name))
            for name, text in KEPT.items()
            if os.path.lexists(source / name)
        }
        mistakes = kept.pop(MISTAKES, None)
        figure, file = _confusion(row, source / TABLE, len(found))
        if kept or mistakes or file:
            found.append(Learned(row.label, tuple(kept.values()), mistakes, figure, file))
    return tuple(found)


def _confusion(row: Row, table: Path, place: int) -> tuple[ConfusionFigure | None, tuple[str, bytes] | None]:
    """Return the confusion matrix of a network, if it has few classes, and the table that is kept of it."""
    if not os.path.lexists(table):
        return None, None
    content = _open(table)
    text = content.decode("utf-8", "replace") if len(content) <= _LARGEST else ""
    classes, counts = read_confusion(text, table)
    figure = confusion_figure(row.label, place, classes, counts) if len(classes) <= MOST_CLASSES else None
    return figure, (f"{FOLDER}/{row.digest}/{TABLE}", as_table(classes, counts).encode())


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
    content = _open(file)
    if not content.startswith(_PNG) or len(content) > _LARGEST:
        raise DataError(f"{file}: must be a PNG picture below {_LARGEST:,} bytes, and is not. Remove it.")
    return content


def _open(file: Path) -> bytes:
    """Return what a file holds, one byte more than the largest may have at most; links are refused."""
    _refuse_links(file)
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
        return opened.read(_LARGEST + 1)
