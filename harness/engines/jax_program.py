"""Compiled JAX programs: one for each shape of network, kept for later trials of the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
import numpy.typing as npt

from harness.engines.augmenting import change
from harness.engines.feed import Steps
from harness.engines.objective import Numbers, named_losses, objective_key, penalty
from harness.engines.optimizers import build_optimizer, optimizer_key
from harness.engines.template import Template, shape_key
from harness.study import TrainSpec

EVALUATION_BATCH = 1000
"""Images in one forward pass of an evaluation."""

KEPT_PROGRAMS = 8
"""Compiled programs that a process keeps for later trials."""

State = tuple[list[Any], list[Any], list[Any]]
"""Trainable variables, other variables, variables of the optimiser."""


class Program:
    """Compiled functions of one network shape. They keep no state, so that any number of engines can share them."""

    def __init__(self, model: keras.Model, spec: TrainSpec) -> None:
        self.template = Template(model)
        network = self.template.model
        self.optimizer = build_optimizer(spec)
        self.optimizer.keras.build(network.trainable_variables)
        self.spec = spec
        self.changes = spec.augment.changes
        self.fresh = [jnp.asarray(variable.value) for variable in self.optimizer.keras.variables]
        self.train = jax.jit(self._train)
        self.forward = jax.jit(self._forward)
        shared = (0, None, None, 0, 0, 0, None, 0)
        self.train_pack = jax.jit(jax.vmap(self._train, in_axes=shared))
        self.forward_pack = jax.jit(jax.vmap(self._forward, in_axes=(0, None, 0, None)))

    def state_of(self, model: keras.Model) -> State:
        """Return the state that a training of ``model`` begins in."""
        values = self.template.values(model)

        def take(variables: Sequence[keras.Variable]) -> list[Any]:
            # copies, since Keras's own fit and predict give away the buffers of a model's variables
            return [jnp.array(keras.ops.convert_to_tensor(values[id(v)], v.dtype), copy=True) for v in variables]

        network = self.template.model
        weights, memory = take(network.trainable_variables), list(self.fresh)
        for place, weight in zip(self.optimizer.average_places, weights, strict=False):
            memory[place] = weight
        return weights, take(network.non_trainable_variables), memory

    def evaluated(self, state: State) -> list[Any]:
        """Return the values of the trainable variables in evaluations: averages, where they are averaged."""
        places = self.optimizer.average_places
        return [state[2][place] for place in places] if places else state[0]

    def give(self, state: State, model: keras.Model) -> None:
        """Set the weights of ``model`` from a state."""
        network = self.template.model
        pairs = [*zip(network.trainable_variables, self.evaluated(state), strict=True),
                 *zip(network.non_trainable_variables, state[1], strict=True)]  # fmt: skip
        self.template.give([(own, jnp.array(value, copy=True)) for own, value in pairs], model)

    def _forward(self, state: State, images: Any, which: Any, start: Any) -> Any:
        """Return the logits of a batch of images (sets, n, height, width, channels) of one set, from ``start``."""
        size = min(EVALUATION_BATCH, images.shape[1])
        batch = jax.lax.dynamic_slice_in_dim(images, start, size, axis=1)
        weights = self.evaluated(state)
        logits, _ = self.template.model.stateless_call(weights, state[1], _one_set(batch, which), training=False)
        return logits

    def _train(
        self, state: State, images: Any, labels: Any, which: Any, fed: Steps, numbers: Numbers, steps: Any,
        active: Any,
    ) -> tuple[State, Any, Any]:  # fmt: skip
        """Train on the first ``steps`` rows of what is fed.

        The number of steps is an input: one program serves every interval up to the number of rows.

        Returns:
            The state afterwards, or as it was if not ``active``; the loss of each step, (rows,); the hits of all.
        """

        def body(step: Any, carry: tuple[State, Any, Any]) -> tuple[State, Any, Any]:
            before, losses, hits = carry
            batch = fed.indices[step]
            shown = change(_one_set(images, which, batch), fed.draws[step], numbers.background, self.changes)
            after, loss, hit = self._step(before, shown, _one_set(labels, which, batch), fed.rates[step], numbers)
            return after, losses.at[step].set(loss), hits + hit

        start = (state, jnp.zeros(len(fed.indices), jnp.float32), jnp.int32(0))
        after, losses, hits = jax.lax.fori_loop(0, steps, body, start)
        kept: State = jax.tree.map(partial(jnp.where, active), after, state)
        return kept, losses, hits

    def _step(self, state: State, images: Any, labels: Any, rate: Any, numbers: Numbers) -> tuple[State, Any, Any]:
        trainable, others, memory = state
        optimizer = self.optimizer.keras

        def loss_of(weights: list[Any]) -> tuple[Any, tuple[Any, Any, list[Any]]]:
            logits, updated, own = self.template.model.stateless_call(
                weights, others, images, training=True, return_losses=True
            )
            losses = self._losses(logits, labels)
            if self.spec.class_weights != "none":
                losses = losses * numbers.class_weights[labels]
            loss = losses.mean()
            minimised = loss + sum(part.astype(loss.dtype).sum() for part in own) if own else loss
            if self.spec.l2:
                minimised = minimised + penalty(numbers.l2, weights)
            with keras.StatelessScope(state_mapping=list(zip(optimizer.variables, memory, strict=True))):
                scaled = optimizer.scale_loss(minimised)
            return scaled, (loss, logits, updated)

        gradients, (loss, logits, updated) = jax.grad(loss_of, has_aux=True)(trainable)
        self.optimizer.set(rate, numbers.decay)
        weights, memory = optimizer.stateless_apply(memory, gradients, trainable)
        hits = jnp.count_nonzero(logits.argmax(axis=1) == labels)
        return (list(weights), list(updated), list(memory)), loss, hits

    def _losses(self, logits: Any, labels: Any) -> Any:
        if self.spec.loss != "cross_entropy":
            return named_losses(self.spec, logits, labels)
        smoothing = self.spec.label_smoothing
        classes = logits.shape[-1]
        targets = jax.nn.one_hot(labels, classes)
        targets = targets * (1 - smoothing) + smoothing / classes
        return -(targets * jax.nn.log_softmax(logits)).sum(axis=-1)


def _one_set(arrays: Any, which: Any, batch: Any = None) -> Any:
    """Return rows of one of several sets (sets, n, ...); with a single set, without a copy for each network."""
    if arrays.shape[0] == 1:
        return arrays[0] if batch is None else arrays[0][batch]
    return arrays[which] if batch is None else arrays[which, batch]


_KEPT: OrderedDict[Hashable, Program] = OrderedDict()


def program_for(model: keras.Model, spec: TrainSpec) -> Program:
    """Return the program of this shape, compiled already if an earlier trial of this process needed it."""
    key = program_key(model, spec)
    if key not in _KEPT:
        _KEPT[key] = Program(model, spec)
    _KEPT.move_to_end(key)
    while len(_KEPT) > KEPT_PROGRAMS:
        _KEPT.popitem(last=False)
    return _KEPT[key]


def program_key(model: keras.Model, spec: TrainSpec) -> Hashable:
    """Return what tells apart trainings that cannot share a program."""
    return shape_key(model), spec.batch_size, objective_key(spec), spec.augment.changes, *optimizer_key(spec)


def in_batches(forward: Any, images: Any, which: Any, axis: int) -> npt.NDArray[np.float32]:
    """Return the logits of all images (sets, n, ...), joined along the axis that counts images.

    Every batch has the same size: the last one begins early enough, and what was computed twice is left out.
    """
    count = images.shape[1]
    size = min(EVALUATION_BATCH, count)
    parts = []
    for start in range(0, count, size):
        logits = np.asarray(forward(images, which, min(start, count - size)))
        wanted = min(size, count - start)
        parts.append(np.take(logits, range(size - wanted, size), axis=axis))
    return np.concatenate(parts, axis=axis)
