"""What every engine does, whatever the backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.float32]
Labels = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Means:
    """Averages over images.

    Attributes:
        loss: softmax cross-entropy in nats.
        accuracy: share of images whose largest logit is that of their class.
    """

    loss: float
    accuracy: float


class Device(NamedTuple):
    """What computes.

    Attributes:
        device: "cpu" or "gpu".
        processor: model name of the CPU or GPU.
        backend: backend and version, e.g. ``tensorflow 2.21.0``.
    """

    device: str
    processor: str
    backend: str


class Engine(Protocol):
    """The compiled training loop of one network on one set of training images.

    Calls return when the device is done, so that clocks can be read around them.
    """

    def warm_up(self) -> float:
        """Compile what :meth:`train` and :meth:`evaluate` need and return the seconds it took.

        Weights, optimiser, dropout and batch order are afterwards as they were before.
        """
        ...

    def train(self, steps: int) -> Means:
        """Train on the next ``steps`` batches, going on where the last call ended.

        Returns:
            Means over these batches as they were trained on: before the update, with dropout, with label smoothing.
            Not-a-number for 0 steps.
        """
        ...

    def evaluate(self, images: Images, labels: Labels) -> Means:
        """Return loss (without label smoothing) and accuracy in inference mode.

        The images are put on the device at the first call with this very array and stay there: pass the same array
        again, and do not change its contents.

        Args:
            images: (n, height, width, channels), n at least 1.
            labels: (n,), whole numbers from 0.
        """
        ...

    def logits(self, images: Images) -> npt.NDArray[np.float32]:
        """Return the logits in inference mode, (n, classes), of images (n, height, width, channels)."""
        ...


def mean_scores(logits: npt.NDArray[np.float32], labels: Labels) -> Means:
    """Return softmax cross-entropy and accuracy of logits (n, classes) against labels (n,), summed in float64."""
    rows = np.arange(len(labels))
    with np.errstate(invalid="ignore", over="ignore"):  # a network that diverged has infinite logits; its loss is nan
        shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
        losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, labels]
    return Means(loss=float(losses.mean()), accuracy=float((logits.argmax(axis=1) == labels).mean()))
