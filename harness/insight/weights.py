"""The weights of a convolution as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.insight.tiles import Tile, diverging, draw_tiles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 1100
"""Pixels that a row of filters may take."""


def draw_weights(kernel: np.ndarray, layer: str, step: int | None = None, most: float | None = None) -> Figure:
    """Draw a convolution's weights: a column for each filter, a row for each input channel, one scale for all.

    Args:
        kernel: (height, width, input channels, filters).
        layer: name of the layer.
        step: training steps by then, for the title.
        most: weight of the strongest colours, to make several pictures comparable; by default the largest there is.
    """
    height, width, channels, filters = kernel.shape
    columns = filters if channels > 1 else min(filters, 8)
    side = min(64, max(height, width, _WIDTH // max(columns, 16)))
    side -= side % max(height, width)
    tiles = [
        Tile(kernel[:, :, channel, number], f"{number + 1}" if channels == 1 or (channel == 0 and side >= 16) else "")
        for channel in range(channels)
        for number in range(filters)
    ]
    rows = [f"input {channel + 1}" for channel in range(channels)] if channels > 1 else ()
    when = "" if step is None else f" after {step:,} steps"
    what = f"{filters} filters of {height}x{width}" + (f", {channels} input channels" if channels > 1 else "")
    scale = diverging(kernel if most is None else np.array([most]), "weight")
    return draw_tiles(tiles, f"Weights of {layer}{when}\n{what}", columns, side, scale, rows)
