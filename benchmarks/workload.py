"""The two workloads, and what every contestant shares: images, network, search space."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

TRAIN, VALIDATION, BATCH = 12_800, 1_280, 64
ORDERS = ("before_pool", "after_pool")
LOW, HIGH = 1e-4, 1e-2
"""The learning rate is searched between these on a logarithmic scale."""


@dataclass(frozen=True)
class Workload:
    """So many trainings of ``hvass02``, each over 12,800 images for so many epochs of 200 steps.

    Attributes:
        name: "W1", "W2", or "tiny" to try the benchmark itself.
        trials: trainings.
        epochs: passes of each.
    """

    name: str
    trials: int
    epochs: int

    @property
    def steps(self) -> int:
        """Steps of all trainings together."""
        return self.trials * self.epochs * (TRAIN // BATCH)


WORKLOADS = {w.name: w for w in (Workload("W1", 8, 2), Workload("W2", 4, 10), Workload("tiny", 4, 1))}


def arguments() -> tuple[Path, int, int]:
    """Return what a contestant's process was started with: folder of ``images.npz``, trials, epochs."""
    return Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


def load(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return training images (n, 28, 28, 1) from 0 to 1 and their labels, then validation images and labels."""
    with np.load(folder / "images.npz") as arrays:
        images, labels = arrays["images"].astype("float32")[..., np.newaxis] / 255, arrays["labels"].astype("int64")
    held = slice(TRAIN, TRAIN + VALIDATION)
    return images[:TRAIN], labels[:TRAIN], images[held], labels[held]


def build(order: str) -> keras.Model:
    """Return the ``hvass02`` network as a user writes it, ending in logits."""
    import keras
    from keras import layers

    def weights() -> Any:
        return {"kernel_initializer": keras.initializers.TruncatedNormal(stddev=0.05),
                "bias_initializer": keras.initializers.Constant(0.05)}  # fmt: skip

    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (16, 36):
        model.add(layers.Conv2D(filters, 5, padding="same", **weights()))
        block = [layers.ReLU(), layers.MaxPooling2D(padding="same")]
        for layer in block if order == "before_pool" else reversed(block):
            model.add(layer)
    model.add(layers.Flatten())
    model.add(layers.Dense(128, activation="relu", **weights()))
    model.add(layers.Dense(10, **weights()))
    return model


def compiled(order: str, learning_rate: float) -> keras.Model:
    """Return the network, compiled for ``fit``."""
    import keras

    model = build(order)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(learning_rate), loss, metrics=["accuracy"])
    return model
