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

from harness.engines.base import Device, Gradients, Images, Means, Training, batch_means, cpu, memory_share
from harness.engines.copies import Copies
from harness.engines.feed import Feed, Steps, numbers_of, padded
from harness.engines.objective import Numbers
from harness.engines.tensorflow_program import program_for
from harness.errors import HarnessError
from harness.machine import gpu_megabytes

EVALUATION_BATCH = 1000
"""Images in one forward pass of an evaluation."""

CALL_STEPS = 2000
"""Steps in one call of the compiled program at most, so that the indices of a long training stay small."""


def configure(threads: int | None, gpu_share: float | None = None) -> int:
    """Set how many threads operations use, and let GPU memory grow, to a cap if need be; return the number in use.

    Raises:
        HarnessError: if TensorFlow has already computed something with another number.
    """
    if threads is None:
        return _threads_in_use()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        for gpu in tf.config.list_physical_devices("GPU"):
            if gpu_share is None:
                tf.config.experimental.set_memory_growth(gpu, True)
            else:
                limit = memory_share(gpu_share) * gpu_megabytes()
                tf.config.set_logical_device_configuration(gpu, [tf.config.LogicalDeviceConfiguration(limit)])
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
    return cpu(backend)


_ALIGNMENT = 64
"""Bytes: TensorFlow's kernels read memory that begins at a multiple of this."""


def _put_images(array: Images) -> tf.Tensor:
    """Return images as a tensor: on a CPU the same memory where it is aligned, so that a worker holds them once.

    It holds a view, and not the array itself, which is then freed as soon as nobody else has it.
    """
    as_it_is = array.dtype == np.float32 and array.flags.c_contiguous and array.flags.writeable
    if not as_it_is or array.ctypes.data % _ALIGNMENT or array.base is None or tf.config.list_logical_devices("GPU"):
        return tf.constant(array, tf.float32)
    return tf.experimental.dlpack.from_dlpack(array.view().__dlpack__())


_IMAGES = Copies(_put_images)
_LABELS = Copies(lambda array: tf.constant(array, tf.int64))  # a GPU gathers int64, not int32


def build(training: Training) -> TensorFlowEngine:
    """Return an engine; see :func:`harness.engines.build_engine`."""
    return TensorFlowEngine(training)


def input_gradients(model: keras.Model) -> Gradients:
    """Return what :func:`harness.engines.input_gradients` says; computed op by op, since it is for few steps."""

    def compute(images: Images, columns: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], Images]:
        pixels = tf.constant(images, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            outputs = tf.cast(model(pixels, training=False), tf.float32)
            values = tf.gather(outputs, columns, axis=1, batch_dims=1)
        return values.numpy(), tape.gradient(values, pixels).numpy()

    return compute


def write_graph(model: keras.Model, folder: Path) -> None:
    """Do what :func:`harness.engines.write_graph` says; needs the package tensorboard."""
    signature = tf.TensorSpec(model.input_shape, tf.float32, name="image")
    traced = tf.function(lambda image: model(image, training=False)).get_concrete_function(signature)
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        tf.summary.graph(traced.graph)
    writer.close()


class TensorFlowEngine:
    """An :class:`harness.engines.base.Engine`."""

    def __init__(self, training: Training) -> None:
        self._model = training.model
        self._feed = Feed(training)
        self._numbers = Numbers(*map(tf.constant, numbers_of(training)))
        self._images = _IMAGES.of(training.images)
        self._labels = _LABELS.of(training.labels)
        self._program = program_for(training.model, training.spec)
        self._program.user = weakref.ref(self)
        self._program.load(training.model)
        self._kept: list[tf.Tensor] = []

    def warm_up(self, steps: int = 1) -> float:  # noqa: ARG002  one program does for any number of steps
        """Compile, unless an earlier trial did, on one real step and one forward pass, and put all state back."""
        started = time.perf_counter()
        if not self._program.compiled:
            self._run(padded(self._feed.take(0), 1))
            self._program.forward(self._images[:EVALUATION_BATCH]).numpy()
            self._program.load(self._model)
            self._program.compiled = True
        return time.perf_counter() - started

    def train(self, steps: int) -> Means:
        """Train on the next ``steps`` batches; returns when they are done."""
        loss_sum, hits = 0.0, 0
        for start in range(0, steps, CALL_STEPS):
            count = min(CALL_STEPS, steps - start)
            loss, hit = self._run(self._feed.take(count))
            loss_sum, hits = loss_sum + loss, hits + hit
        return batch_means(loss_sum, hits, steps, self._feed.batch_size)

    def logits(self, images: Images) -> npt.NDArray[np.float32]:
        """Return the logits in inference mode, (n, classes), of images that stay on the device."""
        held = _IMAGES.of(images)
        starts = range(0, len(images), EVALUATION_BATCH)
        parts = [self._program.forward(held[start : start + EVALUATION_BATCH]) for start in starts]
        logits: npt.NDArray[np.float32] = tf.concat(parts, axis=0).numpy()
        return logits

    def keep(self) -> None:
        """Keep the network as it is now."""
        self._kept = [tf.identity(variable.value) for variable in self._program.variables]

    def restore(self) -> None:
        """Put back the network that was kept."""
        for variable, value in zip(self._program.variables, self._kept, strict=True):
            variable.assign(value)

    def write_back(self) -> None:
        """Give the trained weights to the model."""
        model = self._program.template.model
        own = [(variable, variable.value) for variable in model.non_trainable_variables]
        own += zip(model.trainable_variables, self._program.evaluated(), strict=True)
        self._program.template.give(own, self._model)

    def _run(self, steps: Steps) -> tuple[float, int]:
        """Train for some steps; return summed batch losses and hits."""
        fed = Steps(*map(tf.constant, steps))
        loss_sum, hits = self._program.train(self._images, self._labels, fed, self._numbers)
        return float(loss_sum.numpy()), int(hits.numpy())
