from __future__ import annotations

import keras
import pytest
from keras import layers

from harness.cost import built_costs, layer_costs, total_of, uncounted
from harness.network import build_network
from harness.presets import PRESETS
from harness.study import ModelSpec
from tests.engines.own_networks import own_network

OPTIONS = [
    {"conv": [{"filters": 3}, {"filters": 4, "kernel": 4}], "dense": [5, 6], "padding": padding,
     "downsample": downsample, "pool_padding": pool_padding, "activation_order": order, "batch_norm": norm,
     "conv_dropout": 0.2 * norm}
    for padding, pool_padding, norm in [("same", "same", True), ("valid", "valid", False)]
    for downsample in ("max_pool", "average_pool", "stride", "none")
    for order in ("before_pool", "after_pool")
]  # fmt: skip


@pytest.mark.parametrize("keys", [*({"preset": name} for name in PRESETS), *OPTIONS], ids=str)
def test_a_network_that_is_built_costs_what_arithmetic_says_of_it(keys):
    model = ModelSpec.model_validate({"output_activation": "tanh", **keys})
    assert built_costs(build_network(model, (29, 31, 3), 10, seed=0)) == layer_costs(model, (29, 31, 3), 10)


def cost(layer, shape=(6, 7, 4)):
    image = keras.Input(shape)
    (found,) = built_costs(keras.Model(image, layer(image)))
    return found


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Conv2D(8, 3, padding="same"), (3 * 3 * 4 * 8 + 8, 42 * 8 * 36, 42 * 8, 0, 0)),
        (layers.Conv2D(8, (1, 3), groups=2, use_bias=False, activation="relu"),
         (3 * 2 * 8, 6 * 5 * 8 * 6, 6 * 5 * 8, 6 * 5 * 8, 0)),
        (layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), (9 * 8 + 8, 42 * 8 * 9, 42 * 8, 0, 0)),
        (layers.SeparableConv2D(5, 3, padding="same"),
         (9 * 4 + 4 * 5 + 5, 42 * 4 * 9 + 42 * 5 * 4, 42 * 4 + 42 * 5, 0, 0)),
        (layers.Conv2DTranspose(5, 2, strides=2), (4 * 4 * 5 + 5, 42 * 4 * 4 * 5, 12 * 14 * 5, 0, 0)),
        (layers.Dense(3), (15, 42 * 4 * 3, 42 * 3, 0, 0)),
        (layers.MaxPooling2D(3, 2, padding="same"), (0, 0, 0, 0, (8 * 10 - 3 * 4) * 4)),
        (layers.AveragePooling2D((2, 3)), (0, 0, 0, 0, 6 * 6 * 4 - 3 * 2 * 4)),
        (layers.GlobalAveragePooling2D(), (0, 0, 0, 0, 41 * 4)),
        (layers.ReLU(), (0, 0, 0, 168, 0)),
        (layers.Activation("linear"), (0, 0, 0, 0, 0)),
        (layers.LayerNormalization(), (8, 0, 0, 0, 0)),
        (layers.BatchNormalization(), (16, 0, 0, 0, 0)),
        (layers.RandomFlip(), (0, 0, 0, 0, 0)),
    ],
    ids=lambda value: getattr(value, "name", None),
)  # fmt: skip
def test_layers_by_hand(layer, expected):
    # Windows of the pool of 3x3 with 'same' reach over 3 + 3 + 2 = 8 of 6 rows and 2 + 3 + 3 + 2 = 10 of 7 columns.
    found = cost(layer)
    assert (found.parameters, found.macs, found.activations, found.activation_ops, found.pool_ops) == expected
    assert found.counted


@pytest.mark.parametrize(
    "layer",
    [
        layers.Lambda(lambda x: x),
        layers.Conv3D(2, 1),
        layers.UnitNormalization(),
    ],
    ids=lambda layer: layer.name,
)
def test_others_are_uncounted_with_their_parameters(layer):
    found = cost(layer, (6, 7, 4, 1) if layer.name.startswith("conv3d") else (6, 7, 4))
    assert not found.counted
    assert found.parameters == layer.count_params()
    assert (found.macs, found.activations) == (0, 0)


def test_totals_of_what_is_not_known_are_missing_and_networks_inside_are_unfolded():
    costs = built_costs(own_network("nested"))
    assert [layer.name for layer in costs] == [
        "conv2d_1", "sequential/conv2d", "sequential/batch_normalization", "sequential/dropout", "add", "scale",
        "max_pooling2d", "flatten", "dense",
    ]  # fmt: skip
    assert uncounted(costs) == ["scale"]
    assert total_of(costs) == {"parameters": 40 + 148 + 16 + 5 + 260}
    known = built_costs(own_network("normalised"))
    assert uncounted(known) == []
    assert total_of(known)["parameters"] == own_network("normalised").count_params()


def test_a_layer_that_is_called_twice_is_uncounted():
    image = keras.Input((6, 6, 2))
    twice = layers.Conv2D(2, 3, padding="same")
    costs = built_costs(keras.Model(image, twice(twice(image))))
    assert [(layer.name, layer.counted, layer.parameters) for layer in costs] == [(twice.name, False, 38)]
