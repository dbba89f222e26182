"""What pictures are made of: a trained network with its images, and what is to be drawn of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from harness import insight
from harness.escaping import mathless
from harness.study import Variant

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    from harness.data import ImageData

FEATURES = 10
"""Features of a layer that are shown with an image they like, unless all are wanted."""


@dataclass(frozen=True)
class Example:
    """An image to look at layer by layer.

    Attributes:
        name: what it is, for titles.
        slug: the same for file names.
        pixels: uint8 (height, width, channels), as the network's images are.
    """

    name: str
    slug: str
    pixels: np.ndarray


@dataclass(frozen=True)
class Subject:
    """A trained network, and what it was trained with.

    Attributes:
        variant: what was trained.
        model: the network, trained.
        data: its images.
        logits: of the test images, (n, classes).
        history: its evaluations: rows with ``step`` and the evaluated metrics.
    """

    variant: Variant
    model: keras.Model
    data: ImageData
    logits: npt.NDArray[np.float32]
    history: Sequence[Mapping[str, float]]

    @cached_property
    def probabilities(self) -> np.ndarray:
        """Softmax of the logits, (n, classes)."""
        from harness.engines import probabilities

        return probabilities(self.logits)

    @cached_property
    def drawn_names(self) -> tuple[str, ...]:
        """Name of each class, as Matplotlib takes it for text."""
        return tuple(map(mathless, self.data.class_names))

    @property
    def predicted(self) -> np.ndarray:
        """Predicted classes of the test images, (n,)."""
        classes: np.ndarray = self.logits.argmax(axis=1)
        return classes

    def outputs(self, layers: Sequence[str], pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Return what layers put out for a few images, uint8 (n, height, width, channels)."""
        (found,) = insight.layer_outputs(self.model, layers, self.data.scale.apply(pixels))
        return dict(zip(layers, found, strict=True))


@dataclass(frozen=True)
class Choice:
    """What is to be drawn.

    Attributes:
        pictures: names in :data:`harness.gallery.PICTURES`.
        layers: names of layers; empty for all.
        features: features of a layer with an image they like; None for all.
        examples: images to look at layer by layer; empty for two of the test split.
    """

    pictures: tuple[str, ...]
    layers: frozenset[str] = frozenset()
    features: int | None = FEATURES
    examples: tuple[Example, ...] = ()

    def wants(self, *names: str) -> bool:
        """Whether any of these layers is wanted."""
        return not self.layers or not self.layers.isdisjoint(names)


def example_of(data: ImageData, index: int) -> Example:
    """Return a test image as an example."""
    name = mathless(data.class_names[data.test.labels[index]])
    return Example(f"test image {index} (class {name})", f"test{index}", data.test_pixels[index])
