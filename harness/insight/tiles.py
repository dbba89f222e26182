"""Many small images on one figure: the drawing that most pictures here share.

Tiles are put down pixel by pixel, without axes of their own: an axes takes 20 ms, and a layer may have a thousand
tiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 100
_LETTER = 6.2
"""Pixels that a letter of a caption is wide, about."""
_LINE = 15
_GAP = 6
_HEAD = 34
_FRAMED = 40
_BAR = 92
"""Pixels: height of a line of caption, space between tiles, height of the title, side from which on a tile has a frame,
width of the colour bar with its numbers."""


class Colours(NamedTuple):
    """How numbers become colours.

    Attributes:
        name: of a Matplotlib colour map that the colour-blind can read.
        low: value of its first colour.
        high: value of its last colour.
        label: what the numbers are; without one there is no colour bar.
    """

    name: str
    low: float
    high: float
    label: str = ""


GREY = Colours("gray", 0, 255)


def diverging(values: np.ndarray, label: str) -> Colours:
    """Return red for above 0, blue for below, white at 0, with one scale for all the values."""
    most = float(np.abs(values).max(initial=0.0)) or 1.0
    return Colours("RdBu_r", -most, most, label)


def sequential(values: np.ndarray, label: str) -> Colours:
    """Return dark for the lowest and light for the highest of the values."""
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    return Colours("viridis", low, high if high > low else low + 1.0, label)


class Tile(NamedTuple):
    """One small image.

    Attributes:
        pixels: (height, width) numbers that :class:`Colours` are for, or (height, width, 3) uint8.
        caption: above it; lines are separated by newlines.
        colours: its own, where it is not drawn in those of the sheet.
    """

    pixels: np.ndarray
    caption: str = ""
    colours: Colours | None = None


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of so many pixels, that can be saved."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def draw_tiles(
    tiles: Sequence[Tile],
    title: str,
    columns: int,
    side: int = 96,
    colours: Colours = GREY,
    row_titles: Sequence[str] = (),
) -> Figure:
    """Draw tiles row by row, each enlarged by a whole number.

    Args:
        tiles: what to draw, at least one.
        title: above all.
        columns: tiles in a row.
        side: pixels that a tile may take; larger images are thinned out.
        colours: of tiles that have none of their own.
        row_titles: to the left of each row.
    """
    gap = _GAP if side >= _FRAMED else 2
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    above = [_caption_height(row) for row in rows]
    widest = max(len(line) for tile in tiles for line in tile.caption.split("\n"))
    cell_width = max(side, round(_LETTER * widest)) + gap
    left = 12 + round(_LETTER * max(map(len, row_titles), default=0))
    head = _HEAD + _LINE * title.count("\n")
    bar = _BAR if colours.label else 0
    width = max(left + columns * cell_width + 10 + bar, round(7.6 * max(map(len, title.split("\n")))) + 24)
    tops = np.cumsum([head, *(height + side + gap for height in above)])
    height = int(tops[-1]) + 8
    if bar:
        height = max(height, head + 150)
    figure = new_figure(width, height)
    figure.text(0.5, 1 - 9 / height, title, ha="center", va="top", fontsize=11)
    canvas = np.full((height, width, 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        image = _coloured(enlarge(tile.pixels, side), tile.colours or colours)
        x = left + column * cell_width + (cell_width - image.shape[1]) // 2
        y = int(tops[row]) + above[row] + (side - image.shape[0]) // 2
        if side >= _FRAMED:  # or a white image would have no edge
            canvas[y - 1 : y + image.shape[0] + 1, x - 1 : x + image.shape[1] + 1] = 160
        canvas[y : y + image.shape[0], x : x + image.shape[1]] = image
        if tile.caption:
            middle = (left + (column + 0.5) * cell_width) / width
            figure.text(middle, 1 - (y - 3) / height, tile.caption, ha="center", va="bottom", fontsize=8)
    for row, text in enumerate(row_titles):
        y = tops[row] + above[row] + side / 2
        figure.text((left - 6) / width, 1 - y / height, text, ha="right", va="center", fontsize=8)
    figure.figimage(canvas, 0, 0, origin="upper")
    if bar:
        _draw_bar(figure, colours, (width - bar + 14, head + 10, min(240, height - head - 30)))
    return figure


def _caption_height(tiles: Sequence[Tile]) -> int:
    lines = max(tile.caption.count("\n") + 1 if tile.caption else 0 for tile in tiles)
    return lines * _LINE + 4 if lines else 0


def enlarge(image: np.ndarray, side: int) -> np.ndarray:
    """Return an image (height, width, ...) at a whole multiple, or a whole part, of its size: ``side`` at most."""
    longest = max(image.shape[:2])
    if longest > side:
        step = -(-longest // side)
        return image[::step, ::step]
    times = side // longest
    return image.repeat(times, axis=0).repeat(times, axis=1)


def as_shown(image: np.ndarray) -> np.ndarray:
    """Return an image (height, width, channels) as it can be drawn: in colour if it has three channels, else grey."""
    return image if image.shape[-1] == 3 else image.mean(axis=-1)


def _coloured(image: np.ndarray, colours: Colours) -> np.ndarray:
    """Return uint8 (height, width, 3)."""
    from matplotlib import colormaps

    if image.ndim == 3:
        return image.astype(np.uint8)
    shares = (image.astype(np.float64) - colours.low) / (colours.high - colours.low)
    shares = np.nan_to_num(np.clip(shares, 0, 1))
    return np.asarray(colormaps[colours.name](shares, bytes=True))[..., :3]


def _draw_bar(figure: Figure, colours: Colours, place: tuple[float, float, float]) -> None:
    """Draw the colour bar: left, top and height in pixels."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    left, top, tall = place
    width, height = figure.get_size_inches() * DPI
    axes = figure.add_axes((left / width, 1 - (top + tall) / height, 14 / width, tall / height))
    axes.set_zorder(1)  # above the tiles
    bar = figure.colorbar(ScalarMappable(Normalize(colours.low, colours.high), colours.name), cax=axes)
    bar.set_label(colours.label, fontsize=8)
    bar.ax.tick_params(labelsize=7)
