import keras
import numpy as np
import pytest

from harness.errors import ImpossibleNetwork
from harness.network import build_network
from harness.presets import PRESETS
from harness.study import ModelSpec, block_shapes

IMAGES = np.random.default_rng(0).random((3, 12, 12, 1), dtype=np.float32)


def spec(**keys):
    return ModelSpec.model_validate({"conv": [{"filters": 4, "kernel": 3}], "dense": [6], **keys})


def build(seed=1, shape=(12, 12, 1), **keys):
    return build_network(spec(**keys), shape, 10, seed)


def names(model):
    return [layer.name for layer in model.layers]


def block_ends(model):
    """The shape that leaves each block: that of the layer before the next convolution or the flatten layer."""
    ends = [model.layers[i - 1] for i, layer in enumerate(model.layers) if layer.name.startswith(("conv_", "flatten"))]
    return [layer.output.shape[1:] for layer in ends if layer.name != "image"]


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_have_the_shapes_that_arithmetic_gives(preset):
    model_spec = ModelSpec.model_validate({"preset": preset})
    model = build_network(model_spec, (28, 28, 1), 10, seed=1)
    expected = block_shapes(model_spec, (28, 28, 1))
    convolutions = [layer for layer in model.layers if layer.name.startswith("conv_")]
    assert [layer.output.shape[1:] for layer in convolutions] == [conv for conv, _ in expected]
    assert block_ends(model) == [end for _, end in expected]
    assert model.output.shape == (None, 10)


@pytest.mark.parametrize("shape", [(12, 12, 1), (11, 9, 3)])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("downsample", ["max_pool", "average_pool", "stride", "none"])
def test_blocks_have_the_shapes_that_arithmetic_gives(downsample, padding, shape):
    keys = {
        "conv": [{"filters": 2, "kernel": 4}, {"filters": 3, "kernel": 2, "downsample": "stride"}],
        "downsample": downsample,
        "padding": padding,
        "pool_padding": padding,
    }
    assert block_ends(build(shape=shape, **keys)) == [end for _, end in block_shapes(spec(**keys), shape)]


def test_layers_come_in_the_order_of_the_specification():
    rest = ["flatten", "dense_1", "activation_2", "logits"]
    assert names(build()) == ["image", "conv_1", "activation_1", "pool_1", *rest]
    assert names(build(activation_order="after_pool")) == ["image", "conv_1", "pool_1", "activation_1", *rest]
    strided = build(activation_order="after_pool", downsample="stride")
    assert names(strided) == ["image", "conv_1", "activation_1", *rest]
    full = build(batch_norm=True, conv_dropout=0.1, dense_dropout=0.2, output_activation="relu")
    assert names(full) == [
        *["image", "conv_1", "batch_norm_1", "activation_1", "pool_1", "dropout_1", "flatten"],
        *["dense_1", "batch_norm_2", "activation_2", "dropout_2", "logits", "output_activation"],
    ]


def test_a_block_can_downsample_in_its_own_way():
    model = build(conv=[{"filters": 2}, {"filters": 2, "downsample": "stride"}, {"filters": 2, "downsample": "none"}])
    assert [name for name in names(model) if name.startswith("pool")] == ["pool_1"]
    assert [model.get_layer(f"conv_{number}").strides for number in (1, 2, 3)] == [(1, 1), (2, 2), (1, 1)]


def test_the_logits_are_a_convolution_a_pool_and_two_products_by_hand():
    model = build(conv=[{"filters": 2, "kernel": 1}], dense=[5], bias=0.1, activation_order="after_pool")
    conv, conv_bias = model.get_layer("conv_1").get_weights()
    hidden, hidden_bias = model.get_layer("dense_1").get_weights()
    last, last_bias = model.get_layer("logits").get_weights()
    maps = IMAGES @ conv[0, 0] + conv_bias
    pooled = maps.reshape(3, 6, 2, 6, 2, 2).max(axis=(2, 4))
    values = np.maximum(np.maximum(pooled, 0).reshape(3, -1) @ hidden + hidden_bias, 0)
    expected = values @ last + last_bias
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(conv_bias, [0.1, 0.1])


def test_the_output_activation_is_applied_to_the_logits():
    plain, relu = build(), build(output_activation="relu")
    expected = np.maximum(plain.predict(IMAGES, verbose=0), 0)
    assert (expected == 0).any()
    np.testing.assert_array_equal(relu.predict(IMAGES, verbose=0), expected)


