"""The JAX engine: the steps between two evaluations are one compiled loop, over images held on the device.

It also trains packs: several networks of one shape side by side in one vectorised program, which is how a GPU that a
single small network leaves idle is put to use.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import numpy.typing as npt

from harness.engines import jax_program
from harness.engines.base import Device, Gradients, Images, Means, Training, batch_means, cpu, memory_share
from harness.engines.copies import Copies
from harness.engines.feed import Feed, Steps, numbers_of, padded
from harness.engines.jax_program import State, in_batches, program_for, program_key
from harness.engines.objective import Numbers
from harness.errors import HarnessError

CALL_STEPS = 2048
"""Steps in one call of the compiled program at most; a power of two."""

_IMAGES = Copies(lambda array: jnp.asarray(array.view(), jnp.float32))
"""On a CPU the same memory where it is aligned; of a view, so that the array itself is freed when nobody has it."""
_LABELS = Copies(lambda array: jnp.asarray(array, jnp.int32))


def configure(threads: int | None, gpu_share: float | None = None) -> int:
    """Return how many threads operations may use.

    On a CPU JAX takes as many as there are cores that the process may use, and has no other switch: a worker that is
    pinned to its cores has what it was given.

    Raises:
        HarnessError: if another number is asked for than there are cores.
    """
    if gpu_share is not None:
        os.environ["XLA_PYTHON_CLIENT_MEM_FRACTION"] = f"{memory_share(gpu_share):g}"  # read with the first device
    in_use = len(os.sched_getaffinity(0))
    if threads is not None and jax.default_backend() == "cpu" and threads != in_use:
        raise HarnessError(
            f"threads must be {in_use} with the JAX backend here, the cores that this process may use, got {threads}. "
            "Leave --workers and --threads to the rule, or make their product the number of cores."
        )
    return in_use if threads is None else threads


def input_gradients(model: keras.Model) -> Gradients:
    """Return what :func:`harness.engines.input_gradients` says."""
    state = [
        [variable.value for variable in group] for group in (model.trainable_variables, model.non_trainable_variables)
    ]

    def total(images: jax.Array, columns: jax.Array) -> tuple[jax.Array, jax.Array]:
        outputs, _ = model.stateless_call(*state, images, training=False)
        values = jnp.take_along_axis(outputs.astype(jnp.float32), columns[:, None], axis=1)[:, 0]
        return values.sum(), values

    compiled = jax.jit(jax.value_and_grad(total, has_aux=True))

    def compute(images: Images, columns: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], Images]:
        (_, values), slopes = compiled(jnp.asarray(images, jnp.float32), jnp.asarray(columns))
        return np.asarray(values), np.asarray(slopes)

    return compute


def describe_device() -> Device:
    """Return the first device that JAX computes on."""
    backend = f"jax {jax.__version__}"
    device = jax.devices()[0]
    if device.platform == "cpu":
        return cpu(backend)
    return Device(device.platform.replace("cuda", "gpu"), device.device_kind, backend)


def build(training: Training) -> JaxEngine:
    """Return an engine; see :func:`harness.engines.build_engine`."""
    return JaxEngine(training)


def build_pack(trainings: Sequence[Training]) -> JaxPack:
    """Return an engine for several trainings; see :func:`harness.engines.build_pack`."""
    return JaxPack(trainings)


def _rows(steps: int) -> int:
    """Return the next power of two: programs are compiled for few numbers of rows, and serve all smaller ones."""
    return min(CALL_STEPS, 1 << max(0, steps - 1).bit_length())


class JaxPack:
    """An :class:`harness.engines.base.PackEngine`.

    Args:
        trainings: of networks of one shape, with one batch size and as many images each.

    Raises:
        ValueError: if they cannot share a program.
    """

    def __init__(self, trainings: Sequence[Training]) -> None:
        keys = {(program_key(t.model, t.spec), t.images.shape) for t in trainings}
        if len(keys) != 1:
            raise ValueError(f"a pack needs networks of one shape, got {len(keys)}")
        self._models = [training.model for training in trainings]
        self._program = program_for(trainings[0].model, trainings[0].spec)
        states = [self._program.state_of(model) for model in self._models]
        self._state: State = jax.tree.map(lambda *parts: jnp.stack(parts), *states)
        self._feeds = [Feed(training) for training in trainings]
        self._numbers = Numbers(*map(jnp.stack, zip(*map(numbers_of, trainings), strict=True)))
        self._active = np.ones(len(trainings), bool)
        self._kept: dict[int, State] = {}
        sets = [(training.images, training.labels) for training in trainings]
        self._images, self._which = _sets(sets, 0, _IMAGES)
        self._labels, _ = _sets(sets, 1, _LABELS)
        self._batch_size = trainings[0].spec.batch_size

    def warm_up(self, steps: int = 1) -> float:
        """Compile, by a call that trains for no step."""
        started = time.perf_counter()
        self._call(0, _rows(steps))
        size = min(jax_program.EVALUATION_BATCH, self._images.shape[1])
        self._program.forward_pack(self._state, self._images[:, :size], self._which, 0).block_until_ready()
        return time.perf_counter() - started

    def train(self, steps: int) -> list[Means]:
        """Train each network that is not frozen; returns when all are done."""
        losses, hits = np.zeros(len(self._models)), np.zeros(len(self._models), np.int64)
        for start in range(0, steps, CALL_STEPS):
            count = min(CALL_STEPS, steps - start)
            loss, hit = self._call(count, _rows(steps))
            losses, hits = losses + loss, hits + hit
        return [
            batch_means(float(loss), int(hit), steps, self._batch_size) for loss, hit in zip(losses, hits, strict=True)
        ]

    def freeze(self, index: int) -> None:
        """Leave one network as it is from now on: it is still computed, and the result thrown away."""
        self._active[index] = False

    def keep(self, index: int) -> None:
        """Keep one network as it is now."""
        self._kept[index] = jax.tree.map(lambda part: part[index], self._state)

    def restore(self, index: int) -> None:
        """Put back what was kept of one network."""
        self._state = jax.tree.map(lambda part, kept: part.at[index].set(kept), self._state, self._kept[index])

    def logits(self, images: Sequence[Images]) -> list[npt.NDArray[np.float32]]:
        """Return the logits of each network for its images."""
        held, which = _sets([(array,) for array in images], 0, _IMAGES)
        forward = partial(self._program.forward_pack, self._state)
        return list(in_batches(forward, held, which, axis=1))

    def write_back(self) -> None:
        """Give the trained weights to the models."""
        for index, model in enumerate(self._models):
            self._program.give(jax.tree.map(lambda part, index=index: part[index], self._state), model)

    def _call(self, steps: int, rows: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        each = [padded(feed.take(steps), rows) for feed in self._feeds]
        fed = Steps(*(np.stack(parts) for parts in zip(*each, strict=True)))
        self._state, losses, hits = self._program.train_pack(
            self._state, self._images, self._labels, self._which, fed, self._numbers, steps,
            self._active,
        )  # fmt: skip
        return np.asarray(losses, np.float64).sum(axis=1), np.asarray(hits, np.int64)


class JaxEngine:
    """An :class:`harness.engines.base.Engine`."""

    def __init__(self, training: Training) -> None:
        self._model = training.model
        self._program = program_for(training.model, training.spec)
        self._state = self._kept = self._program.state_of(training.model)
        self._feed = Feed(training)
        self._numbers = Numbers(*map(jnp.asarray, numbers_of(training)))
        self._images = _IMAGES.of(training.images)[None]
        self._labels = _LABELS.of(training.labels)[None]
        self._batch_size = training.spec.batch_size

    def warm_up(self, steps: int = 1) -> float:
        """Compile, by a call that trains for no step."""
        started = time.perf_counter()
        self._call(0, _rows(steps))
        size = min(jax_program.EVALUATION_BATCH, self._images.shape[1])
        self._program.forward(self._state, self._images[:, :size], 0, 0).block_until_ready()
        return time.perf_counter() - started

    def train(self, steps: int) -> Means:
        """Train on the next ``steps`` batches; returns when they are done."""
        loss_sum, hits = 0.0, 0
        for start in range(0, steps, CALL_STEPS):
            loss, hit = self._call(min(CALL_STEPS, steps - start), _rows(steps))
            loss_sum, hits = loss_sum + loss, hits + hit
        return batch_means(loss_sum, hits, steps, self._batch_size)

    def keep(self) -> None:
        """Keep the network as it is now: states do not change."""
        self._kept = self._state

    def restore(self) -> None:
        """Put back the network that was kept."""
        self._state = self._kept

    def logits(self, images: Images) -> npt.NDArray[np.float32]:
        """Return the logits in inference mode, (n, classes), of images that stay on the device."""
        return in_batches(partial(self._program.forward, self._state), _IMAGES.of(images)[None], 0, axis=0)

    def write_back(self) -> None:
        """Give the trained weights to the model."""
        self._program.give(self._state, self._model)

    def _call(self, steps: int, rows: int) -> tuple[float, int]:
        fed = padded(self._feed.take(steps), rows)
        self._state, losses, hits = self._program.train(
            self._state, self._images, self._labels, 0, fed, self._numbers, steps, True
        )
        return float(np.asarray(losses, np.float64).sum()), int(hits)


def _sets(given: Sequence[tuple[np.ndarray, ...]], part: int, copies: Copies) -> tuple[Any, Any]:
    """Return one part of the distinct sets stacked (sets, n, ...) on the device, and which set each network uses."""
    keys = [tuple(map(id, arrays)) for arrays in given]
    distinct = {key: arrays[part] for key, arrays in zip(keys, given, strict=True)}
    places = {key: place for place, key in enumerate(distinct)}
    held = [copies.of(array) for array in distinct.values()]
    return jnp.stack(held), jnp.asarray([places[key] for key in keys], jnp.int32)
