"""Keras callbacks that end a training when it has shown what it can.

They work at the end of each epoch, on Keras's log names, in plain ``model.fit(..., callbacks=[StopAtTarget(...)])`` as
well as in the worker's loop, where an "epoch" is one evaluation. None of them raises: Keras would skip the others' end.
A callback that stops the training sets ``model.stop_training`` and its own ``stop_reason``.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterable, Mapping

import keras

from harness.metrics import METRICS
from harness.records import StopReason
from harness.study import Variant

Logs = Mapping[str, float]

_LOG_NAMES = {"train_accuracy": "accuracy", "train_loss": "loss"}
_METRIC_NAMES = {log: metric for metric, log in _LOG_NAMES.items()}


class StopCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Base of the callbacks below.

    Attributes:
        stop_reason: why this callback stopped the training; None as long as it has not.
    """

    stop_reason: StopReason | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Forget an earlier training."""
        self.stop_reason = None

    def stop(self, reason: StopReason) -> None:
        """End the training after this epoch."""
        self.model.stop_training = True
        self.stop_reason = reason


class StopOnNotFinite(StopCallback):
    """Stop when any logged value is infinite or not a number: the network diverged."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Look at the values of this epoch."""
        if not _are_finite(logs):
            self.stop(StopReason.NOT_FINITE)


class StopAtTarget(StopCallback):
    """Stop when a metric has held its target for so many epochs in a row.

    Args:
        metric: "val_accuracy", "val_loss", "train_accuracy" or "train_loss".
        value: held when an accuracy is at least, a loss at most, this.
        in_a_row: epochs in a row that must hold it, at least 1.
        stop: False only notes ``reached_at`` and lets the training go on.

    Attributes:
        reached_at: ``epoch`` argument of the epoch that completed the first such row; None as long as there is none.
    """

    def __init__(self, metric: str, value: float, in_a_row: int = 1, stop: bool = True) -> None:
        super().__init__()
        self.metric = metric
        self.value = value
        self.in_a_row = in_a_row
        self.stops = stop
        self.reached_at: int | None = None
        self._held = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget an earlier training."""
        super().on_train_begin(logs)
        self.reached_at, self._held = None, 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the metric of this epoch; a missing value does not hold the target.

        Nor does any value where another is not finite: the accuracy of a network that diverged is the share of class 0.
        """
        value = _value(self.metric, logs)
        self._held = self._held + 1 if value is not None and _are_finite(logs) and self._is_held(value) else 0
        if self._held >= self.in_a_row and self.reached_at is None:
            self.reached_at = epoch
            if self.stops:
                self.stop(StopReason.TARGET)

    def _is_held(self, value: float) -> bool:
        sign = METRICS[self.metric].sign
        return sign * value >= sign * self.value


class PruneWhenTold(StopCallback):
    """Stop when someone who can compare this training with others says so.

    Args:
        decide: receives the values of an epoch by our metric names (``train_loss``, ``val_accuracy``, ...) and says
            whether to prune. It is called once for every epoch, whatever the other callbacks do.
    """

    def __init__(self, decide: Callable[[Logs], bool]) -> None:
        super().__init__()
        self.decide = decide

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Ask."""
        if self.decide({_METRIC_NAMES.get(name, name): value for name, value in (logs or {}).items()}):
            self.stop(StopReason.PRUNED)


class StopOnPlateau(StopCallback):
    """Stop after so many epochs in a row without a new best value.

    Args:
        metric: "val_accuracy", "val_loss", "train_accuracy" or "train_loss".
        evaluations: epochs in a row, at least 1.
        min_delta: a new best must be better than the old one by more than this.
    """

    def __init__(self, metric: str, evaluations: int, min_delta: float = 0.0) -> None:
        super().__init__()
        self.metric = metric
        self.evaluations = evaluations
        self.min_delta = min_delta
        self._best = math.nan
        self._waited = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget an earlier training."""
        super().on_train_begin(logs)
        self._best, self._waited = math.nan, 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Look at the metric of this epoch; a missing value is passed over, not-a-number is no improvement."""
        value = _value(self.metric, logs)
        if value is None:
            return
        gain = METRICS[self.metric].sign * (value - self._best)
        if gain > self.min_delta or (math.isnan(self._best) and not math.isnan(value)):
            self._best, self._waited = value, 0
            return
        self._waited += 1
        if self._waited >= self.evaluations:
            self.stop(StopReason.PLATEAU)


class TimeBudget(StopCallback):
    """Stop at the end of the first epoch that is over the budget.

    Args:
        seconds: the budget.
        clock: returns the seconds used so far; by default those since training began, validation included.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] | None = None) -> None:
        super().__init__()
        self.seconds = seconds
        self.clock = clock or self._since_start
        self._started = time.perf_counter()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start the default clock."""
        super().on_train_begin(logs)
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Read the clock."""
        if self.clock() >= self.seconds:
            self.stop(StopReason.TIME_BUDGET)

    def _since_start(self) -> float:
        return time.perf_counter() - self._started


def stop_callbacks(
    variant: Variant, clock: Callable[[], float], decide: Callable[[Logs], bool] | None = None
) -> list[StopCallback]:
    """Return the callbacks that a variant's protocol asks for, in order of precedence.

    Not finite, target, pruned, plateau, time budget: where several fire at the same epoch, :func:`stop_reason` names
    the first. A target that is reached counts as such even if the training would have been pruned there, but not where
    a value is not finite.

    Args:
        variant: its target, plateau and time budget are used.
        clock: returns the training seconds so far.
        decide: whether to prune, see :class:`PruneWhenTold`; None for a training that is not pruned.
    """
    train, target = variant.train, variant.target
    callbacks: list[StopCallback] = [StopOnNotFinite()]
    if target:
        callbacks.append(StopAtTarget(target.metric, target.value, target.in_a_row, target.stop))
    if decide:
        callbacks.append(PruneWhenTold(decide))
    if train.plateau:
        plateau = train.plateau
        callbacks.append(StopOnPlateau(plateau.metric, plateau.evaluations, plateau.min_delta))
    if train.max_seconds is not None:
        callbacks.append(TimeBudget(train.max_seconds, clock))
    return callbacks


def stop_reason(callbacks: Iterable[StopCallback]) -> StopReason | None:
    """Return the reason of the first callback in the list that stopped the training; None if none did."""
    return next((callback.stop_reason for callback in callbacks if callback.stop_reason), None)


def keras_logs(metrics: Logs) -> dict[str, float]:
    """Return metrics under Keras's log names: ``train_loss`` as ``loss``, ``train_accuracy`` as ``accuracy``."""
    return {_LOG_NAMES.get(name, name): value for name, value in metrics.items()}


def _are_finite(logs: Logs | None) -> bool:
    return all(math.isfinite(value) for value in (logs or {}).values())


def _value(metric: str, logs: Logs | None) -> float | None:
    """Return a metric from Keras's logs; None, with a warning, if it is missing."""
    logs = logs or {}
    name = _LOG_NAMES.get(metric, metric)
    if name in logs:
        return float(logs[name])
    warnings.warn(f"{metric} needs {name!r} in the logs, got {', '.join(logs) or 'none'}.", stacklevel=3)
    return None
