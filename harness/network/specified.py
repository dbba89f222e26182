"""A Keras model from a network specification; nothing about training."""

from __future__ import annotations

import hashlib
from typing import Any

import keras

from harness.study import POOL, ConvBlock, ModelSpec, block_shapes

_INITIALIZERS: dict[str, Any] = {
    "glorot_uniform": keras.initializers.GlorotUniform,
    "glorot_normal": keras.initializers.GlorotNormal,
    "he_uniform": keras.initializers.HeUniform,
    "he_normal": keras.initializers.HeNormal,
    "truncated_normal": keras.initializers.TruncatedNormal,
    "random_normal": keras.initializers.RandomNormal,
}
_WITH_STDDEV = ("truncated_normal", "random_normal")
_POOLS: dict[str, Any] = {"max_pool": keras.layers.MaxPooling2D, "average_pool": keras.layers.AveragePooling2D}
_GLOBAL_POOLS: dict[str, Any] = {
    "average": keras.layers.GlobalAveragePooling2D,
    "max": keras.layers.GlobalMaxPooling2D,
}
_LAYOUT = "channels_last"


def build_network(
    model: ModelSpec,
    image_shape: tuple[int, int, int],
    classes: int,
    seed: int,
    precision: str = "float32",
    dropout_seed: int = 0,
) -> keras.Model:
    """Build the network, with fresh weights.

    Layers are named by kind and number (``conv_1, activation_1, pool_1, ..., flatten, dense_1, ..., logits``), as in
    :func:`harness.cost.layer_costs`. Layers that would do nothing (dropout of 0, a linear activation) are left out.
    Convolutions and dense layers keep their bias before batch normalisation, where it is redundant, so that
    ``model.bias`` and the parameter count mean the same with and without it.

    Args:
        model: the network.
        image_shape: (height, width, channels).
        classes: number of logits.
        seed: seed of the initial weights. Each layer draws from its own stream, made from the seed and its name, so two
            networks start from the same weights in every layer that they have in common.
        precision: Keras dtype policy of all layers but the last: "float32", "mixed_bfloat16" or "mixed_float16".
        dropout_seed: seed of the dropout masks, again with a stream for each layer.

    Returns:
        A functional model from float32 images (batch, height, width, channels) to float32 logits (batch, classes).

    Raises:
        ImpossibleNetwork: if a feature map would shrink below 1x1.
    """
    block_shapes(model, image_shape)  # raises what Keras would say less clearly
    image = keras.Input(image_shape, dtype="float32", name="image")
    stack = _Stack(model, image, seed, dropout_seed, keras.DTypePolicy(precision))
    for index in range(len(model.conv)):
        _add_block(stack, model, index)
    if model.global_pool == "none":
        stack.add(keras.layers.Flatten, "flatten", data_format=_LAYOUT)
    else:
        stack.add(_GLOBAL_POOLS[model.global_pool], "global_pool", data_format=_LAYOUT)
    for units in model.dense:
        stack.add_weights(keras.layers.Dense, stack.number("dense"), units=units)
        stack.add_batch_norm()
        stack.add_activation()
        stack.add_dropout(model.dense_dropout)
    stack.policy = keras.DTypePolicy("float32")
    stack.add_weights(keras.layers.Dense, "logits", units=classes)
    if model.output_activation != "linear":
        stack.add(keras.layers.Activation, "output_activation", activation=model.output_activation)
    return keras.Model(image, stack.tensor, name="network")


def _add_block(stack: _Stack, model: ModelSpec, index: int) -> None:
    block, downsample = model.conv[index], model.block_downsample(index)
    kind, stride = model.block_kind(index), POOL if downsample == "stride" else 1
    if kind == "separable":
        stack.add_depthwise(block.kernel, stride)
        stack.add_batch_norm()
        stack.add_activation()
        stack.add_convolution(block.filters, 1, 1)
        stack.add_batch_norm()
    elif kind == "residual":
        _add_residual(stack, block, stride)
    else:
        stack.add_convolution(block.filters, block.kernel, stride)
        stack.add_batch_norm()
    if model.activation_order == "before_pool":
        stack.add_activation()
    if downsample in _POOLS:
        pool = _POOLS[downsample]
        options = {"pool_size": POOL, "strides": POOL, "padding": model.pool_padding, "data_format": _LAYOUT}
        stack.add(pool, stack.number("pool"), **options)
    if model.activation_order == "after_pool":
        stack.add_activation()
    stack.add_dropout(model.conv_dropout)


