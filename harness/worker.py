"""One job: data, network, engine, callbacks, clocks, artifacts. A worker only trains; it knows no Optuna and no MLflow.

Clocks are kept apart, and read when the device is done: compile, train, evaluate, record. The training clock, which
`seconds_to_target` comes from, runs during training steps alone (as AlgoPerf's rules have it).
"""

from __future__ import annotations

import contextlib
import csv
import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import (
    Clocks,
    Evaluated,
    Event,
    Fingerprint,
    Finished,
    Job,
    Resources,
    Started,
    StopReason,
    TrialResult,
)
from harness.study import DataSpec, TrainSpec, Variant

if TYPE_CHECKING:
    import keras

    from harness.callbacks import StopCallback
    from harness.data import ImageData
    from harness.engines import Engine, Means

Emit = Callable[[Event], None]
Decide = Callable[[Evaluated], bool]


class Stopwatch:
    """Adds up seconds under names."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys(("prepare", "compile", "train", "evaluate", "record"), 0.0)

    @contextlib.contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Count the time of the block under ``name``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - start

    @property
    def train(self) -> float:
        """Training seconds so far."""
        return self.seconds["train"]


def run_job(job: Job, resources: Resources, emit: Emit, decide: Decide | None = None) -> TrialResult:
    """Train, and write the artifacts to ``job.output``.

    Args:
        job: what to train.
        resources: what this process may use.
        emit: takes each event as it happens.
        decide: for a prunable job, says after each evaluation whether to prune.

    Returns:
        The result, which also goes out in the last event.

    Raises:
        HarnessError: for missing data, an impossible network, a backend without an engine.
    """
    # Imported here so that a driver can name this module without loading a backend.
    from harness.cost import total_costs
    from harness.engines import build_engine, configure, describe_device
    from harness.network import build_network

    watch = Stopwatch()
    variant, train = job.variant, job.variant.train
    threads = configure(resources.threads)
    with watch.timing("prepare"):
        split = job.seeds.split if variant.data.split == "stratified" else 0
        data = _load(variant.data, split, job.data_folder)
        model = build_network(
            variant.model, data.image_shape, data.classes, job.seeds.weights, train.precision, job.seeds.dropout
        )
        total = max_steps(train, len(data.train.images))
        engine = build_engine(model, train, total, data.train.images, data.train.labels, job.seeds.order)
    costs = total_costs(variant.model, data.image_shape, data.classes)
    emit(Started(job.trial, _fingerprint(threads, resources.workers, describe_device()), costs, data.digest, total))
    watch.seconds["compile"] = engine.warm_up()
    session = _Session(job, data, model, engine, watch, emit)
    reason = session.train(total, decide)
    with watch.timing("evaluate"):
        test = engine.evaluate(data.test.images, data.test.labels)
    with watch.timing("record"):
        _write_artifacts(job, data, engine, model, session.history)
    result = session.result(reason, test, costs)
    emit(Finished(job.trial, result))
    return result


@functools.lru_cache(maxsize=1)
def _load(spec: DataSpec, seed: int, folder: Path | None) -> ImageData:
    """Load images once for all trials of this process that share them: the engines then share them on the device."""
    from harness.data import load_images

    return load_images(spec, seed, folder)


def max_steps(train: TrainSpec, images: int) -> int:
    """Return how many steps a training takes at most."""
    from harness.engines import steps_for

    if train.max_steps is not None:
        return train.max_steps
    assert train.max_epochs is not None
    return steps_for(train.max_epochs, images, train.batch_size)


def evaluation_steps(train: TrainSpec, images: int, total: int) -> Iterator[int]:
    """Yield the steps after which to evaluate, ending with ``total``."""
    from harness.engines import steps_for

    count = before = 0
    while True:
        count += 1
        every = train.evaluate_every
        step = steps_for(count, images, train.batch_size) if every == "epoch" else count * every
        if step > before:  # a step may be several epochs of very few images
            yield min(step, total)
        if step >= total:
            return
        before = step


class _Session:
    """The training of one job: the loop and what it notes."""

    def __init__(
        self, job: Job, data: ImageData, model: keras.Model, engine: Engine, watch: Stopwatch, emit: Emit
    ) -> None:
        self.job, self.data, self.model, self.engine, self.watch, self.emit = job, data, model, engine, watch, emit
        self.history: list[Evaluated] = []
        self.target_at: int | None = None

    def train(self, total: int, decide: Decide | None) -> StopReason:
        """Train until a callback stops it or ``total`` steps are done; return why it ended."""
        from keras.callbacks import CallbackList

        from harness.callbacks import StopAtTarget, keras_logs, stop_callbacks, stop_reason

        images = len(self.data.train.images)
        asked = decide if self.job.prunable else None
        prune = (lambda _: self._ask(asked)) if asked else None
        stops: list[StopCallback] = stop_callbacks(self.job.variant, clock=lambda: self.watch.train, decide=prune)
        callbacks = CallbackList(stops, model=self.model)
        self.model.stop_training = False  # what Keras's fit does before it asks callbacks
        callbacks.on_train_begin()
        done = 0
        for index, step in enumerate(evaluation_steps(self.job.variant.train, images, total)):
            with self.watch.timing("train"):
                means = self.engine.train(step - done)
            done = step
            self._evaluate(step, means)
            callbacks.on_epoch_end(index, keras_logs(self.history[-1].metrics))
            if self.model.stop_training:
                break
        callbacks.on_train_end()
        target = next((stop for stop in stops if isinstance(stop, StopAtTarget)), None)
        self.target_at = target.reached_at if target else None
        return stop_reason(stops) or StopReason.MAXIMUM

    def _evaluate(self, step: int, means: Means) -> None:
        metrics = {"train_loss": means.loss, "train_accuracy": means.accuracy}
        validation = self.data.validation
        if len(validation.images):
            with self.watch.timing("evaluate"):
                measured = self.engine.evaluate(validation.images, validation.labels)
            metrics |= {"val_loss": measured.loss, "val_accuracy": measured.accuracy}
        event = Evaluated(self.job.trial, step, self._epochs(step), self.watch.train, metrics)
        self.history.append(event)
        with self.watch.timing("record"):
            self.emit(event)

    def _ask(self, decide: Decide) -> bool:
        with self.watch.timing("record"):
            return decide(self.history[-1])

    def _epochs(self, step: int) -> float:
        return step * self.job.variant.train.batch_size / len(self.data.train.images)

    def result(self, reason: StopReason, test: Means, costs: dict[str, int]) -> TrialResult:
        """Return what the training came to."""
        last = self.history[-1]
        reached = None if self.target_at is None else self.history[self.target_at]
        return TrialResult(
            stop_reason=reason,
            steps=last.step,
            epochs=last.epoch,
            metrics={**last.metrics, "test_loss": test.loss, "test_accuracy": test.accuracy},
            clocks=Clocks(**self.watch.seconds),
            steps_to_target=reached.step if reached else None,
            seconds_to_target=reached.train_seconds if reached else None,
            images_per_second=last.step * self.job.variant.train.batch_size / max(self.watch.train, 1e-9),
            costs=costs,
        )


def _fingerprint(threads: int, workers: int, device: tuple[str, str, str]) -> Fingerprint:
    import platform

    import keras

    kind, processor, backend = device
    return Fingerprint(
        processor=processor,
        device=kind,
        backend=backend,
        keras=keras.__version__,
        python=platform.python_version(),
        threads=threads,
        workers=workers,
    )


def _write_artifacts(job: Job, data: ImageData, engine: Engine, model: keras.Model, history: list[Evaluated]) -> None:
    """Write history, confusion matrix, mistakes, summary and model to the job's output folder."""
    import numpy as np
    from scipy.special import softmax

    from harness.insight import confusion_matrix, draw_confusion, draw_mistakes, most_confident_mistakes

    folder = job.output
    folder.mkdir(parents=True, exist_ok=True)
    columns = list(history[0].metrics)
    with (folder / "history.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "epoch", "train_seconds", *columns])
        writer.writerows([e.step, e.epoch, e.train_seconds, *(e.metrics[c] for c in columns)] for e in history)
    logits = engine.logits(data.test.images)
    matrix = confusion_matrix(data.test.labels, logits.argmax(axis=1), data.classes)
    with (folder / "confusion_matrix.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["true \\ predicted", *data.class_names])
        writer.writerows([name, *row] for name, row in zip(data.class_names, matrix.tolist(), strict=True))
    draw_confusion(matrix, data.class_names).savefig(folder / "confusion_matrix.png", dpi=100)
    probabilities = np.nan_to_num(softmax(logits, axis=1))  # a network that diverged predicts nothing
    mistakes = most_confident_mistakes(probabilities, data.test.labels)
    draw_mistakes(data.test_pixels, mistakes, data.class_names).savefig(folder / "misclassified.png", dpi=100)
    (folder / "summary.txt").write_text(summarise(job.variant, data.image_shape, data.classes), encoding="utf-8")
    model.save(folder / "model.keras")


def summarise(variant: Variant, image_shape: tuple[int, int, int], classes: int) -> str:
    """Return the network layer by layer as text: output shapes, parameters, multiply-accumulates."""
    from harness.cost import layer_costs, total_costs

    lines = [f"{'layer':<16}{'output':<16}{'parameters':>12}{'macs':>14}"]
    lines.append(f"{'image':<16}{'x'.join(map(str, image_shape)):<16}")
    for layer in layer_costs(variant.model, image_shape, classes):
        shape = "x".join(map(str, layer.output_shape))
        lines.append(f"{layer.name:<16}{shape:<16}{layer.parameters:>12,}{layer.macs:>14,}")
    total = total_costs(variant.model, image_shape, classes)
    lines.append(f"{'total':<16}{'':<16}{total['parameters']:>12,}{total['macs']:>14,}")
    return "\n".join(lines) + "\n"
