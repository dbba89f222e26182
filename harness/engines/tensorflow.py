"""The TensorFlow engine: many steps in one call of one compiled program, over images held on the device."""

from __future__ import annotations

import os
import time
import weakref
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from harness.engines.base import Device, Images, Labels, Means, mean_scores
from harness.engines.optimizers import build_optimizer
from harness.engines.order import BatchOrder
from harness.errors import HarnessError
from harness.study import TrainSpec

EVALUATION_BATCH = 1000
"""Images in one forward pass of an evaluation."""

CALL_STEPS = 2000
"""Steps in one call of the compiled program at most, so that the indices of a long training stay small."""


def configure(threads: int | None) -> int:
    """Set how many threads operations use, and let GPU memory grow; return the number in use.

    Raises:
        HarnessError: if TensorFlow has already computed something with another number.
    """
    if threads is None:
        return _threads_in_use()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError as error:
        if threads == _threads_in_use():
            return threads
        raise HarnessError(
            f"threads must be set before TensorFlow computes anything, got {threads} in a process that has already "
            f"started with {_threads_in_use()} ({error}). Use a fresh process."
        ) from None
    return threads


def _threads_in_use() -> int:
    """What was set, else TensorFlow's own choice: as many as there are cores to use."""
    return int(tf.config.threading.get_intra_op_parallelism_threads()) or len(os.sched_getaffinity(0))


def describe_device() -> Device:
    """Return the first GPU that TensorFlow sees, or the CPU."""
    backend = f"tensorflow {tf.__version__}"
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return Device("gpu", details.get("device_name", "unknown GPU"), backend)
    return Device("cpu", _cpu_name(), backend)


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown CPU"


_COPIES: dict[int, tf.Tensor] = {}


def _on_device(images: Images) -> tf.Tensor:
    """Return the copy of an array on the device, which lives as long as the array: trials of a worker share it."""
    key = id(images)
    if key not in _COPIES:
        _COPIES[key] = tf.constant(images, tf.float32)
        weakref.finalize(images, _COPIES.pop, key, None)  # before Python can give its id to another array
    return _COPIES[key]


def build(
    model: keras.Model, spec: TrainSpec, total_steps: int, images: Images, labels: Labels, order_seed: int
) -> TensorFlowEngine:
    """Return an engine; see :func:`harness.engines.build_engine`."""
    return TensorFlowEngine(model, spec, total_steps, images, labels, order_seed)


class TensorFlowEngine:
    """An :class:`harness.engines.base.Engine`.

    Steps run in a while loop inside the graph, so Python is entered once a call and not once a step. XLA is not used:
    on a CPU it takes twice as long as oneDNN.
    """

    def __init__(
        self, model: keras.Model, spec: TrainSpec, total_steps: int, images: Images, labels: Labels, order_seed: int
    ) -> None:
        self._model = model
        self._smoothing = spec.label_smoothing
        self._optimizer = build_optimizer(spec, total_steps)
        self._optimizer.build(model.trainable_variables)
        self._order = BatchOrder(len(images), spec.batch_size, order_seed)
        self._images = _on_device(images)
        self._labels = tf.constant(labels, tf.int64)  # a GPU gathers int64, not int32
        indices = tf.TensorSpec((None, spec.batch_size), tf.int32)
        batch = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
        self._train_program = tf.function(self._train_steps, input_signature=[indices], autograph=False)
        self._forward_program = tf.function(self._forward, input_signature=[batch], autograph=False)

    def warm_up(self) -> float:
        """Compile both programs, on one real step and one forward pass, and put all state back."""
        started = time.perf_counter()
        variables = [*self._model.variables, *self._optimizer.variables]
        values = [variable.numpy() for variable in variables]
        self._run(np.zeros((1, self._order.batch_size), np.int32))
        self._forward_program(self._images[:EVALUATION_BATCH]).numpy()
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return time.perf_counter() - started

    def train(self, steps: int) -> Means:
        """Train on the next ``steps`` batches; returns when they are done."""
        loss_sum, hits = 0.0, 0
        for start in range(0, steps, CALL_STEPS):
            loss, hit = self._run(self._order.take(min(CALL_STEPS, steps - start)))
            loss_sum, hits = loss_sum + loss, hits + hit
        if steps == 0:
            return Means(float("nan"), float("nan"))
        return Means(loss_sum / steps, hits / (steps * self._order.batch_size))

    def evaluate(self, images: Images, labels: Labels) -> Means:
        """Return loss and accuracy in inference mode, of images that stay on the device."""
        return mean_scores(self._logits(_on_device(images)), labels)

    def logits(self, images: Images) -> npt.NDArray[np.float32]:
        """Return the logits in inference mode, (n, classes)."""
        return self._logits(tf.constant(images, tf.float32))

    def _run(self, indices: npt.NDArray[np.int32]) -> tuple[float, int]:
        """Train on batches given by image indices (steps, batch size); return summed batch losses and hits."""
        loss_sum, hits = self._train_program(tf.constant(indices))
        return float(loss_sum.numpy()), int(hits.numpy())

    def _logits(self, images: tf.Tensor) -> npt.NDArray[np.float32]:
        starts = range(0, len(images), EVALUATION_BATCH)
        parts = [self._forward_program(images[start : start + EVALUATION_BATCH]) for start in starts]
        logits: npt.NDArray[np.float32] = tf.concat(parts, axis=0).numpy()
        return logits

    def _forward(self, images: tf.Tensor) -> tf.Tensor:
        return self._model(images, training=False)

    def _train_steps(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        def body(step: tf.Tensor, loss_sum: tf.Tensor, hits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            batch = indices[step]
            loss, hit = self._train_step(tf.gather(self._images, batch), tf.gather(self._labels, batch))
            return step + 1, loss_sum + tf.cast(loss, tf.float64), hits + hit

        steps = tf.shape(indices)[0]
        start = (tf.constant(0), tf.constant(0.0, tf.float64), tf.constant(0, tf.int64))
        _, loss_sum, hits = tf.while_loop(lambda step, *_: step < steps, body, start, parallel_iterations=1)
        return loss_sum, hits

    def _train_step(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        weights = self._model.trainable_variables
        with tf.GradientTape() as tape:
            logits = self._model(images, training=True)
            loss = tf.reduce_mean(self._losses(logits, labels))
            scaled = self._optimizer.scale_loss(loss)
        self._optimizer.apply(tape.gradient(scaled, weights), weights)
        hits = tf.math.count_nonzero(tf.argmax(logits, axis=1) == labels)
        return loss, hits

    def _losses(self, logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        if not self._smoothing:
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        classes = logits.shape[-1]
        share = self._smoothing / classes
        smooth = tf.one_hot(labels, classes, on_value=1 - self._smoothing + share, off_value=share)
        return tf.nn.softmax_cross_entropy_with_logits(smooth, logits)
