"""Keras optimisers and learning rates from a training specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from harness.study import TrainSpec

WARM_UP_SHARE = 0.3
START_DIVISOR = 25.0
END_DIVISOR = 1e4


@dataclass
class Optimizer:
    """A Keras optimiser whose learning rate and weight decay are given with each step.

    So a program compiled around it serves every value of them: they are inputs, not constants.

    Attributes:
        keras: the optimiser, inside a LossScaleOptimizer for 'mixed_float16'.
    """

    keras: keras.optimizers.Optimizer
    _inner: keras.optimizers.Optimizer
    _rate: Any = 0.0

    def set(self, rate: Any, decay: Any) -> None:
        """Use a learning rate and a weight decay, numbers or tensors of the backend, from the next step on.

        Weight decay is that of 'adamw'; the others have none.
        """
        self._rate = rate
        if self._inner.weight_decay is not None:
            self._inner.weight_decay = decay

    @property
    def average_places(self) -> list[int]:
        """Where among the optimiser's variables the moving averages of the weights are, one for each; empty without."""
        if not self._inner.use_ema:
            return []
        averages = {id(variable): place for place, variable in enumerate(self.keras.variables)}
        return [averages[id(average)] for average in self._inner._model_variables_moving_average]

    def rate(self) -> Any:
        """Return the learning rate in use."""
        return self._rate


def build_optimizer(spec: TrainSpec) -> Optimizer:
    """Return the optimiser, with Keras's defaults for what the specification does not name.

    Moving averages of the weights (Polyak and Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging",
    in the exponential form) are Keras': after the first step they are the weights, then momentum times themselves and
    the rest of the weights. ``clip_norm`` is Keras' ``global_clipnorm`` (Pascanu et al. 2013, "On the difficulty of
    training recurrent neural networks").

    Weight decay of 'adamw' applies to all weights, biases too, as in Keras. With 'mixed_float16' the loss is scaled
    dynamically, since small gradients vanish in float16 (Micikevicius et al. 2018, "Mixed Precision Training").
    """

    def rate() -> Any:
        return built.rate()

    more: dict[str, Any] = {}
    if spec.clip_norm:
        more["global_clipnorm"] = spec.clip_norm
    if spec.clip_value:
        more["clipvalue"] = spec.clip_value
    if spec.ema:
        more |= {"use_ema": True, "ema_momentum": spec.ema}
    inner: Any
    if spec.optimizer == "adam":
        inner = keras.optimizers.Adam(rate, **more)
    elif spec.optimizer == "adamw":
        inner = keras.optimizers.AdamW(rate, weight_decay=spec.weight_decay, **more)
    elif spec.optimizer == "sgd":
        inner = keras.optimizers.SGD(rate, momentum=spec.momentum, **more)
    else:
        inner = keras.optimizers.RMSprop(rate, **more)
    outer = keras.optimizers.LossScaleOptimizer(inner) if spec.precision == "mixed_float16" else inner
    built = Optimizer(outer, inner, spec.learning_rate)
    return built


def optimizer_key(spec: TrainSpec) -> tuple[Any, ...]:
    """Return what tells apart optimisers that cannot share a compiled program."""
    momentum = spec.momentum if spec.optimizer == "sgd" else None
    return spec.optimizer, momentum, spec.precision == "mixed_float16", spec.clip_norm, spec.clip_value, spec.ema


def learning_rates(spec: TrainSpec, total_steps: int) -> npt.NDArray[np.float32]:
    """Return the learning rate of each step, (total_steps,).

    'one_cycle' rises along half a cosine from peak / 25 to the peak over the first 30 % of steps and falls along
    another to peak / 250,000, which it would reach at step ``total_steps``. The cycle is that of Smith and Topin 2018,
    "Super-Convergence", in the cosine form that fast.ai and PyTorch made common. 'cosine' is half a cosine from the
    learning rate to 0 (Loshchilov and Hutter 2017, "SGDR", without restarts).
    """
    done = np.arange(total_steps) / total_steps
    peak = spec.learning_rate
    if spec.schedule == "cosine":
        rates = peak * (1 + np.cos(np.pi * done)) / 2
    elif spec.schedule == "one_cycle":
        low = peak / START_DIVISOR
        end = low / END_DIVISOR
        up = np.minimum(done / WARM_UP_SHARE, 1.0)
        down = np.clip((done - WARM_UP_SHARE) / (1 - WARM_UP_SHARE), 0.0, 1.0)
        rising = low + (peak - low) * (1 - np.cos(np.pi * up)) / 2
        falling = end + (peak - end) * (1 + np.cos(np.pi * down)) / 2
        rates = np.where(done < WARM_UP_SHARE, rising, falling)
    else:
        rates = np.full(total_steps, peak)
    return rates.astype(np.float32)
