"""The contact sheet of predictions: each picture as it is, and as the network sees it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import UsageError, printable
from harness.trained.files import SHEET_MARK, is_sheet
from harness.trained.predicting import SHOWN_SIDE, Blank, Prediction, Predictions

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

MOST_PICTURES = 200
"""On a sheet; more would make it too large to look at."""

_COLUMNS = 4
_DPI = 100
_GAP, _CAPTION, _HEAD = 12, 44, 62
_CELL_WIDTH, _CELL_HEIGHT = 2 * SHOWN_SIDE + 3 * _GAP, SHOWN_SIDE + _CAPTION + 2 * _GAP
_WRONG = "#b2182b"


def choose(predictions: Predictions) -> list[Prediction | Blank]:
    """Return what a sheet shows: all, blank ones last; of more than 200 the wrong ones first, then the blank ones."""
    every: list[Prediction | Blank] = [*predictions.classified, *predictions.blank]
    if len(every) > MOST_PICTURES:
        every.sort(key=lambda one: 1 if isinstance(one, Blank) else 0 if one.right is False else 2)
    return every[:MOST_PICTURES]


def require_sheet(path: Path) -> None:
    """Check that a contact sheet can be written: nothing but an older one is overwritten.

    Raises:
        UsageError: if it cannot.
    """
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path}: a contact sheet's name must end in .png, got {path.suffix or 'no ending'!r}.")
    if path.is_symlink():
        raise UsageError(f"{path}: is a link, and nothing is written through links. Name another with --contact-sheet.")
    if path.exists() and not (path.is_file() and is_sheet(path)):
        raise UsageError(f"{path}: is there already, and is no contact sheet. Name another with --contact-sheet.")


def write_sheet(predictions: Predictions, path: Path) -> None:
    """Write :func:`draw_sheet` as a PNG that :func:`harness.trained.find_pictures` leaves out."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()  # whatever a file matplotlibrc in the working directory says
        draw_sheet(predictions).savefig(path, format="png", metadata={"Software": SHEET_MARK})


def draw_sheet(predictions: Predictions) -> Figure:
    """Draw each picture and, to the right of it, what the network sees, with the class it takes it for.

    Wrong ones have a thick frame, a cross and the true class in their caption; blank ones come last.

    Args:
        predictions: from :func:`harness.trained.predict`, with at least one picture classified.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    chosen = choose(predictions)
    columns = min(_COLUMNS, max(2, len(chosen)))
    width, height = columns * _CELL_WIDTH, -(-len(chosen) // columns) * _CELL_HEIGHT + _HEAD
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    FigureCanvasAgg(figure)
    for line, (text, size) in enumerate(_head(predictions, len(chosen))):
        _write(figure, (_GAP, height - 12 - 24 * line), text, size)
    for place, one in enumerate(chosen):
        row, column = divmod(place, columns)
        left, top = column * _CELL_WIDTH, height - _HEAD - row * _CELL_HEIGHT
        _draw_cell(figure, one, predictions.class_names, left, top)
    return figure


def _head(predictions: Predictions, shown: int) -> list[tuple[str, int]]:
    sentence = predictions.sentence.partition(";")[0]
    title = f"{predictions.run} ({predictions.variant})"
    title = (title if len(title) <= 60 else title[:59] + "…") + (f": {sentence}" if sentence else "")
    total = len(predictions.classified) + len(predictions.blank)
    some = f"; {shown} of {total:,}, wrong ones first" if shown < total else ""
    return [(title, 12), (f"left the picture, right what the network sees{some}", 9)]


def _draw_cell(figure: Figure, one: Prediction | Blank, names: Sequence[str], left: int, top: int) -> None:
    for number, image in enumerate((one.given,) if isinstance(one, Blank) else (one.given, one.seen)):
        shown = _enlarge(image)
        spare_x, spare_y = SHOWN_SIDE - shown.shape[1], SHOWN_SIDE - shown.shape[0]
        x = left + _GAP + number * (SHOWN_SIDE + _GAP) + spare_x // 2
        y = top - _GAP - shown.shape[0] - spare_y // 2
        figure.figimage(shown, x, y, cmap="gray", vmin=0, vmax=255, origin="upper")
        figure.add_artist(_frame(figure, (x - 1, y - 1, shown.shape[1] + 2, shown.shape[0] + 2), "#999999", 0.6))
    under = top - _GAP - SHOWN_SIDE
    wrong = not isinstance(one, Blank) and one.right is False
    if wrong:
        inner = (left + 4, top - _CELL_HEIGHT + 4, _CELL_WIDTH - 8, _CELL_HEIGHT - 8)
        figure.add_artist(_frame(figure, inner, _WRONG, 2.5))
    lines = [
        (
            5,
            _shortened(_verdict(one, names), 32),
            10,
            _WRONG if wrong else "#555555" if isinstance(one, Blank) else "black",
        ),
        (24, _shortened(printable(one.file.name), 34), 8, "#555555"),
    ]
    if one.remark and not isinstance(one, Blank):
        _write(figure, (left + _GAP + 2, top - _GAP - 2), one.remark, 8, color=_WRONG, backgroundcolor="#ffffffcc")
    for down, text, size, colour in lines:
        weight = "bold" if wrong and size == 10 else "normal"
        _write(figure, (left + _CELL_WIDTH / 2, under - down), text, size, ha="center", color=colour, fontweight=weight)


def _verdict(one: Prediction | Blank, names: Sequence[str]) -> str:
    if isinstance(one, Blank):
        return one.words
    share = one.probabilities[one.predicted]
    mark = {None: "", True: "✓ ", False: "✗ "}[one.right]
    verdict = f"{mark}{names[one.predicted]} ({'> 99' if 0.995 <= share < 1 else f'{100 * share:.0f}'} %)"
    return f"{verdict}, true {names[one.true]}" if one.right is False and one.true is not None else verdict


def _write(figure: Figure, place: tuple[float, float], text: str, size: int, **style: str) -> None:
    """Write text below a point given in pixels, as it is: a dollar sign begins no formula."""
    width, height = (length * _DPI for length in figure.get_size_inches())
    figure.text(place[0] / width, place[1] / height, text, {**style}, va="top", fontsize=size, parse_math=False)


def _frame(figure: Figure, place: tuple[int, int, int, int], colour: str, line: float) -> Rectangle:
    """Return a frame about (left, bottom, width, height), in pixels."""
    from matplotlib.patches import Rectangle

    left, bottom, wide, high = place
    width, height = (length * _DPI for length in figure.get_size_inches())
    return Rectangle(
        (left / width, bottom / height), wide / width, high / height,
        transform=figure.transFigure, fill=False, linewidth=line, edgecolor=colour,
    )  # fmt: skip


def _enlarge(image: np.ndarray) -> np.ndarray:
    """Return an image at the size it is drawn in: (height, width) or (height, width, 3), no side above SHOWN_SIDE."""
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    side = max(image.shape[:2])
    if side > SHOWN_SIDE:
        step = -(-side // SHOWN_SIDE)
        return image[::step, ::step]
    times = SHOWN_SIDE // side
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _shortened(text: str, most: int) -> str:
    """Return text that fits a cell: the middle is left out, the end of a file's name often tells more."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[len(text) - (most - most // 2 - 1) :]}"