def test_the_seed_makes_the_weights():
    one, same, other = build(seed=1), build(seed=1), build(seed=2)
    for first, second in zip(one.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(one.get_weights()[0], other.get_weights()[0])


def test_layers_draw_from_streams_of_their_own():
    # The two convolutions have kernels of the same shape, so equal seeds would give equal kernels.
    model = build(conv=[{"filters": 3}, {"filters": 3}], shape=(12, 12, 3))
    assert not np.array_equal(model.get_layer("conv_1").get_weights()[0], model.get_layer("conv_2").get_weights()[0])
    deeper = build(conv=[{"filters": 3}, {"filters": 3}, {"filters": 3}], shape=(12, 12, 3))
    np.testing.assert_array_equal(
        model.get_layer("conv_2").get_weights()[0], deeper.get_layer("conv_2").get_weights()[0]
    )


@pytest.mark.parametrize(
    ("initializer", "stddev", "limit"),
    [
        ("truncated_normal", None, 0.4),  # Keras cuts at two standard deviations
        ("random_normal", 0.2, None),
        ("glorot_uniform", (2 / (144 + 500)) ** 0.5, (6 / (144 + 500)) ** 0.5),
        ("glorot_normal", (2 / (144 + 500)) ** 0.5, None),
        ("he_uniform", (2 / 144) ** 0.5, (6 / 144) ** 0.5),
        ("he_normal", (2 / 144) ** 0.5, None),
    ],
)
def test_initializers(initializer, stddev, limit):
    model = build(conv=[], dense=[500], initializer=initializer, initializer_stddev=0.2)
    kernel = model.get_layer("dense_1").get_weights()[0]
    if stddev:
        assert kernel.std() == pytest.approx(stddev, rel=0.02)
    if limit:
        assert abs(kernel).max() == pytest.approx(limit, rel=0.01)


def test_dropout_masks_come_from_the_dropout_seed():
    def masked(dropout_seed):
        model = build_network(
            spec(conv=[], conv_dropout=0.5, dense_dropout=0.5), (12, 12, 1), 10, 1, "float32", dropout_seed
        )
        return np.asarray(model(IMAGES, training=True))

    np.testing.assert_array_equal(masked(3), masked(3))
    assert not np.array_equal(masked(3), masked(4))


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_computes_in_16_bits_and_ends_in_float32(precision):
    model = build_network(spec(batch_norm=True, output_activation="relu"), (12, 12, 1), 10, 1, precision)
    for layer in model.layers[1:]:
        last = layer.name in ("logits", "output_activation")
        assert layer.compute_dtype == ("float32" if last else precision.removeprefix("mixed_")), layer.name
    assert {variable.dtype for variable in model.weights} == {"float32"}
    assert (model.input.dtype, model.output.dtype) == ("float32", "float32")
    assert keras.config.dtype_policy().name == "float32"  # nothing global was touched


def test_a_saved_network_loads_without_this_package(tmp_path):
    model = build(batch_norm=True, dense_dropout=0.5)
    assert "harness" not in model.to_json()
    model.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.predict(IMAGES, verbose=0), model.predict(IMAGES, verbose=0))


def test_a_map_that_shrinks_away_is_an_impossible_network():
    with pytest.raises(ImpossibleNetwork, match="block 1"):
        build(shape=(2, 2, 1), padding="valid")


def test_a_residual_block_is_that_of_resnet():
    """Against the same written out in Keras: two convolutions, a projection where shapes differ, then the sum."""
    keys = {"block": "residual", "dense": [], "batch_norm": True, "batch_norm_momentum": 0.8, "global_pool": "average"}
    model = build(conv=[{"filters": 4, "downsample": "stride"}, {"filters": 4, "downsample": "none"}], **keys)
    assert sorted(names(model)) == sorted([
        "image", "conv_1", "batch_norm_1", "activation_1", "conv_2", "batch_norm_2", "projection_1", "batch_norm_3",
        "add_1", "activation_2", "conv_3", "batch_norm_4", "activation_3", "conv_4", "batch_norm_5", "add_2",
        "activation_4", "global_pool", "logits",
    ])  # fmt: skip
    assert model.get_layer("batch_norm_1").momentum == 0.8
    run = {name: model.get_layer(name) for name in names(model)}
    begun = keras.ops.convert_to_tensor(IMAGES)
    first = run["activation_1"](run["batch_norm_1"](run["conv_1"](begun)))
    second = run["batch_norm_2"](run["conv_2"](first))
    summed = keras.ops.relu(second + run["batch_norm_3"](run["projection_1"](begun)))
    third = keras.ops.relu(run["batch_norm_4"](run["conv_3"](summed)))
    last = keras.ops.relu(run["batch_norm_5"](run["conv_4"](third)) + summed)
    logits = run["logits"](keras.ops.mean(last, axis=(1, 2)))
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), logits, rtol=1e-5, atol=1e-6)


def test_a_separable_block_is_a_depthwise_and_a_1x1_convolution():
    model = build(block="separable", downsample="stride", dense=[])
    assert names(model) == ["image", "depthwise_1", "activation_1", "conv_1", "activation_2", "flatten", "logits"]
    assert model.get_layer("depthwise_1").get_weights()[0].shape == (3, 3, 1, 1)
    assert model.get_layer("conv_1").get_weights()[0].shape == (1, 1, 1, 4)
    assert model.get_layer("depthwise_1").strides == (2, 2)


@pytest.mark.parametrize("activation", ["swish", "elu", "selu", "leaky_relu", "relu6", "mish", "softplus", "softsign",
                                        "hard_sigmoid", "hard_swish"])  # fmt: skip
def test_activations_are_those_of_keras(activation):
    model = build(activation=activation)
    values = np.linspace(-4, 7, 23, dtype=np.float32)
    expected = getattr(keras.activations, "silu" if activation == "swish" else activation)(values)
    np.testing.assert_allclose(model.get_layer("activation_1").activation(values), expected)
    assert not np.allclose(expected, values)


def test_layers_that_networks_have_in_common_start_alike_in_blocks_too():
    plain = build(conv=[{"filters": 4, "downsample": "none"}], global_pool="max")
    residual = build(conv=[{"filters": 4, "downsample": "none", "block": "residual"}], global_pool="max")
    for name in ("conv_1", "dense_1", "logits"):
        for one, other in zip(plain.get_layer(name).get_weights(), residual.get_layer(name).get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
