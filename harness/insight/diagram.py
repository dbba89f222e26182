"""A network as a row of boxes, with shapes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from harness.insight.tiles import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FILLS = {
    "conv": "#9ecae9", "depthwise": "#9ecae9", "projection": "#9ecae9", "dense": "#f3c48f", "pool": "#b8dfb0",
    "global_pool": "#b8dfb0", "image": "#e8e8e8",
}  # fmt: skip
_PLAIN = "#f7f7f7"
_COLUMN = 92
_TALLEST = 200


class Layer(NamedTuple):
    """One layer of a diagram.

    Attributes:
        name: of the layer.
        kind: "image", "conv", "pool", "dense", "activation", "flatten", ...
        shape: of its output, without the batch.
        parameters: its weights.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int = 0


def draw_diagram(layers: Sequence[Layer]) -> Figure:
    """Draw the layers from left to right: as high as their maps, as wide as they have channels, by the logarithm.

    Args:
        layers: the image first.
    """
    from matplotlib.patches import FancyArrowPatch, Rectangle

    width, height = 24 + _COLUMN * len(layers), _TALLEST + 150
    figure = new_figure(width, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    middle = 64 + _TALLEST / 2
    largest = max(max(layer.shape[:2]) if len(layer.shape) == 3 else 1 for layer in layers)
    edge = None
    for place, layer in enumerate(layers):
        centre = 12 + _COLUMN * (place + 0.5)
        if len(layer.shape) == 3:
            tall, wide = 24 + (_TALLEST - 24) * layer.shape[0] / largest, 8 + 7 * math.log2(1 + layer.shape[-1])
        else:
            tall, wide = 30 + 14 * math.log2(1 + layer.shape[0]), 12
        fill = _FILLS.get(layer.kind, _PLAIN)
        axes.add_patch(Rectangle((centre - wide / 2, middle - tall / 2), wide, tall, facecolor=fill, edgecolor="0.3"))
        if edge is not None:
            arrow = FancyArrowPatch((edge + 2, middle), (centre - wide / 2 - 2, middle), arrowstyle="-|>", color="0.35")
            arrow.set_mutation_scale(9)
            axes.add_patch(arrow)
        edge = centre + wide / 2
        axes.text(centre, 52, layer.name.replace("_activation", "\nactivation"), ha="center", va="top", fontsize=8)
        axes.text(centre, 26, "×".join(map(str, layer.shape)), ha="center", va="top", fontsize=8, color="0.25")
        if layer.parameters:
            top = middle + tall / 2 + 6
            axes.text(centre, top, f"{layer.parameters:,}", ha="center", va="bottom", fontsize=7, color="0.35")
    total = sum(layer.parameters for layer in layers)
    axes.text(width / 2, height - 12, f"{total:,} parameters", ha="center", va="top", fontsize=11)
    axes.text(width / 2, height - 30, "above each layer its own, below it the shape of its output", ha="center",
              va="top", fontsize=8, color="0.35")  # fmt: skip
    return figure
