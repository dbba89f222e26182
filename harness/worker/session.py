"""The training of one job: what it notes, and when it ends. Several of them may share one loop."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from harness.machine import Load
from harness.metrics import CLOCKS, METRICS
from harness.records import Clocks, Evaluated, Event, Fingerprint, Job, Scored, StopReason, TrialResult

if TYPE_CHECKING:
    import keras

    from harness.data import ImageData
    from harness.engines import Means

Emit = Callable[[Event], None]
Decide = Callable[[Evaluated], bool]


class Stopwatch:
    """Adds up seconds under names."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(CLOCKS, 0.0)

    @contextlib.contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Count the time of the block under ``name``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - start


@contextlib.contextmanager
def all_timing(sessions: Sequence[Session], name: str) -> Iterator[None]:
    """Count the time of the block for every session."""
    counted = list(sessions)
    start = time.perf_counter()
    try:
        yield
    finally:
        for session in counted:
            session.watch.seconds[name] += time.perf_counter() - start


class Session:
    """What one job's training notes, evaluation by evaluation, and whether its callbacks have ended it.

    Args:
        job: what is trained.
        folder: for its artifacts.
        data: its images.
        model: its network.
        costs: cost figures of the network.
        emit: takes each event.
        decide: for a prunable job, says after each evaluation whether to prune.

    Attributes:
        fingerprint: where it runs; None before that is known.
        load: what others did on the machine meanwhile; None if unknown.
        best: the evaluation with the best value of ``train.restore_best`` so far; None without.
        diverged: whether an evaluated value was not finite or, once the training is over, its network is not.
    """

    def __init__(
        self,
        job: Job,
        folder: Path,
        data: ImageData,
        model: keras.Model,
        costs: dict[str, int],
        emit: Emit,
        decide: Decide | None,
    ) -> None:
        from keras.callbacks import CallbackList

        from harness.callbacks import StopAtTarget, StopCallback, stop_callbacks

        self.job, self.folder, self.data, self.model, self.costs, self.emit = job, folder, data, model, costs, emit
        self.watch = Stopwatch()
        self.history: list[Evaluated] = []
        self.tested: list[Scored] = []
        self.best: Evaluated | None = None
        self.refit_steps = 0
        self.diverged = False
        self.fingerprint: Fingerprint | None = None
        self.load: Load | None = None
        self.snapshots: dict[int, np.ndarray] = {}
        self.first_convolution = ""
        asked = decide if job.prunable else None
        prune = (lambda _: self._ask(asked)) if asked else None
        self._stops: list[StopCallback] = stop_callbacks(
            job.variant, clock=lambda: self.watch.seconds["train"], decide=prune
        )
        self._target = next((stop for stop in self._stops if isinstance(stop, StopAtTarget)), None)
        self._callbacks = CallbackList(self._stops, model=model)
        model.stop_training = False  # what Keras's fit does before it asks callbacks
        self._callbacks.on_train_begin()
        self.keep_weights(0)

    @property
    def is_over(self) -> bool:
        """Whether a callback has ended the training."""
        return bool(self.model.stop_training)

    def note(self, step: int, trained: Means, validated: Mapping[str, float]) -> None:
        """Note an evaluation, send it out, and let the callbacks look at it."""
        from harness.callbacks import keras_logs

        metrics = {"train_loss": trained.loss, "train_accuracy": trained.accuracy, **validated}
        event = Evaluated(self.job.trial, step, self._epoch(step), self.watch.seconds["train"], metrics)
        self.history.append(event)
        with self.watch.timing("record"):
            self.emit(event)
        if self._is_better(event):
            self.best = event
        self._callbacks.on_epoch_end(len(self.history) - 1, keras_logs(metrics))
        self.diverged = not all(map(math.isfinite, metrics.values()))

    def _is_better(self, event: Evaluated) -> bool:
        """Whether an evaluation is the best so far, where the best is asked for."""
        name = self.job.variant.train.restore_best
        value = event.metrics.get(name, math.nan)
        if math.isnan(value):
            return False
        return self.best is None or METRICS[name].sign * (value - self.best.metrics[name]) > 0

    @property
    def is_best(self) -> bool:
        """Whether the network is to be kept as it is now."""
        return self.best is self.history[-1]

    @property
    def kept(self) -> Evaluated:
        """The evaluation whose network is tested and kept: the last, or the best; of what diverged the last."""
        return self.history[-1] if self.best is None or self.diverged else self.best

    @property
    def wants_weights(self) -> bool:
        """Whether the weights as they are now are to be kept: of a showcase, after 1, 2, 4, 8, ... evaluations."""
        count = len(self.history)
        return self.job.insight == "full" and count & (count - 1) == 0

    def keep_weights(self, step: int, last: bool = False) -> None:
        """Keep the weights of the first convolution, of a job with full insight, as they are in the model now.

        Args:
            step: training steps done.
            last: the training is over.
        """
        from harness.insight import convolutions

        if self.job.insight != "full" or (last and self.refit_steps):
            return
        first = next(iter(convolutions(self.model)), None)
        if first is None:
            return
        self.first_convolution = first.name
        self.snapshots[step] = np.asarray(first.get_weights()[0], np.float32)

    def note_test(self, step: int, metrics: Mapping[str, float]) -> None:
        """Note how the test split scores by now, and send it out; no callback sees it."""
        event = Scored(self.job.trial, step, self._epoch(step), self.watch.seconds["train"], metrics)
        self.tested.append(event)
        with self.watch.timing("record"):
            self.emit(event)

    def look_at_the_end(self, logits: npt.NDArray[np.float32]) -> None:
        """Note whether the network that is left diverged: after the last evaluation, say, or in its second training.

        Args:
            logits: of the test images, (n, classes).
        """
        # the weights too: an activation may make a number of what is none
        arrays = [logits, *self.model.get_weights()]
        self.diverged = self.diverged or not all(np.isfinite(array).all() for array in arrays)

    def _epoch(self, step: int) -> float:
        return step * self.job.variant.train.batch_size / len(self.data.train.images)

    def _ask(self, decide: Decide) -> bool:
        with self.watch.timing("record"):
            return decide(self.history[-1])

    def result(self, measured: Mapping[str, float]) -> TrialResult:
        """End the training, and return what it came to.

        A network that diverged has no scores and missed its target, even one that it had held before: what is left
        of it holds nothing.

        Args:
            measured: metric -> value, of the network at the end: scores of the test split, and what probes found.
        """
        from harness.callbacks import stop_reason

        self._callbacks.on_train_end()
        reached_at = self._target.reached_at if self._target else None
        reached = None if reached_at is None or self.diverged else self.history[reached_at]
        last, seconds = self.history[-1], self.watch.seconds
        reason = StopReason.NOT_FINITE if self.diverged else stop_reason(self._stops) or StopReason.MAXIMUM
        return TrialResult(
            stop_reason=reason,
            steps=last.step,
            epochs=last.epoch,
            metrics={} if self.diverged else {**last.metrics, **measured},
            clocks=Clocks(**seconds),
            steps_to_target=reached.step if reached else None,
            seconds_to_target=reached.train_seconds if reached else None,
            images_per_second=last.step * self.job.variant.train.batch_size / max(seconds["train"], 1e-9),
            costs=self.costs,
            refit_steps=self.refit_steps,
            restored_step=None if self.kept is last else self.kept.step,
            foreign_load=self.load.foreign_load if self.load else None,
            studies_beside=self.load.studies_beside if self.load else None,
            digests={"weights": _digest(self.model.get_weights()), "history": _digest(self._numbers())},
            fingerprint=self.fingerprint,
        )

    def _numbers(self) -> list[np.ndarray]:
        """Everything that was evaluated, without seconds."""
        events: list[Evaluated | Scored] = [*self.history, *self.tested]
        return [np.array([event.step, *event.metrics.values()], np.float64) for event in events]


def _digest(arrays: Sequence[np.ndarray]) -> str:
    """Return the first 16 hex digits of the SHA-256 of the arrays' bytes, one after the other."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]
