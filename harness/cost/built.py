"""What a network of the user's costs, by the layers of Keras that are known here; others are said to be uncounted.

Nothing of Keras is imported: a network that is built says of each layer what it takes and gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from harness.cost.specified import TOTALS, LayerCost, Shape

_Figures = dict[str, Any]

FREE = frozenset((
    "Add", "Average", "Concatenate", "Cropping2D", "Dropout", "Flatten", "GaussianDropout", "GaussianNoise",
    "GroupNormalization", "Identity", "LayerNormalization", "Maximum", "Minimum", "Multiply", "Permute",
    "RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation",
    "RandomZoom", "Rescaling", "Reshape", "SpatialDropout2D", "Subtract", "UpSampling2D", "ZeroPadding2D",
))  # fmt: skip
"""Layers of Keras with no multiply-accumulates of convolutions or dense layers, no activation and no pool."""

_OPERATIONS = frozenset(["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Concatenate", "Reshape", "Transpose"])
"""Operations between layers, as ``x + y`` makes them, that count as little as the layers of their names."""

_KINDS = {
    "Conv2D": "conv", "DepthwiseConv2D": "conv", "SeparableConv2D": "conv", "Conv2DTranspose": "conv", "Dense": "dense",
    "BatchNormalization": "batch_norm", "Dropout": "dropout", "Flatten": "flatten",
}  # fmt: skip


def built_costs(network: Any) -> list[LayerCost]:
    """Return the cost of every layer after the input, in the order of the Keras model, networks inside it unfolded.

    Args:
        network: a functional Keras model.
    """
    return [cost for operation in network.operations for cost in _costs(operation, "")]


def total_of(layers: Sequence[LayerCost]) -> dict[str, int]:
    """Return each of :data:`TOTALS` summed over layers; parameters alone where the operations of one are uncounted."""
    names = TOTALS if all(layer.counted for layer in layers) else ("parameters",)
    return {name: sum(getattr(layer, name) for layer in layers) for name in names}


def uncounted(layers: Sequence[LayerCost]) -> list[str]:
    """Return the names of the layers whose operations are not counted."""
    return [layer.name for layer in layers if not layer.counted]


def _costs(operation: Any, prefix: str) -> Iterator[LayerCost]:
    name, kind = f"{prefix}{operation.name}", type(operation).__name__
    ours = type(operation).__module__.partition(".")[0] == "keras"
    if ours and kind == "InputLayer":
        return
    once = len(operation._inbound_nodes) == 1
    if ours and kind in ("Functional", "Sequential") and once:
        for inner in operation._functional.operations if kind == "Sequential" else operation.operations:
            yield from _costs(inner, f"{name}/")
        return
    parameters = operation.count_params() if hasattr(operation, "count_params") else 0
    shape = _shape(operation._inbound_nodes[0].output_tensors)
    figures = _figures(operation, kind, shape) if ours and once else None
    shown = _KINDS.get(kind, kind) if ours else kind
    if ours and (figures or {}).get("activation_ops") and shown not in ("conv", "dense"):
        shown = "activation"
    if ours and "Pooling2D" in kind:
        shown = "pool"
    if figures is None:
        yield LayerCost(name, shown, shape, parameters, counted=False)
    else:
        yield replace(LayerCost(name, shown, shape, parameters), **figures)


def _figures(layer: Any, kind: str, shape: Shape) -> _Figures | None:
    """Return what a layer of Keras costs, None if that is not known here."""
    if not hasattr(layer, "count_params"):
        return {} if kind in _OPERATIONS else None
    if kind in FREE or kind == "BatchNormalization":
        return {}
    count = _COUNTS.get(kind)
    if count is None or getattr(layer, "data_format", "channels_last") != "channels_last":
        return None
    before = _shape(layer._inbound_nodes[0].input_tensors)
    return count(layer, before, shape) | _activated(layer, kind, shape)


def _activated(layer: Any, kind: str, shape: Shape) -> _Figures:
    activation = getattr(layer, "activation", None)
    linear = kind == "Activation" and getattr(activation, "__name__", "") == "linear"
    if linear or (kind not in _ACTIVATIONS and getattr(activation, "__name__", "linear") == "linear"):
        return {}
    return {"activation_ops": math.prod(shape)}


def _shape(tensors: Any) -> Shape:
    """Return the shape of one tensor without the batch; of several the first one's."""
    return tuple(int(side) if side is not None else 0 for side in tensors[0].shape[1:])


def _convolution(layer: Any, before: Shape, shape: Shape) -> _Figures:
    values = math.prod(shape)
    return {"macs": values * math.prod(layer.kernel_size) * before[-1] // layer.groups, "activations": values}


def _depthwise(layer: Any, before: Shape, shape: Shape) -> _Figures:  # noqa: ARG001
    values = math.prod(shape)
    return {"macs": values * math.prod(layer.kernel_size), "activations": values}


def _separable(layer: Any, before: Shape, shape: Shape) -> _Figures:
    """Count a depthwise convolution, then one of 1x1."""
    between = math.prod(shape[:-1]) * before[-1] * layer.depth_multiplier
    values = math.prod(shape)
    macs = between * math.prod(layer.kernel_size) + values * before[-1] * layer.depth_multiplier
    return {"macs": macs, "activations": between + values}


def _transposed(layer: Any, before: Shape, shape: Shape) -> _Figures:
    macs = math.prod(before) * math.prod(layer.kernel_size) * shape[-1]
    return {"macs": macs, "activations": math.prod(shape)}


def _dense(layer: Any, before: Shape, shape: Shape) -> _Figures:  # noqa: ARG001
    values = math.prod(shape)
    return {"macs": values * before[-1], "activations": values}


def _pool(layer: Any, before: Shape, shape: Shape) -> _Figures:
    sides = zip(before[:2], shape[:2], layer.pool_size, layer.strides, strict=True)
    covered = math.prod(_covered(*side, layer.padding) for side in sides)
    return {"pool_ops": (covered - math.prod(shape[:2])) * shape[-1]}


def _covered(before: int, after: int, window: int, stride: int, padding: str) -> int:
    """Return how many values all windows along one side have together; those beyond the edge of 'same' are none."""
    pad = max((after - 1) * stride + window - before, 0) // 2 if padding == "same" else 0
    starts = (index * stride - pad for index in range(after))
    return sum(min(start + window, before) - max(start, 0) for start in starts)


def _global_pool(layer: Any, before: Shape, shape: Shape) -> _Figures:  # noqa: ARG001
    return {"pool_ops": math.prod(before) - before[-1]}


def _nothing(layer: Any, before: Shape, shape: Shape) -> _Figures:  # noqa: ARG001
    return {}


_ACTIVATIONS = frozenset(["Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"])

_COUNTS: dict[str, Callable[[Any, Shape, Shape], _Figures]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv2D": _separable,
    "Conv2DTranspose": _transposed,
    "Dense": _dense,
    "MaxPooling2D": _pool,
    "AveragePooling2D": _pool,
    "GlobalAveragePooling2D": _global_pool,
    "GlobalMaxPooling2D": _global_pool,
    **dict.fromkeys(_ACTIVATIONS, _nothing),
}