def _add_residual(stack: _Stack, block: ConvBlock, stride: int) -> None:
    """Put two convolutions on top, and add what was there before; by a 1x1 convolution where shapes differ.

    The basic block of He et al. 2016, "Deep Residual Learning for Image Recognition", with its projection (option B);
    the activation after the sum is the caller's.
    """
    before = stack.tensor
    stack.add_convolution(block.filters, block.kernel, stride)
    stack.add_batch_norm()
    stack.add_activation()
    stack.add_convolution(block.filters, block.kernel, 1)
    stack.add_batch_norm()
    changed = stack.tensor
    if tuple(before.shape) != tuple(changed.shape):
        stack.tensor = before
        stack.add_convolution(block.filters, 1, stride, "projection")
        stack.add_batch_norm()
        before = stack.tensor
    stack.tensor = keras.layers.Add(name=stack.number("add"), dtype=stack.policy)([before, changed])


class _Stack:
    """The network while it grows: its last tensor, and how many layers of each kind it has."""

    def __init__(self, model: ModelSpec, image: Any, seed: int, dropout_seed: int, policy: Any) -> None:
        self.model = model
        self.tensor = image
        self.seed = seed
        self.dropout_seed = dropout_seed
        self.policy = policy
        self.counts: dict[str, int] = {}

    def number(self, kind: str) -> str:
        """Return the name of the next layer of a kind."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}_{self.counts[kind]}"

    def add(self, layer: Any, name: str, **options: Any) -> None:
        """Put a layer on top."""
        self.tensor = layer(name=name, dtype=self.policy, **options)(self.tensor)

    def add_convolution(self, filters: int, kernel: int, stride: int, kind: str = "conv") -> None:
        """Put a convolution on top."""
        sizes: dict[str, Any] = {"filters": filters, "kernel_size": kernel, "strides": stride}
        padding = self.model.padding
        self.add_weights(keras.layers.Conv2D, self.number(kind), **sizes, padding=padding, data_format=_LAYOUT)

    def add_depthwise(self, kernel: int, stride: int) -> None:
        """Put a convolution of each channel by itself on top."""
        sizes: dict[str, Any] = {"kernel_size": kernel, "strides": stride}
        name, padding = self.number("depthwise"), self.model.padding
        self.add_weights(keras.layers.DepthwiseConv2D, name, "depthwise", **sizes, padding=padding, data_format=_LAYOUT)

    def add_batch_norm(self) -> None:
        """Put batch normalisation on top, if the model has it."""
        if self.model.batch_norm:
            momentum = self.model.batch_norm_momentum
            self.add(keras.layers.BatchNormalization, self.number("batch_norm"), momentum=momentum)

    def add_weights(self, layer: Any, name: str, of: str = "kernel", **options: Any) -> None:
        """Put a convolution or dense layer on top, with the model's initial weights and bias."""
        kernel: dict[str, Any] = {"seed": _layer_seed(self.seed, name)}
        if self.model.initializer in _WITH_STDDEV:
            kernel["stddev"] = self.model.initializer_stddev
        self.add(
            layer,
            name,
            bias_initializer=keras.initializers.Constant(self.model.bias),
            **{f"{of}_initializer": _INITIALIZERS[self.model.initializer](**kernel)},
            **options,
        )

    def add_activation(self) -> None:
        """Put the model's activation on top, unless it is linear."""
        if self.model.activation != "linear":
            self.add(keras.layers.Activation, self.number("activation"), activation=self.model.activation)

    def add_dropout(self, rate: float) -> None:
        """Put dropout on top, unless its rate is 0."""
        if rate:
            name = self.number("dropout")
            self.add(keras.layers.Dropout, name, rate=rate, seed=_layer_seed(self.dropout_seed, name))


def _layer_seed(seed: int, name: str) -> int:
    """Return 31 bits that depend on nothing but the seed and the layer's name (``hash`` differs between processes)."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:4]) >> 1
