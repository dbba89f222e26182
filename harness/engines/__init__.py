"""Compiled training loops, one module per Keras backend; the only importers of tensorflow and jax."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from harness.engines.base import (
    Device,
    Engine,
    Gradients,
    Images,
    Labels,
    Means,
    PackEngine,
    Training,
    mean_scores,
    probabilities,
)
from harness.engines.order import BatchOrder, steps_for
from harness.errors import HarnessError
from harness.study import Augment, TrainSpec

if TYPE_CHECKING:
    import keras

__all__ = [
    "BatchOrder",
    "Device",
    "Engine",
    "Gradients",
    "Images",
    "Labels",
    "Means",
    "PackEngine",
    "Training",
    "augment_images",
    "build_engine",
    "build_pack",
    "configure",
    "describe_device",
    "import_backend",
    "import_quietly",
    "input_gradients",
    "mean_scores",
    "probabilities",
    "steps_for",
    "write_graph",
]


def build_engine(
    model: keras.Model,
    spec: TrainSpec,
    total_steps: int,
    images: Images,
    labels: Labels,
    order_seed: int,
    augment_seed: int = 0,
    background: Images | None = None,
) -> Engine:
    """Return the engine of the Keras backend in use; compiled programs are shared between engines.

    The arguments are those of :class:`Training`.

    Raises:
        HarnessError: if there is no engine for the backend.
    """
    training = Training(model, spec, total_steps, images, labels, order_seed, augment_seed, background)
    engine: Engine = _backend_module().build(training)
    return engine


def augment_images(augment: Augment, images: Images, seed: int, background: Images) -> Images:
    """Return images changed as a training changes its first batch, if it has these.

    Args:
        augment: the amounts.
        images: (n, height, width, channels), scaled.
        seed: of the stream.
        background: a pixel of the fill at each place, (height, width, channels), scaled like the images.
    """
    from harness.engines.augmenting import Draws, change

    (draws,) = Draws(augment, images.shape[1:], len(images), seed).take(1)
    return np.asarray(change(images, draws, background, augment.changes), np.float32)


def build_pack(trainings: Sequence[Training]) -> PackEngine:
    """Return an engine that trains several networks of one shape side by side.

    They may differ in initial weights, seeds, batch order, learning rate, dropout rates, weight decay and amounts of
    augmentation, and train on different images, as many each.

    Raises:
        HarnessError: if the backend has no such engine; only JAX has.
        ValueError: if their shapes differ.
    """
    backend = _backend_module()
    if not hasattr(backend, "build_pack"):
        raise HarnessError("packs need the JAX backend. Set KERAS_BACKEND=jax (extra `jax`), or leave out --pack.")
    pack: PackEngine = backend.build_pack(trainings)
    return pack


def configure(threads: int | None, gpu_share: float | None = None) -> int:
    """Set how many threads the backend computes with, and return how many it does.

    Args:
        threads: to be set before anything is computed in this process; None leaves it as it is.
        gpu_share: of the GPU, above 0 and at most 1: what of its memory this process takes at most, a tenth less. None
            for what it needs. Likewise to be set before.

    Raises:
        HarnessError: if the backend already computes with another number, there is no engine for it, or nobody tells
            how much memory the GPU has.
    """
    in_use: int = _backend_module().configure(threads, gpu_share)
    return in_use


def import_backend() -> None:
    """Import the backend's engine, which takes seconds.

    Raises:
        HarnessError: if there is no engine for the backend.
    """
    _backend_module()


def import_quietly() -> None:
    """Import the backend's engine and wake its device.

    TensorFlow's libraries write lines to standard error meanwhile, whatever TF_CPP_MIN_LOG_LEVEL says; they are shown
    only if it fails.

    Raises:
        HarnessError: if there is no engine for the backend.
    """
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            import_backend()
            describe_device()
        except BaseException:
            kept.seek(0)
            os.write(shown, kept.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)


def describe_device() -> Device:
    """Return the device that engines of this process compute on.

    Raises:
        HarnessError: if there is no engine for the backend.
    """
    device: Device = _backend_module().describe_device()
    return device


def input_gradients(model: keras.Model) -> Gradients:
    """Return a function that gives chosen outputs of a network and their slopes by the pixels, in inference mode.

    Args:
        model: from images (n, height, width, channels) to outputs (n, outputs).

    Raises:
        HarnessError: if there is no engine for the backend.
    """
    gradients: Gradients = _backend_module().input_gradients(model)
    return gradients


def write_graph(model: keras.Model, folder: Path) -> None:
    """Write the graph of a network, as it computes without training, into an event file for TensorBoard.

    Args:
        model: from float32 images (n, height, width, channels).
        folder: where the event file goes; made if need be.

    Raises:
        HarnessError: if the backend has no graphs; only TensorFlow has.
    """
    backend = _backend_module()
    if not hasattr(backend, "write_graph"):
        raise HarnessError("graphs need the TensorFlow backend. Unset KERAS_BACKEND.")
    backend.write_graph(model, folder)


def _backend_module() -> ModuleType:
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        from harness.engines import tensorflow

        return tensorflow
    if backend == "jax":
        from harness.engines import jax

        return jax
    raise HarnessError(
        f"KERAS_BACKEND must be 'tensorflow' or 'jax', got {backend!r}. Unset it, or set it to one of these."
    )
