"""Activation maximisation: the image for which a feature puts out most.

Erhan et al. 2009, "Visualizing Higher-Layer Features of a Deep Network"; the settings are those of the published
tutorial: from noise, 30 steps up the gradient, each as long as one over the gradient's standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from harness.insight.tiles import Tile, as_shown, draw_tiles

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

Gradients = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Takes images (n, height, width, channels), 0 to 1, and the feature of each (n,); returns the value of that feature
(n,) and its gradient by the pixels, of the images' shape."""

STEPS = 30
RESTARTS = 3
_BATCH = 60


class Maximised(NamedTuple):
    """The images that maximise features.

    Attributes:
        features: their numbers, from 0, (k,).
        images: the image that raised each most, (k, height, width, channels), 0 to 1.
        values: what the feature puts out for it, (k,).
        blank: whether nothing could raise it from where it began, (k,): a dead feature.
    """

    features: np.ndarray
    images: np.ndarray
    values: np.ndarray
    blank: np.ndarray


def feature_means(model: keras.Model, layer: str) -> Any:
    """Return a Keras model from images to the mean of each feature of a layer, (n, features)."""
    import keras

    output = model.get_layer(layer).output
    if len(output.shape) > 2:
        output = keras.ops.mean(output, axis=tuple(range(1, len(output.shape) - 1)))
    return keras.Model(model.inputs[0], output)


def maximise_activations(
    gradients: Gradients, features: Sequence[int], shape: tuple[int, int, int], seed: int = 0, restarts: int = RESTARTS
) -> Maximised:
    """Climb from noise to the image that maximises each feature, several times, keeping the best.

    Args:
        gradients: value and gradient of a feature.
        features: numbers of the features, from 0.
        shape: of an image, (height, width, channels).
        seed: of the noise.
        restarts: how often to begin for each feature, at least 1.
    """
    numbers = np.asarray(features, np.int64)
    kept = [np.zeros((0, *shape)), np.zeros(0), np.zeros(0, bool)]
    random = np.random.default_rng(seed)
    for start in range(0, len(numbers), max(1, _BATCH // restarts)):
        part = numbers[start : start + max(1, _BATCH // restarts)]
        noise = random.uniform(0.45, 0.55, (len(part) * restarts, *shape))
        images, values, moved = _climb(gradients, noise, part.repeat(restarts))
        best = values.reshape(len(part), restarts).argmax(axis=1) + restarts * np.arange(len(part))
        blank = ~moved.reshape(len(part), restarts).any(axis=1)
        kept = [np.concatenate(pair) for pair in zip(kept, (images[best], values[best], blank), strict=True)]
    return Maximised(numbers, *kept)


def _climb(gradients: Gradients, images: np.ndarray, features: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the images after the last step, the values of their features, and whether each was moved at all."""
    moved = np.zeros(len(images), bool)
    for _ in range(STEPS):
        _, slopes = gradients(images, features)
        axes = tuple(range(1, slopes.ndim))
        moved |= (slopes != 0).any(axis=axes)
        images = np.clip(images + slopes / (slopes.std(axis=axes, keepdims=True) + 1e-8), 0, 1)
    values, _ = gradients(images, features)
    return images, values, moved


def draw_maximised(found: Maximised, layer: str, names: Sequence[str] = ()) -> Figure:
    """Draw the images five in a row.

    Args:
        found: the images.
        layer: whose features they are.
        names: of the features, where they are classes.
    """
    tiles = []
    for place, feature in enumerate(found.features):
        name = names[feature] if names else f"{feature + 1}"
        pixels = np.rint(255 * found.images[place]).astype(np.uint8)
        caption = f"{name}: dead" if found.blank[place] else f"{name}: {found.values[place]:.3g}"
        tiles.append(Tile(as_shown(pixels), caption))
    what = "the logit of each class, and its value" if names else f"features of {layer}, and their output"
    return draw_tiles(tiles, f"Activation maximisation: images that maximise {what}", 5, 112)
