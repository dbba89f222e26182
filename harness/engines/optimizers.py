"""Keras optimisers and learning rate schedules from a training specification."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from harness.study import TrainSpec

WARM_UP_SHARE = 0.3
START_DIVISOR = 25.0
END_DIVISOR = 1e4


def build_optimizer(spec: TrainSpec, total_steps: int) -> keras.optimizers.Optimizer:
    """Return the optimiser, with Keras's defaults for what the specification does not name.

    Weight decay of 'adamw' applies to all weights, biases too, as in Keras. With 'mixed_float16' the loss is scaled
    dynamically, since small gradients vanish in float16 (Micikevicius et al. 2018, "Mixed Precision Training").

    Args:
        spec: optimiser, learning rate, schedule and precision.
        total_steps: the steps that the schedule spans.
    """
    rate = build_schedule(spec, total_steps)
    optimizer: Any
    if spec.optimizer == "adam":
        optimizer = keras.optimizers.Adam(rate)
    elif spec.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=spec.weight_decay)
    elif spec.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(rate, momentum=spec.momentum)
    else:
        optimizer = keras.optimizers.RMSprop(rate)
    if spec.precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def build_schedule(spec: TrainSpec, total_steps: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate, or what gives it for each step from 0 to ``total_steps`` - 1."""
    if spec.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(spec.learning_rate, decay_steps=total_steps)
    if spec.schedule == "one_cycle":
        return OneCycle(spec.learning_rate, total_steps)
    return float(spec.learning_rate)


@keras.saving.register_keras_serializable("harness")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """One cycle of the learning rate: up along half a cosine over the first 30 % of steps, then down along another.

    From peak / 25 to the peak to peak / 250,000, which is reached when ``total_steps`` steps are done. The cycle is
    that of Smith and Topin 2018, "Super-Convergence", in the cosine form that fast.ai and PyTorch made common.

    Args:
        peak: highest learning rate.
        total_steps: steps of the whole cycle, at least 1.
    """

    def __init__(self, peak: float, total_steps: int) -> None:
        self.peak = float(peak)
        self.total_steps = total_steps

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step, counted from 0."""
        done = ops.cast(step, "float32") / self.total_steps
        low = self.peak / START_DIVISOR
        end = low / END_DIVISOR
        up = ops.minimum(done / WARM_UP_SHARE, 1.0)
        down = ops.clip((done - WARM_UP_SHARE) / (1 - WARM_UP_SHARE), 0.0, 1.0)
        rising = low + (self.peak - low) * (1 - ops.cos(math.pi * up)) / 2
        falling = end + (self.peak - end) * (1 + ops.cos(math.pi * down)) / 2
        return ops.where(done < WARM_UP_SHARE, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, for saved models."""
        return {"peak": self.peak, "total_steps": self.total_steps}
