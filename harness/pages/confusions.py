"""Confusion matrices of trained networks, as they were counted when they were trained."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from harness.errors import DataError
from harness.escaping import csv_cell, plain
from harness.findings.trainings.confusion import ConfusionFigure
from harness.metrics import counted

FILE = "confusion_matrix.csv"
MOST_CLASSES = 20
"""Of more the numbers would not be readable; the file has them."""
_MOST_CONFUSED = 3
_WHOLE = 2**53


def read_confusion(text: str, file: Path) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Return the names of the classes, and the counts with a row a true class.

    Args:
        text: what the file holds: names in the first line and the first column, whole numbers elsewhere.
        file: for messages.

    Raises:
        DataError: if it holds anything else.
    """
    try:
        heading, *rows = csv.reader(io.StringIO(text), strict=True)
        counts = tuple(tuple(int(cell) for cell in row[1:]) for row in rows)
    except (csv.Error, ValueError):
        heading, counts = [], ()
    size = len(heading) - 1
    whole = all(0 <= count < _WHOLE for row in counts for count in row)
    if size < 1 or len(counts) != size or any(len(row) != size for row in counts) or not whole:
        raise DataError(
            f"{file}: must be a square table of how often each class was taken for each, and is not. Remove it."
        )
    return tuple(plain(name.removeprefix("'")) for name in heading[1:]), counts


def as_table(classes: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> str:
    """Return a confusion matrix as CSV, which spreadsheets take for text and numbers alone."""
    names = [csv_cell(name) for name in classes]
    file = io.StringIO()
    csv.writer(file).writerows(
        [["true \\ predicted", *names], *([name, *row] for name, row in zip(names, counts, strict=True))]
    )
    return file.getvalue()


def confusion_figure(
    label: str, place: int, classes: tuple[str, ...], counts: tuple[tuple[int, ...], ...]
) -> ConfusionFigure:
    """Return the figure of one network.

    Args:
        label: of its variant.
        place: of the network among those that are shown.
        classes: names, by label.
        counts: test images, a row a true class.
    """
    total, right = sum(map(sum, counts)), sum(row[place] for place, row in enumerate(counts))
    never = [name for place, name in enumerate(classes) if not any(row[place] for row in counts)]
    wrong = sorted(
        ((count, true, predicted) for true, row in enumerate(counts) for predicted, count in enumerate(row)
         if true != predicted and count),
        key=lambda one: (-one[0], one[1], one[2]),
    )  # fmt: skip
    said = [
        f"{classes[true]} taken for {classes[predicted]} {counted(count, 'time')}" for count, true, predicted in wrong
    ]
    description = f"Confusion matrix of {label}: {right:,} of {total:,} test images right"
    description += f"; most often {', '.join(said[:_MOST_CONFUSED])}" if said else ""
    description += f"; never predicted: {', '.join(never)}" if never else ""
    return ConfusionFigure(
        name=f"confusion_{place + 1}",
        title=f"{label}: {right:,} of {total:,} right",
        classes=classes,
        counts=counts,
        description=f"{description}.",
    )
