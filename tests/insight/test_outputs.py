import keras
import numpy as np
import pytest

from harness.insight import (
    draw_edges,
    draw_journey,
    draw_outputs,
    feature_layers,
    layer_outputs,
    liveliest_channel,
    map_layers,
)
from harness.insight.outputs import VERTICAL, convolve, pool
from harness.network import build_network
from harness.study import ModelSpec


def network(**changes):
    given = {"conv": [{"filters": 2, "kernel": 3}], "dense": [3], **changes}
    return build_network(ModelSpec.model_validate(given), (6, 6, 1), 4, seed=0)


def test_features_come_from_the_activated_output():
    assert feature_layers(network()) == {"conv_1": "activation_1", "dense_1": "activation_2"}
    assert feature_layers(network(activation="linear")) == {"conv_1": "conv_1", "dense_1": "dense_1"}
    assert map_layers(network()) == ["conv_1", "activation_1", "pool_1"]
    assert map_layers(network(activation_order="after_pool")) == ["conv_1", "pool_1", "activation_1"]
    assert map_layers(network(conv=[])) == []


def test_features_of_blocks():
    separable = ModelSpec.model_validate({"block": "separable", "conv": [{"filters": 4}], "dense": []})
    assert feature_layers(build_network(separable, (8, 8, 1), 3, 1)) == {"conv_1": "activation_2"}
    residual = ModelSpec.model_validate({"block": "residual", "conv": [{"filters": 4}], "dense": [5]})
    found = feature_layers(build_network(residual, (8, 8, 1), 3, 1))
    assert found == {"conv_1": "activation_1", "conv_2": "activation_2", "dense_1": "activation_3"}


def test_outputs_are_what_keras_gives(monkeypatch):
    monkeypatch.setattr("harness.insight.outputs._BATCH", 2)
    model, images = network(), np.random.default_rng(0).random((3, 6, 6, 1), np.float32)
    batches = list(layer_outputs(model, ["pool_1", "logits"], images))
    assert [[part.shape for part in batch] for batch in batches] == [[(2, 3, 3, 2), (2, 4)], [(1, 3, 3, 2), (1, 4)]]
    np.testing.assert_allclose(
        np.concatenate([batch[1] for batch in batches]), model.predict(images, verbose=0), atol=1e-6
    )
    assert list(layer_outputs(model, [], images)) == []


def test_convolution_is_that_of_keras():
    image, kernel = np.random.default_rng(0).random((5, 6, 2)), np.random.default_rng(1).random((3, 3, 2))
    expected = keras.ops.conv(image[None].astype("float32"), kernel[..., None].astype("float32"), padding="valid")
    np.testing.assert_allclose(convolve(image, kernel), np.asarray(expected)[0, :, :, 0], rtol=1e-5)


def test_sobel_finds_a_vertical_edge_and_no_horizontal_one():
    image = np.zeros((4, 4, 1))
    image[:, 2:] = 1
    assert convolve(image, VERTICAL).tolist() == [[4, 4], [4, 4]]  # 1 + 2 + 1
    assert convolve(image, VERTICAL.T).tolist() == [[0, 0], [0, 0]]


def test_pool_leaves_an_odd_edge_out():
    assert pool(np.arange(15).reshape(3, 5)).tolist() == [[6, 8]]


def test_the_liveliest_channel_is_one_that_all_layers_have():
    first = np.zeros((2, 2, 2, 3))
    first[0, 0, 0] = [1, 5, 9]  # the third varies most, but the second layer has two only
    second = np.zeros((2, 1, 1, 2))
    second[0, 0, 0] = [0.2, 0.1]
    # spreads in units of the largest: channel 1 has 1/9 + 1, channel 2 has 5/9 + 1/2
    assert liveliest_channel({"a": first, "b": second}) == 0
    second[0, 0, 0] = [0.2, 0.15]
    assert liveliest_channel({"a": first, "b": second}) == 1


def test_outputs_show_the_image_first():
    figure = draw_outputs(np.zeros((3, 3, 2), np.float32), "pool_1", np.zeros((6, 6, 1), np.uint8), "test image 0")
    captions = [text.get_text() for text in figure.texts]
    assert captions == ["Outputs of pool_1 for test image 0\n2 channels of 3x3", "image", "1", "2"]


def test_a_journey_has_a_row_for_each_image():
    outputs = {"conv_1": np.zeros((2, 6, 6, 3)), "pool_1": np.zeros((2, 3, 3, 3))}
    figure = draw_journey(outputs, np.zeros((2, 6, 6, 1), np.uint8), 1, "7")
    assert [text.get_text() for text in figure.texts] == [
        "The journey of 2 images of class 7\nchannel 2 of every layer", "image", "conv_1\n6x6", "pool_1\n3x3",
    ]  # fmt: skip


def test_hand_set_kernels_stand_beside_learned_ones():
    figure = draw_edges(np.zeros((6, 6, 1), np.uint8), np.zeros((3, 3, 1, 2)), "it")
    assert [text.get_text() for text in figure.texts][-4:] == [
        "vertical edges", "horizontal edges", "learned 1", "learned 2",
    ]  # fmt: skip
    with pytest.raises(IndexError):
        figure.texts[10]
