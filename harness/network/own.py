"""A Keras model from the user's function: seeds set around it, and what it returns checked."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np

from harness.errors import UserCodeError
from harness.study import OwnModel, call_arguments, canonical
from harness.study.code import digest_of, text_of
from harness.usercode import calling, load, show_call


@dataclass(frozen=True)
class Recipe:
    """How an own network was made: what engines need of it, who cannot copy a network whose layers they do not know.

    Attributes:
        key: equal for networks of one file, function, settings, shape of images, classes and precision.
        build: makes another one like it, with the same seeds, that shares nothing with it.
    """

    key: str
    build: Callable[[], keras.Model]


def build_own_network(
    model: OwnModel,
    code: Mapping[str, str],
    image_shape: tuple[int, int, int],
    classes: int,
    seed: int,
    precision: str = "float32",
    dropout_seed: int = 0,
) -> keras.Model:
    """Build a network by calling the user's function.

    It is called in a thread of its own, where names of layers begin anew and Keras's settings are the thread's: layers
    are called the same whatever was built before. Python's and NumPy's random numbers begin from the seed, and are put
    back afterwards. So initial weights come from the seed, but for those with a seed written in the function. Whatever
    else is random (dropout, noise, random flips) draws from the seed of dropout.

    Args:
        model: function and settings.
        code: texts of files of the user's code.
        image_shape: (height, width, channels).
        classes: number of logits.
        seed: of the initial weights.
        precision: Keras dtype policy that layers have unless the function says another.
        dropout_seed: of the masks and of all else that is random in training.

    Returns:
        A functional model from float32 images (batch, height, width, channels) to float32 logits (batch, classes), with
        its :class:`Recipe` as the attribute ``recipe``.

    Raises:
        UserCodeError: if executing the file or the function raises, or what it returns cannot be trained.
    """
    arguments = {"image_shape": tuple(image_shape), "classes": classes, **call_arguments(model, code)}
    text = text_of(code, model.name)
    call = show_call(model.name.name, arguments)

    def build() -> keras.Model:
        with ThreadPoolExecutor(max_workers=1) as fresh:
            return fresh.submit(make).result()

    def make() -> keras.Model:
        keras.config.set_dtype_policy(precision)
        with _seeded(seed):
            function = load(code, model.name)
            with calling(model.name.file, text, call):
                returned = function(**arguments)
        network = _checked(returned, image_shape, classes, f"{model.name.file}: {call}")
        for number, state in enumerate(random_states(network)):
            state.assign(np.array([_derived(dropout_seed, number), 0]))
        return network

    network = build()
    parts = [str(model.name), digest_of(text), model.settings, list(image_shape), classes, precision]
    key = hashlib.sha256(canonical(parts).encode()).hexdigest()
    network.recipe = Recipe(key, partial(_another, build, network.variables, f"{model.name.file}: {call}"))
    return network


def random_states(network: keras.Model) -> list[keras.Variable]:
    """Return the variables that a network's random numbers come from, in their order."""
    others = {id(variable) for variable in network.weights}
    return [variable for variable in network.variables if id(variable) not in others and tuple(variable.shape) == (2,)]


def _another(build: Callable[[], keras.Model], variables: list[keras.Variable], call: str) -> keras.Model:
    """Build the network again; what two calls share would be trained twice."""
    again = build()
    if {id(one) for one in variables} & {id(one) for one in again.variables}:
        raise UserCodeError(f"{call} must make its layers anew in each call, got the ones of an earlier call.")
    if [tuple(one.shape) for one in variables] != [tuple(one.shape) for one in again.variables]:
        raise UserCodeError(f"{call} must return the same network in each call, got another one.")
    return again


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let Python's and NumPy's random numbers, which Keras's default seeds come from, begin at a seed."""
    kept, kept_numpy = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(kept)
        np.random.set_state(kept_numpy)


def _derived(seed: int, number: int) -> int:
    """Return 31 bits that depend on nothing but these."""
    return int.from_bytes(hashlib.sha256(f"{seed} random {number}".encode()).digest()[:4]) >> 1


def _checked(returned: Any, image_shape: tuple[int, int, int], classes: int, call: str) -> keras.Model:
    """Return what a function returned as a functional model that ends in float32 logits.

    Raises:
        UserCodeError: if it is none.
    """
    if not isinstance(returned, keras.Model):
        raise UserCodeError(f"{call} must return a Keras model, got {type(returned).__name__}. Has it a `return`?")
    if type(returned) not in (keras.Sequential, _functional()):
        raise UserCodeError(
            f"{call} must return keras.Model(inputs, outputs) or keras.Sequential, got the class "
            f"{type(returned).__name__}: what its layers do cannot be looked into. Put them into a functional model."
        )
    if not returned.built:
        raise UserCodeError(
            f"{call} must return a network that is built, got one without a shape. Begin it with "
            "keras.Input(image_shape)."
        )
    inputs, outputs = returned.inputs, returned.outputs
    for what, tensors in (("input", inputs), ("output", outputs)):
        if len(tensors) != 1:
            raise UserCodeError(f"{call} must return a network with one {what}, got {len(tensors)}.")
    shape, logits = tuple(inputs[0].shape), tuple(outputs[0].shape)
    if shape[1:] != tuple(image_shape):
        raise UserCodeError(
            f"{call} must take images (batch, {', '.join(map(str, image_shape))}), got {_show(shape)}. Begin it with "
            "keras.Input(image_shape)."
        )
    if logits[1:] != (classes,):
        fix = "Flatten or pool the maps first." if len(logits) != 2 else "End it with keras.layers.Dense(classes)."
        raise UserCodeError(f"{call} must end in logits (batch, {classes}), got {_show(logits)}. {fix}")
    probable = _softmax(outputs[0])
    if probable:
        raise UserCodeError(
            f"{call} must end in logits, got a softmax in {probable!r}: the loss has one of its own. Leave it out."
        )
    if not returned.trainable_variables:
        raise UserCodeError(f"{call} must return a network with weights to train, got none.")
    end = outputs[0]
    if end.dtype != "float32":
        end = keras.layers.Activation("linear", dtype="float32", name="logits_float32")(end)
    return keras.Model(inputs[0], end, name="own_network")


@functools.cache
def _functional() -> type[keras.Model]:
    """Return the class of what keras.Model(inputs, outputs) makes; it has no public name."""
    image = keras.Input((1,))
    return type(keras.Model(image, keras.layers.Flatten()(image)))


def _softmax(tensor: Any) -> str:
    """Return the name of the layer that ends in a softmax, empty if there is none."""
    operation = tensor._keras_history.operation
    if isinstance(operation, keras.Model) and operation.outputs:
        return _softmax(operation.outputs[0])
    activation = getattr(operation, "activation", None)
    if type(operation).__name__ == "Softmax" or activation is keras.activations.softmax:
        return str(operation.name)
    return ""


def _show(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join(['batch', *(str(side) for side in shape[1:])])})"
