"""What the layers of a network put out for an image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.insight.tiles import GREY, Colours, Tile, as_shown, draw_tiles, sequential

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

_BATCH = 500
"""Images whose outputs are in memory at a time."""
_SIDE = 84

VERTICAL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float64)
"""Sobel's kernel for vertical edges (Sobel and Feldman 1968); its transpose finds horizontal ones."""


def layer_outputs(model: keras.Model, names: Sequence[str], images: np.ndarray) -> Iterator[list[np.ndarray]]:
    """Yield what layers put out for the images in inference mode, batch by batch.

    Args:
        model: the network.
        names: of its layers.
        images: as the network takes them, (n, height, width, channels).

    Yields:
        An array (batch, ...) for each layer.
    """
    import keras

    if not names:
        return
    extractor = keras.Model(model.inputs[0], [model.get_layer(name).output for name in names])
    for start in range(0, len(images), _BATCH):
        outputs: Any = extractor(images[start : start + _BATCH], training=False)
        outputs = [outputs] if len(names) == 1 else outputs  # Keras does not list a single one
        yield [np.asarray(keras.ops.convert_to_numpy(values)) for values in outputs]


def draw_outputs(maps: np.ndarray, layer: str, pixels: np.ndarray, name: str) -> Figure:
    """Draw what every channel of a layer makes of one image, all on one scale, the image itself first.

    Args:
        maps: what the layer puts out, (height, width, channels).
        layer: name of the layer.
        pixels: the image, uint8 (height, width, channels).
        name: what the image is, for the title.
    """
    height, width, channels = maps.shape
    tiles = [Tile(as_shown(pixels), "image", GREY)]
    tiles += [Tile(maps[:, :, channel], f"{channel + 1}") for channel in range(channels)]
    title = f"Outputs of {layer} for {name}\n{channels} channels of {height}x{width}"
    return draw_tiles(tiles, title, min(9, len(tiles)), _SIDE, sequential(maps, "output"))


def liveliest_channel(outputs: Mapping[str, np.ndarray]) -> int:
    """Return the channel, among those that every layer has, whose output varies most, layer by layer in its own unit.

    Args:
        outputs: layer -> (n, height, width, channels).
    """
    shared = min(values.shape[-1] for values in outputs.values())
    spread = np.zeros(shared)
    for values in outputs.values():
        deviations = values.std(axis=(0, 1, 2))
        spread += deviations[:shared] / (deviations.max() or 1.0)
    return int(spread.argmax())


def draw_journey(outputs: Mapping[str, np.ndarray], pixels: np.ndarray, channel: int, name: str) -> Figure:
    """Draw one channel of each layer in turn, a row for each of several images of one class.

    Every layer has a scale of its own: their units differ.

    Args:
        outputs: layer -> what it puts out, (n, height, width, channels), in the network's order.
        pixels: the images, uint8 (n, height, width, channels).
        channel: which one, from 0.
        name: of the class, for the title.
    """
    scales = {layer: sequential(values[..., channel], "") for layer, values in outputs.items()}
    tiles = []
    for row in range(len(pixels)):
        tiles.append(Tile(as_shown(pixels[row]), "image" if row == 0 else ""))
        for layer, values in outputs.items():
            maps = values[row, :, :, channel]
            caption = f"{layer}\n{maps.shape[0]}x{maps.shape[1]}" if row == 0 else ""
            tiles.append(Tile(maps, caption, scales[layer]))
    title = f"The journey of {len(pixels)} images of class {name}\nchannel {channel + 1} of every layer"
    return draw_tiles(tiles, title, 1 + len(outputs), _SIDE)


def convolve(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the cross-correlation that Keras calls convolution, 'valid', of an image with one kernel.

    Args:
        image: (height, width, channels).
        kernel: (side, side, channels), or (side, side) for the mean of the channels.
    """
    from numpy.lib.stride_tricks import sliding_window_view

    if kernel.ndim == 2:
        image, kernel = image.mean(axis=-1, keepdims=True), kernel[:, :, None]
    windows = sliding_window_view(image, kernel.shape[:2], axis=(0, 1))
    result: np.ndarray = np.einsum("hwcij,ijc->hw", windows, kernel)
    return result


def pool(image: np.ndarray, side: int = 2) -> np.ndarray:
    """Return the maximum of each ``side`` x ``side`` window of (height, width); an odd edge is left out."""
    height, width = (length - length % side for length in image.shape)
    blocks = image[:height, :width].reshape(height // side, side, width // side, side)
    pooled: np.ndarray = blocks.max(axis=(1, 3))
    return pooled


def draw_edges(pixels: np.ndarray, learned: np.ndarray, name: str) -> Figure:
    """Draw what convolution, ReLU and pooling make of an image: hand-set edge kernels first, then learned ones.

    Args:
        pixels: the image, uint8 (height, width, channels).
        learned: kernels of the first convolution, (side, side, channels, k).
        name: what the image is, for the title.
    """
    image = pixels / 255.0
    kernels = [VERTICAL, VERTICAL.T, *np.moveaxis(learned, -1, 0)]
    titles = ["vertical edges", "horizontal edges", *(f"learned {n + 1}" for n in range(learned.shape[-1]))]
    tiles = []
    for number, kernel in enumerate(kernels):
        found = convolve(image, kernel)
        rectified = np.maximum(found, 0)
        shown = kernel if kernel.ndim == 2 else kernel.mean(axis=-1)
        steps = [
            Tile(as_shown(pixels), "image"),
            Tile(shown, "kernel", _around(shown)),
            Tile(found, "convolution", _around(found)),
            Tile(rectified, "ReLU", sequential(rectified, "")),
            Tile(pool(rectified), "2x2 pool", sequential(rectified, "")),
        ]
        tiles += steps if number == 0 else [step._replace(caption="") for step in steps]
    title = f"Convolution and pooling of {name}: kernels set by hand, and learned"
    return draw_tiles(tiles, title, 5, _SIDE, row_titles=titles)


def _around(values: np.ndarray) -> Colours:
    most = float(np.abs(values).max(initial=0.0)) or 1.0
    return Colours("RdBu_r", -most, most)
