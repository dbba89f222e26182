"""What every engine does, whatever the backend."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from harness.machine import this_processor
from harness.study import TrainSpec

if TYPE_CHECKING:
    import keras

Images = npt.NDArray[np.float32]
Labels = npt.NDArray[np.integer]
Gradients = Callable[[Images, npt.NDArray[np.int64]], tuple[npt.NDArray[np.float32], Images]]
"""Takes images and the column of the output that is meant for each (n,); returns its value (n,) and its gradient by the
pixels, of the images' shape."""


@dataclass(frozen=True)
class Means:
    """Averages over images.

    Attributes:
        loss: softmax cross-entropy in nats.
        accuracy: share of images whose largest logit is that of their class; not-a-number where the loss is not
            finite, since the largest of logits that are no numbers is said to be the first: class 0.
    """

    loss: float
    accuracy: float


def memory_share(gpu_share: float) -> float:
    """Return which part of a GPU's memory goes with a share of the GPU: CUDA itself wants some for every process."""
    return 0.9 * gpu_share


class Device(NamedTuple):
    """What computes.

    Attributes:
        device: "cpu" or "gpu".
        processor: model name of the CPU or GPU.
        backend: backend and version, e.g. ``tensorflow 2.21.0``.
        model: of a CPU, numbers that tell it from others of its name.
        instructions: of a CPU, what of its instruction sets matters.
    """

    device: str
    processor: str
    backend: str
    model: str = ""
    instructions: str = ""


class Engine(Protocol):
    """The compiled training loop of one network on one set of training images.

    Calls return when the device is done, so that clocks can be read around them.
    """

    def warm_up(self, steps: int = 1) -> float:
        """Compile what :meth:`train` and :meth:`logits` need and return the seconds it took.

        Weights, optimiser, dropout and batch order are afterwards as they were before.

        Args:
            steps: how many the calls of :meth:`train` will have at most.
        """
        ...

    def train(self, steps: int) -> Means:
        """Train on the next ``steps`` batches, going on where the last call ended.

        Returns:
            Means over these batches as they were trained on: before the update, augmented, with dropout, with label
            smoothing.
            Not-a-number for 0 steps.
        """
        ...

    def logits(self, images: Images) -> npt.NDArray[np.float32]:
        """Return the logits in inference mode, (n, classes).

        The images are put on the device at the first call with this very array and stay there: pass the same array
        again, and do not change its contents.

        Args:
            images: (n, height, width, channels), n at least 1.
        """
        ...

    def keep(self) -> None:
        """Keep the network as it is now, in the place of one that was kept before."""
        ...

    def restore(self) -> None:
        """Put back the network that was kept last; it is not to be trained any more."""
        ...

    def write_back(self) -> None:
        """Give the trained weights to the model that the engine was built for."""
        ...


class PackEngine(Protocol):
    """The compiled training loop of several networks of one shape, which train side by side in one program.

    What is said of :class:`Engine` holds here for each of them; results are in the order the networks were given in.
    """

    def warm_up(self, steps: int = 1) -> float:
        """Compile; see :meth:`Engine.warm_up`."""
        ...

    def train(self, steps: int) -> list[Means]:
        """Train each of them that was not frozen; see :meth:`Engine.train`. What is said of a frozen one is void."""
        ...

    def freeze(self, index: int) -> None:
        """Leave one of them as it is from now on."""
        ...

    def keep(self, index: int) -> None:
        """Keep one of them as it is now; see :meth:`Engine.keep`."""
        ...

    def restore(self, index: int) -> None:
        """Put back what was kept of one; see :meth:`Engine.restore`."""
        ...

    def logits(self, images: Sequence[Images]) -> list[npt.NDArray[np.float32]]:
        """Return the logits of each network for its images; see :meth:`Engine.logits`."""
        ...

    def write_back(self) -> None:
        """Give the trained weights to the models."""
        ...


class Training(NamedTuple):
    """What an engine trains.

    Attributes:
        model: from :func:`harness.network.build_network`, not compiled.
        spec: optimiser and protocol.
        total_steps: steps that a learning rate schedule spans.
        images: training images (n, height, width, channels).
        labels: training labels (n,), whole numbers from 0.
        order_seed: seed of the batch order.
        augment_seed: seed of how images are changed with ``spec.augment``.
        background: a pixel of its fill at each place, (height, width, channels), scaled like the images; None for
            zeros.
    """

    model: keras.Model
    spec: TrainSpec
    total_steps: int
    images: Images
    labels: Labels
    order_seed: int
    augment_seed: int = 0
    background: Images | None = None

    @property
    def fill(self) -> Images:
        """The background, (height, width, channels)."""
        return np.zeros(self.images.shape[1:], np.float32) if self.background is None else self.background


def cpu(backend: str) -> Device:
    """Return this machine's processor as what a backend computes on."""
    found = this_processor()
    return Device("cpu", found.name, backend, found.model, found.instructions)


def mean_scores(logits: npt.NDArray[np.float32], labels: Labels) -> Means:
    """Return softmax cross-entropy and accuracy of logits (n, classes) against labels (n,), summed in float64.

    Both are not-a-number if any logit is not finite: the network diverged.
    """
    if not np.isfinite(logits).all():
        return Means(math.nan, math.nan)
    rows = np.arange(len(labels))
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, labels]
    return Means(loss=float(losses.mean()), accuracy=float((logits.argmax(axis=1) == labels).mean()))


def batch_means(loss_sum: float, hits: int, steps: int, batch_size: int) -> Means:
    """Return the means over batches that were trained on.

    Args:
        loss_sum: sum of the batches' mean losses.
        hits: images whose largest logit was that of their class.
        steps: number of batches; 0 gives not-a-number.
        batch_size: images in each.
    """
    if steps == 0 or not math.isfinite(loss_sum):
        return Means(loss_sum / steps if steps else math.nan, math.nan)
    return Means(loss_sum / steps, hits / (steps * batch_size))


def probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the softmax of logits (n, classes); zeros where a network that diverged predicts nothing."""
    with np.errstate(invalid="ignore", over="ignore"):
        powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
        shares: npt.NDArray[np.float64] = np.nan_to_num(powers / powers.sum(axis=1, keepdims=True))
    return shares
