"""Losses, weights of classes, L2, clipping and averages of weights: as Keras' own ``fit`` has them."""

import keras
import numpy as np
import pytest

from harness.engines import BatchOrder, build_engine
from harness.engines.objective import class_weights, named_losses
from harness.network import build_network
from harness.study import ModelSpec, TrainSpec

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((50, 8, 8, 1), dtype=np.float32)
LABELS = RANDOM.integers(0, 4, 50)
WEIGHTS = (0.5, 2.0, 1.0, 0.25)


def network(l2=0.0):
    spec = {"conv": [{"filters": 4}], "dense": [8]}
    model = build_network(ModelSpec.model_validate(spec), (8, 8, 1), 4, 1)
    if not l2:
        return model

    def penalised(layer):
        config = layer.get_config()
        if "kernel_regularizer" in config:
            config["kernel_regularizer"] = keras.regularizers.L2(l2)
        return layer.__class__.from_config(config)

    twin = keras.models.clone_model(model, clone_function=penalised)
    twin.set_weights(model.get_weights())
    return twin


def spec_of(**keys):
    return TrainSpec.model_validate({"max_steps": 20, "batch_size": 16, "learning_rate": 0.01, **keys})


class SquaredError(keras.losses.Loss):
    """Keras' mean squared error, of the softmax."""

    def call(self, y_true, y_pred):
        return keras.losses.mean_squared_error(y_true, keras.ops.softmax(y_pred))


class Focal(keras.losses.Loss):
    """Keras' focal loss without alpha."""

    def call(self, y_true, y_pred):
        return keras.losses.categorical_focal_crossentropy(y_true, y_pred, alpha=1.0, gamma=1.5, from_logits=True)


CROSS = keras.losses.CategoricalCrossentropy(from_logits=True)
CASES = {
    "focal": ({"loss": "focal", "focal_gamma": 1.5}, Focal(), {}, {}, 0.0),
    "squared_error": ({"loss": "squared_error"}, SquaredError(), {}, {}, 0.0),
    "class_weights": ({"class_weights": WEIGHTS}, CROSS, {}, {"class_weight": dict(enumerate(WEIGHTS))}, 0.0),
    "l2": ({"l2": 0.01}, CROSS, {}, {}, 0.01),
    "clip_norm": ({"clip_norm": 0.1}, CROSS, {"global_clipnorm": 0.1}, {}, 0.0),
    "clip_value": ({"clip_value": 0.001}, CROSS, {"clipvalue": 0.001}, {}, 0.0),
    "ema": ({"ema": 0.8}, CROSS, {"use_ema": True, "ema_momentum": 0.8}, {}, 0.0),
}


def same_as_keras(case):
    """Train ten steps, and Keras' fit on the same batches; compare what they come to."""
    keys, loss, options, fit, l2 = CASES[case]
    model, twin = network(), network(l2)
    engine = build_engine(model, spec_of(**keys), 20, IMAGES, LABELS, 5)
    engine.warm_up(10)
    ours = engine.train(10)
    engine.write_back()
    seen = BatchOrder(50, 16, 5).take(10).ravel()
    twin.compile(keras.optimizers.Adam(0.01, **options), loss, jit_compile=False)
    logs = twin.fit(IMAGES[seen], np.eye(4)[LABELS[seen]], batch_size=16, shuffle=False, verbose=0, **fit).history
    if not l2:  # Keras adds the penalty to what it logs
        assert ours.loss == pytest.approx(logs["loss"][0], rel=1e-4)
    for weight, twin_weight in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(weight, twin_weight, rtol=1e-3, atol=1e-5)
    plain = network()
    other = build_engine(plain, spec_of(), 20, IMAGES, LABELS, 5)
    other.train(10)
    other.write_back()
    assert not np.allclose(plain.get_layer("logits").get_weights()[0], model.get_layer("logits").get_weights()[0])


@pytest.mark.parametrize("case", CASES)
def test_it_trains_as_keras_fit_does_on_the_same_batches(case):
    same_as_keras(case)


def test_focal_loss_and_squared_error_by_hand():
    # softmax of (0, log 3) is (1/4, 3/4)
    logits, labels = np.array([[0, np.log(3)]], np.float32), np.array([1])
    focal = float(np.asarray(named_losses(spec_of(loss="focal"), logits, labels))[0])
    assert focal == pytest.approx(0.25**2 * np.log(4 / 3), rel=1e-5)
    squared = float(np.asarray(named_losses(spec_of(loss="squared_error"), logits, labels))[0])
    assert squared == pytest.approx((0.25**2 + 0.25**2) / 2, rel=1e-5)
    smoothed = spec_of(loss="squared_error", label_smoothing=0.2)  # the label is (0.1, 0.9)
    assert float(np.asarray(named_losses(smoothed, logits, labels))[0]) == pytest.approx(0.15**2, rel=1e-5)


def test_balanced_weights_are_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.array([0, 0, 0, 1, 2, 2])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(class_weights(spec_of(class_weights="balanced"), labels, 3), expected, rtol=1e-6)
    assert class_weights(spec_of(), labels, 3).tolist() == [1, 1, 1]
    assert class_weights(spec_of(class_weights=[1, 2, 0.5]), labels, 3).tolist() == [1, 2, 0.5]


def test_averages_are_evaluated_and_those_of_a_network_that_was_not_trained_are_its_weights():
    model = network()
    engine = build_engine(model, spec_of(ema=0.9), 20, IMAGES, LABELS, 5)
    np.testing.assert_allclose(engine.logits(IMAGES), model.predict(IMAGES, verbose=0), rtol=1e-5, atol=1e-6)
    engine.warm_up(3)
    np.testing.assert_allclose(engine.logits(IMAGES), model.predict(IMAGES, verbose=0), rtol=1e-5, atol=1e-6)
    engine.train(5)
    engine.keep()
    kept = engine.logits(IMAGES)
    engine.train(5)
    assert not np.allclose(engine.logits(IMAGES), kept)
    engine.restore()
    np.testing.assert_array_equal(engine.logits(IMAGES), kept)
    engine.write_back()
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), kept, rtol=1e-4, atol=1e-5)


def test_l2_is_an_input_of_a_program():
    first = build_engine(network(), spec_of(l2=0.01), 20, IMAGES, LABELS, 5)
    first.train(2)
    program = first._program
    del first
    assert build_engine(network(), spec_of(l2=0.1), 20, IMAGES, LABELS, 5)._program is program
    for keys in ({}, {"loss": "focal", "l2": 0.01}, {"clip_norm": 1.0, "l2": 0.01}, {"ema": 0.9, "l2": 0.01},
                 {"class_weights": "balanced", "l2": 0.01}):  # fmt: skip
        assert build_engine(network(), spec_of(**keys), 20, IMAGES, LABELS, 5)._program is not program
