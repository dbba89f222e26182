"""What a training minimises: losses by name, weights of classes, L2; one arithmetic for every backend."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from keras import ops

from harness.study import TrainSpec


class Numbers(NamedTuple):
    """Numbers of a training that are inputs of its program.

    Attributes:
        decay: weight decay.
        l2: of the kernels.
        class_weights: (classes,).
        background: a pixel of the fill of augmentation at each place, (height, width, channels).
    """

    decay: npt.NDArray[np.float32]
    l2: npt.NDArray[np.float32]
    class_weights: npt.NDArray[np.float32]
    background: npt.NDArray[np.float32]


def class_weights(spec: TrainSpec, labels: npt.NDArray[np.integer], classes: int) -> npt.NDArray[np.float32]:
    """Return the weight of each class, (classes,).

    'balanced' is images / (classes x images of the class), as scikit-learn has it (King and Zeng 2001, "Logistic
    Regression in Rare Events Data"): every class then weighs as much as every other, and the mean weight is 1.

    Args:
        spec: whose classes are weighted.
        labels: of the training images, (n,).
        classes: how many there are.
    """
    if spec.class_weights == "none":
        return np.ones(classes, np.float32)
    if spec.class_weights == "balanced":
        counts = np.bincount(labels, minlength=classes)
        return (len(labels) / (classes * np.maximum(counts, 1))).astype(np.float32)
    return np.asarray(spec.class_weights, np.float32)


def named_losses(spec: TrainSpec, logits: Any, labels: Any) -> Any:
    """Return the loss of each image, (batch,), of a loss that is not cross-entropy.

    With p the softmax, y the label as 0 and 1 (smoothed by ``label_smoothing``), sums over the classes:

    - 'focal': sum of -y (1 - p)^gamma log p (Lin et al. 2017, "Focal Loss for Dense Object Detection", without alpha);
    - 'squared_error': mean of (p - y)^2 (Brier 1950, "Verification of Forecasts Expressed in Terms of Probability",
      divided by the number of classes, as Keras' mean squared error).

    Args:
        spec: names the loss.
        logits: (batch, classes).
        labels: (batch,).
    """
    classes = logits.shape[-1]
    target = ops.one_hot(labels, classes, dtype=logits.dtype)
    target = target * (1 - spec.label_smoothing) + spec.label_smoothing / classes
    if spec.loss == "focal":
        logs = ops.log_softmax(logits)
        return ops.sum(-target * (1 - ops.exp(logs)) ** spec.focal_gamma * logs, axis=-1)
    return ops.mean((ops.softmax(logits) - target) ** 2, axis=-1)


def penalty(l2: Any, variables: Sequence[Any]) -> Any:
    """Return ``l2`` times the sum of the squares of all kernels: the weights with two dimensions or more."""
    return l2 * sum(ops.sum(ops.square(variable)) for variable in variables if len(variable.shape) > 1)


def objective_key(spec: TrainSpec) -> Hashable:
    """Return what tells apart objectives that cannot share a compiled program."""
    gamma = spec.focal_gamma if spec.loss == "focal" else None
    return spec.label_smoothing, spec.loss, gamma, spec.class_weights != "none", spec.l2 > 0
