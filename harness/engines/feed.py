"""What a training is fed with, step by step: batches, learning rates and drawn numbers; the same for every backend."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.engines.augmenting import Draws
from harness.engines.base import Training
from harness.engines.objective import Numbers, class_weights
from harness.engines.optimizers import learning_rates
from harness.engines.order import BatchOrder


class Steps(NamedTuple):
    """Some steps of a training.

    Attributes:
        indices: of the images of each batch, (steps, batch size).
        rates: learning rates, (steps,).
        draws: how each image is changed, (steps, batch size, DRAWN); (steps, 0, DRAWN) without augmentation.
    """

    indices: npt.NDArray[np.int32]
    rates: npt.NDArray[np.float32]
    draws: npt.NDArray[np.float32]


class Feed:
    """The steps of one training, in order."""

    def __init__(self, training: Training) -> None:
        spec = training.spec
        self.batch_size = spec.batch_size
        self.order = BatchOrder(len(training.images), spec.batch_size, training.order_seed)
        self._rates = learning_rates(spec, training.total_steps)
        self._draws = Draws(spec.augment, training.images.shape[1:], spec.batch_size, training.augment_seed)
        self._done = 0

    def take(self, steps: int) -> Steps:
        """Return the next steps; beyond the last the learning rate stays as it is."""
        rates = self._rates.take(range(self._done, self._done + steps), mode="clip")
        self._done += steps
        return Steps(self.order.take(steps), rates, self._draws.take(steps))


def numbers_of(training: Training) -> Numbers:
    """Return the numbers of a training that do not change from step to step."""
    spec = training.spec
    weights = class_weights(spec, np.asarray(training.labels), int(training.model.output_shape[-1]))
    return Numbers(np.asarray(spec.weight_decay, np.float32), np.asarray(spec.l2, np.float32), weights, training.fill)


def padded(steps: Steps, rows: int) -> Steps:
    """Return steps with zeros after them, so that there are ``rows`` of them: steps that are not taken."""
    return Steps(*(np.concatenate([part, np.zeros((rows - len(part), *part.shape[1:]), part.dtype)]) for part in steps))
