"""Which layers of a network there is something to see of.

Networks of a study file are told by the names of their layers, which say what they are (`conv_1`, `activation_1`);
those of a user's function by the classes of the layers and by what takes their outputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def convolutions(model: keras.Model) -> list[Any]:
    """Return the convolutions that are called once, in order, without those of networks inside the network."""
    from keras import layers

    if not _is_own(model):
        return [layer for layer in model.layers if layer.name.startswith("conv_")]
    kinds = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.Conv2DTranspose)
    return [layer for layer in _called_once(model) if isinstance(layer, kinds)]


def feature_layers(model: keras.Model) -> dict[str, str]:
    """Return convolution or hidden dense layer -> the layer that puts out its features, activated where it has one.

    Batch normalisation, a pool and the sum of a residual block may stand between them. A depthwise convolution makes no
    features of its own: the 1x1 convolution after it does.
    """
    from keras import layers

    if not _is_own(model):
        return _named_features(model)
    wanted = {layer.name for layer in convolutions(model) if type(layer) is not layers.DepthwiseConv2D}
    last = logits_layer(model)
    wanted |= {layer.name for layer in _called_once(model) if isinstance(layer, layers.Dense) and layer.name != last}
    users = _users(model)
    return {layer.name: _activated(layer, users).name for layer in model.layers if layer.name in wanted}


def map_layers(model: keras.Model) -> list[str]:
    """Return, in order, the layers that put out feature maps: convolutions (as they are, and activated) and pools."""
    features = feature_layers(model)
    raw = {layer.name for layer in convolutions(model) if layer.name in features}
    wanted = raw | {features[name] for name in raw}
    wanted |= {layer.name for layer in _called_once(model) if isinstance(layer, _pools())}
    return [layer.name for layer in model.layers if layer.name in wanted]


def logits_layer(model: keras.Model) -> str:
    """Return the layer that the logits come from: the last dense layer, or what the network ends in without one."""
    from keras import layers

    dense: list[Any] = [layer for layer in _called_once(model) if isinstance(layer, layers.Dense)]
    classes = model.output_shape[-1]
    return str(dense[-1].name if dense and dense[-1].units == classes else model.layers[-1].name)


def _is_own(model: keras.Model) -> bool:
    return getattr(model, "recipe", None) is not None


def _named_features(model: keras.Model) -> dict[str, str]:
    layers: dict[str, str] = {}
    last = ""
    for layer in model.layers:
        kind = layer.name.rpartition("_")[0]
        if kind in ("conv", "dense"):
            layers[layer.name] = last = layer.name
        elif kind == "depthwise":
            last = ""
        elif kind == "activation" and last:
            layers[last] = layer.name
    return layers


def _activated(layer: Any, users: dict[int, list[Any]]) -> Any:
    from keras import layers

    found: Any = layer
    while True:
        after = users.get(id(found), [])
        if len(after) != 1:
            return layer
        (found,) = after
        if isinstance(found, (layers.Activation, layers.ReLU, layers.LeakyReLU, layers.ELU, layers.PReLU)):
            return found
        if not isinstance(found, (layers.BatchNormalization, layers.Add, *_pools())):
            return layer


def _pools() -> Any:
    from keras import layers

    return layers.MaxPooling2D, layers.AveragePooling2D


def _called_once(model: keras.Model) -> Iterator[Any]:
    return (layer for layer in model.layers if len(layer._inbound_nodes) == 1)


def _users(model: keras.Model) -> dict[int, list[Any]]:
    """Return layer (its id) -> what takes its output; of those called several times nothing."""
    users: dict[int, list[Any]] = {}
    for operation in model.operations:
        if len(operation._inbound_nodes) == 1:
            for tensor in operation._inbound_nodes[0].input_tensors:
                users.setdefault(id(tensor._keras_history.operation), []).append(operation)
    return users
