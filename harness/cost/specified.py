"""What a network costs, layer by layer, by arithmetic: nothing is built and nothing runs.

Keras has no counter of operations, so they are counted here by hand. All figures are for one image in inference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from harness.study import POOL, ModelSpec, block_shapes

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerCost:
    """One layer of the network and what it costs.

    Attributes:
        name: the layer's name in the Keras model, e.g. ``conv_1``.
        kind: "conv", "depthwise", "projection" (the 1x1 convolution beside a residual block), "add", "batch_norm",
            "activation", "pool", "global_pool", "dropout", "flatten" or "dense".
        output_shape: (height, width, channels) of a map, (units,) of a vector; without the batch.
        parameters: all weights, as Keras's ``count_params`` counts them: the two moving statistics of a batch
            normalisation are among them, although they are not trained.
        macs: multiply-accumulates of convolutions and dense layers. Padding counts as if it were multiplied, biases do
            not count, and neither does batch normalisation, which folds into the weights before it.
        activations: values that convolutions and dense layers put out (Radosavovic et al. 2020, "Designing Network
            Design Spaces", section 3.3, count those of the convolutions): a measure of memory traffic.
        activation_ops: evaluations of the activation function.
        pool_ops: comparisons of a max-pool, or additions of an average pool: the values in a window less one. The
            additions of a residual block count nowhere.
        counted: whether its operations are known here; of a layer that is not, the parameters alone count.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: int = 0
    macs: int = 0
    activations: int = 0
    activation_ops: int = 0
    pool_ops: int = 0
    counted: bool = True


TOTALS = ("parameters", "macs", "activations", "activation_ops", "pool_ops")
"""The figures that add up over layers."""


@dataclass
class _Walk:
    """The layers so far, numbered by kind in the order they come: ``conv_1, activation_1, conv_2, ...``."""

    shape: Shape
    layers: list[LayerCost] = field(default_factory=list)

    def add(self, kind: str, shape: Shape | None = None, name: str = "", **figures: Any) -> None:
        self.shape = shape or self.shape
        number = 1 + sum(layer.kind == kind for layer in self.layers)
        self.layers.append(LayerCost(name or f"{kind}_{number}", kind, self.shape, **figures))

    def convolve(self, kernel: int, shape: Shape, kind: str = "conv") -> None:
        per_value = kernel * kernel * (1 if kind == "depthwise" else self.shape[-1])
        values = math.prod(shape)
        parameters = (per_value + 1) * shape[-1]
        self.add(kind, shape, parameters=parameters, macs=values * per_value, activations=values)

    def connect(self, units: int, name: str = "") -> None:
        inputs = self.shape[0]
        parameters = (inputs + 1) * units
        self.add("dense", (units,), name, parameters=parameters, macs=inputs * units, activations=units)

    def normalise(self) -> None:
        self.add("batch_norm", parameters=4 * self.shape[-1])  # scale, offset, moving mean, moving variance

    def activate(self, name: str = "") -> None:
        self.add("activation", name=name, activation_ops=math.prod(self.shape))

    def pool(self, shape: Shape) -> None:
        # An odd edge: with 'same' its windows are smaller, with 'valid' nothing looks at it.
        covered = math.prod(min(before, POOL * after) for before, after in zip(self.shape[:2], shape[:2], strict=True))
        self.add("pool", shape, pool_ops=covered * shape[-1] - math.prod(shape))


def layer_costs(model: ModelSpec, image_shape: tuple[int, int, int], classes: int) -> list[LayerCost]:
    """Return the cost of every layer after the input, with the names and in the order of the Keras model.

    Of a residual block with a projection the two branches come one after the other; Keras lists them side by side.

    Args:
        model: the network.
        image_shape: (height, width, channels).
        classes: number of logits.

    Raises:
        ImpossibleNetwork: if a feature map would shrink below 1x1.
    """
    walk = _Walk(image_shape)
    for index, (conv_shape, end_shape) in enumerate(block_shapes(model, image_shape)):
        _block(walk, model, index, conv_shape)
        pooled = model.block_downsample(index) in ("max_pool", "average_pool")
        if pooled and model.activation_order == "after_pool":
            walk.pool(end_shape)
        if model.activation != "linear":
            walk.activate()
        if pooled and model.activation_order == "before_pool":
            walk.pool(end_shape)
        if model.conv_dropout:
            walk.add("dropout")
    if model.global_pool == "none":
        walk.add("flatten", (math.prod(walk.shape),), "flatten")
    else:
        channels = walk.shape[-1]
        walk.add("global_pool", (channels,), "global_pool", pool_ops=math.prod(walk.shape) - channels)
    for units in model.dense:
        walk.connect(units)
        if model.batch_norm:
            walk.normalise()
        if model.activation != "linear":
            walk.activate()
        if model.dense_dropout:
            walk.add("dropout")
    walk.connect(classes, "logits")
    if model.output_activation != "linear":
        walk.activate("output_activation")
    return walk.layers


def _block(walk: _Walk, model: ModelSpec, index: int, shape: Shape) -> None:
    """Add what a block has before its last activation."""
    block, kind, before = model.conv[index], model.block_kind(index), walk.shape

    def convolve(kernel: int, output: Shape, layer: str = "conv") -> None:
        walk.convolve(kernel, output, layer)
        if model.batch_norm:
            walk.normalise()

    if kind == "separable":
        convolve(block.kernel, (*shape[:2], before[-1]), "depthwise")
        if model.activation != "linear":
            walk.activate()
        convolve(1, shape)
        return
    convolve(block.kernel, shape)
    if kind == "residual":
        if model.activation != "linear":
            walk.activate()
        convolve(block.kernel, shape)
        if before != shape:
            walk.shape = before
            convolve(1, shape, "projection")
        walk.add("add", shape)


def total_costs(model: ModelSpec, image_shape: tuple[int, int, int], classes: int) -> dict[str, int]:
    """Return each of :data:`TOTALS` summed over the layers; see :class:`LayerCost` for what they count.

    Raises:
        ImpossibleNetwork: if a feature map would shrink below 1x1.
    """
    layers = layer_costs(model, image_shape, classes)
    return {name: sum(getattr(layer, name) for layer in layers) for name in TOTALS}
