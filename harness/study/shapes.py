"""Shapes of the feature maps, by arithmetic: nothing is built.

The rules are those of Keras: a 'same' convolution or pool of stride s gives ceil(n / s), a 'valid' one of window k
gives floor((n - k) / s) + 1.
"""

from __future__ import annotations

from harness.errors import ImpossibleNetwork
from harness.study.tables.model import ModelSpec, Padding

POOL = 2
"""Side and stride of every pool, and the stride of downsample = 'stride'."""


def window_output(size: int, window: int, stride: int, padding: Padding) -> int:
    """Return the side of the map that a window sliding over ``size`` pixels gives; 0 or less if it does not fit."""
    if padding == "same":
        return -(-size // stride)
    return (size - window) // stride + 1 if size >= window else 0


def block_shapes(
    model: ModelSpec, image_shape: tuple[int, int, int]
) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """Return, for each conv block, the shapes (height, width, channels) after its convolution and at its end.

    Raises:
        ImpossibleNetwork: if a map would shrink below 1x1; the message names the block and the shapes.
    """
    shapes = []
    height, width, _ = image_shape
    for index, block in enumerate(model.conv):
        downsample = model.block_downsample(index)
        stride = POOL if downsample == "stride" else 1
        conv = tuple(window_output(side, block.kernel, stride, model.padding) for side in (height, width))
        if min(conv) < 1:
            raise ImpossibleNetwork(
                f"model.conv block {index + 1} needs at least {block.kernel}x{block.kernel} pixels "
                f"with padding = 'valid', got a map of {height}x{width}. "
                "Use fewer blocks, a smaller kernel or padding = 'same'."
            )
        end = conv
        if downsample in ("max_pool", "average_pool"):
            end = tuple(window_output(side, POOL, POOL, model.pool_padding) for side in conv)
            if min(end) < 1:
                raise ImpossibleNetwork(
                    f"model.conv block {index + 1} pools a map of {conv[0]}x{conv[1]} below 1x1. "
                    "Use fewer blocks, pool_padding = 'same' or downsample = 'none' in this block."
                )
        shapes.append(((conv[0], conv[1], block.filters), (end[0], end[1], block.filters)))
        height, width = end
    return shapes
