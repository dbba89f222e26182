"""What a compiled program is made for: the shape of a network, without its numbers.

Networks that differ only in initial weights, seeds and dropout rates have one template; a program compiled for it takes
those as inputs. So a study over learning rates, dropout rates or replicates compiles once a worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import keras
from keras import ops


class Recipe(Protocol):
    """The attribute ``recipe`` of a network that cannot be copied layer by layer, since its layers may be anyone's.

    All of its variables are set from those of another network with the same key; there are no numbers apart from them.
    """

    @property
    def key(self) -> str:
        """Equal for networks of one kind."""
        ...

    @property
    def build(self) -> Callable[[], keras.Model]:
        """Makes another one like it."""
        ...


_NUMBERS = ("rate", "seed", "kernel_initializer", "depthwise_initializer", "bias_initializer", "build_config")


class _Dropout(keras.layers.Dropout):  # type: ignore[misc]
    """Keras's dropout with its rate in a variable."""

    def build(self, input_shape: Any) -> None:
        """Make the variable."""
        super().build(input_shape)
        self.rate_variable = self.add_weight(
            name="rate", shape=(), initializer="zeros", trainable=False, dtype="float32", autocast=False
        )

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drop inputs, in training."""
        if not training:
            return inputs
        rate = ops.convert_to_tensor(self.rate_variable)
        kept = keras.random.uniform(ops.shape(inputs), dtype="float32", seed=self.seed_generator) >= rate
        return ops.where(kept, inputs * ops.cast(1 / (1 - rate), inputs.dtype), ops.zeros_like(inputs))


class Template:
    """A network whose numbers are variables that can be set from any network of the same shape.

    Args:
        model: a functional network; it is copied, or built again where it has a recipe.
    """

    def __init__(self, model: keras.Model) -> None:
        recipe = recipe_of(model)
        self._whole = recipe is not None
        self.model = keras.models.clone_model(model, clone_function=_clone) if recipe is None else recipe.build()

    def values(self, model: keras.Model) -> dict[int, Any]:
        """Return what the template's variables have to be for it to do as ``model`` does: id of variable -> value."""
        return {id(own): value for own, value in self._pairs(model)}

    def give(self, values: Sequence[tuple[keras.Variable, Any]], model: keras.Model) -> None:
        """Set the weights of ``model`` from values of the template's variables."""
        by_id = {id(own): value for own, value in values}
        for own, theirs in self._pairs(model):
            if isinstance(theirs, keras.Variable) and id(own) in by_id:
                theirs.assign(by_id[id(own)])

    def _pairs(self, model: keras.Model) -> Iterator[tuple[keras.Variable, Any]]:
        """Yield each of the template's variables with the variable or number of ``model`` that stands for it."""
        if self._whole:
            yield from zip(self.model.variables, model.variables, strict=True)
            return
        for own, theirs in zip(self.model.layers, model.layers, strict=True):
            if isinstance(own, _Dropout):
                yield own.rate_variable, theirs.rate
                yield own.seed_generator.state, theirs.seed_generator.state
            else:
                yield from zip(own.weights, theirs.weights, strict=True)


def shape_key(model: keras.Model) -> str:
    """Return a text that is the same for all networks with one template."""
    recipe = recipe_of(model)
    if recipe is not None:
        return json.dumps([recipe.key, [[list(one.shape), str(one.dtype)] for one in model.variables]])
    return json.dumps(_without_numbers(model.get_config()), sort_keys=True, default=str)


def recipe_of(model: keras.Model) -> Recipe | None:
    """Return how a network is built again, None for one that can be copied layer by layer."""
    return getattr(model, "recipe", None)


def _without_numbers(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _without_numbers(value) for key, value in config.items() if key not in _NUMBERS}
    if isinstance(config, (list, tuple)):
        return [_without_numbers(value) for value in config]
    return config


def _clone(layer: keras.layers.Layer) -> keras.layers.Layer:
    config = layer.get_config()
    if isinstance(layer, keras.layers.Dropout):
        return _Dropout.from_config({**config, "rate": 0.5})  # the variable has the rate; this one only must not be 0
    return layer.__class__.from_config(config)
