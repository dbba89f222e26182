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
        kind: "conv", "batch_norm", "activation", "pool", "dropout", "flatten" or "dense".
        output_shape: (height, width, channels) of a map, (units,) of a vector; without the batch.
        parameters: all weights, as Keras's ``count_params`` counts them: the two moving statistics of a batch
            normalisation are among them, although they are not trained.
        macs: multiply-accumulates of convolutions and dense layers. Padding counts as if it were multiplied, biases do
            not count, and neither does batch normalisation, which folds into the weights before it.
        activations: values that convolutions and dense layers put out (Radosavovic et al. 2020, "Designing Network
            Design Spaces", section 3.3, count those of the convolutions): a measure of memory traffic.
        activation_ops: evaluations of the activation function.
        pool_ops: comparisons of a max-pool, or additions of an average pool: the values in a window less one.
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

    def convolve(self, kernel: int, shape: Shape) -> None:
        per_value = kernel * kernel * self.shape[-1]
        values = math.prod(shape)
        parameters = (per_value + 1) * shape[-1]
        self.add("conv", shape, parameters=parameters, macs=values * per_value, activations=values)

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

    Args:
        model: the network.
        image_shape: (height, width, channels).
        classes: number of logits.

    Raises:
        ImpossibleNetwork: if a feature map would shrink below 1x1.
    """
    walk = _Walk(image_shape)
    for index, (block, (conv_shape, end_shape)) in enumerate(
        zip(model.conv, block_shapes(model, image_shape), strict=True)
    ):
        walk.convolve(block.kernel, conv_shape)
        if model.batch_norm:
            walk.normalise()
        pooled = model.block_downsample(index) in ("max_pool", "average_pool")
        if pooled and model.activation_order == "after_pool":
            walk.pool(end_shape)
        if model.activation != "linear":
            walk.activate()
        if pooled and model.activation_order == "before_pool":
            walk.pool(end_shape)
        if model.conv_dropout:
            walk.add("dropout")
    walk.add("flatten", (math.prod(walk.shape),), "flatten")
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


def total_costs(model: ModelSpec, image_shape: tuple[int, int, int], classes: int) -> dict[str, int]:
    """Return each of :data:`TOTALS` summed over the layers; see :class:`LayerCost` for what they count.

    Raises:
        ImpossibleNetwork: if a feature map would shrink below 1x1.
    """
    layers = layer_costs(model, image_shape, classes)
    return {name: sum(getattr(layer, name) for layer in layers) for name in TOTALS}
