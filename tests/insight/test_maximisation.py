import numpy as np
import pytest

from harness.engines import input_gradients
from harness.insight import draw_maximised, feature_means, maximise_activations
from harness.network import build_network
from harness.study import ModelSpec


def linear(weights):
    """Feature k is the sum of the pixels times weights[k]."""
    weights = np.asarray(weights, float)

    def gradients(images, features):
        slopes = weights[features][:, :, None, None] * np.ones_like(images)
        return (images * slopes).sum(axis=(1, 2, 3)), slopes

    return gradients


def test_pixels_go_to_the_ends_that_a_feature_likes():
    """Two pixels: feature 0 likes the first light and the second dark, feature 1 is not used."""
    found = maximise_activations(linear([[1, -1], [0, 0]]), [0, 1], (2, 1, 1), restarts=2)
    assert found.images[0].ravel().tolist() == [1, 0]
    assert found.values[0] == 1
    assert found.blank.tolist() == [False, True]
    assert (abs(found.images[1] - 0.5) <= 0.05).all()


def test_of_several_restarts_the_best_is_kept():
    """Values that depend on where the climb began: those of feature 0 are taken as they are."""

    def gradients(images, features):
        return images.mean(axis=(1, 2, 3)), np.zeros_like(images)

    one = maximise_activations(gradients, [0], (4, 4, 1), restarts=1)
    many = maximise_activations(gradients, [0], (4, 4, 1), restarts=30)
    assert many.values[0] > one.values[0]
    random = np.random.default_rng(0).uniform(0.45, 0.55, (30, 4, 4, 1))
    assert many.values[0] == pytest.approx(random.mean(axis=(1, 2, 3)).max())


def test_batches_of_features_give_each_its_own(monkeypatch):
    monkeypatch.setattr("harness.insight.maximisation._BATCH", 4)
    found = maximise_activations(linear(np.eye(5)), [4, 2, 0], (5, 1, 1), restarts=3)
    assert found.features.tolist() == [4, 2, 0]
    assert [image.ravel().tolist().index(1) for image in found.images] == [4, 2, 0]


def test_gradients_are_those_of_finite_differences():
    spec = ModelSpec.model_validate({"conv": [{"filters": 2}], "dense": [3], "activation": "tanh"})
    model = build_network(spec, (4, 4, 1), 3, seed=1)
    means = feature_means(model, "conv_1")
    assert means.output_shape == (None, 2)
    images, columns = np.random.default_rng(0).random((2, 4, 4, 1), np.float32), np.array([1, 0])
    gradients = input_gradients(means)
    values, slopes = gradients(images, columns)
    assert values == pytest.approx(np.asarray(means(images))[[0, 1], columns], rel=1e-5)
    step = np.zeros_like(images)
    step[:, 2, 1] = 0.01
    above, _ = gradients(images + step, columns)
    assert (above - values) / 0.01 == pytest.approx(slopes[:, 2, 1, 0], abs=1e-4)


def test_features_are_named_and_dead_ones_said():
    found = maximise_activations(linear([[1, -1], [0, 0]]), [0, 1], (2, 1, 1))
    captions = [text.get_text() for text in draw_maximised(found, "logits", ["cat", "dog"]).texts]
    assert captions == [
        "Activation maximisation: images that maximise the logit of each class, and its value",
        "cat: 1",
        "dog: dead",
    ]
    captions = [text.get_text() for text in draw_maximised(found, "conv_1").texts]
    assert captions == [
        "Activation maximisation: images that maximise features of conv_1, and their output",
        "1: 1",
        "2: dead",
    ]
