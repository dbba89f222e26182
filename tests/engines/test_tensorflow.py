import gc
import hashlib
import math
import subprocess
import sys
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from harness.engines import BatchOrder, Means, build_engine, configure, describe_device, mean_scores, tensorflow_program
from harness.engines import tensorflow as module
from harness.errors import HarnessError
from harness.network import build_network
from harness.study import ModelSpec, TrainSpec

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((50, 8, 8, 1), dtype=np.float32)
LABELS = RANDOM.integers(0, 4, 50)
ORDER_SEED = 5


def network(precision="float32", **keys):
    spec = {"conv": [{"filters": 4}], "dense": [8], **keys}
    return build_network(ModelSpec.model_validate(spec), (8, 8, 1), 4, 1, precision, dropout_seed=2)


def train_spec(**keys):
    return TrainSpec.model_validate({"max_steps": 20, "batch_size": 16, "learning_rate": 0.01, **keys})


def engine_for(model, **keys):
    return build_engine(model, train_spec(**keys), 20, IMAGES, LABELS, ORDER_SEED)


def state(engine):
    """Everything that a training changes, as bytes."""
    program = engine._program
    variables = [*program.template.model.variables, *program.optimizer.keras.variables]
    digest = hashlib.sha256(b"".join(variable.numpy().tobytes() for variable in variables))
    return digest.hexdigest(), engine._feed.order._left.tolist()


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_logits_that_are_no_numbers_have_no_scores(wrong):
    logits = np.zeros((3, 4), np.float32)
    logits[1, 2] = wrong  # of one image, in a class that is not its own
    means = mean_scores(logits, np.zeros(3, int))
    assert math.isnan(means.loss)
    assert math.isnan(means.accuracy)


def test_a_network_that_diverges_has_no_training_accuracy():
    engine = engine_for(network(), optimizer="sgd", learning_rate=1e30)
    first, later = engine.train(1), engine.train(3)
    assert math.isfinite(first.loss)
    assert 0 <= first.accuracy <= 1
    assert math.isnan(later.loss)
    assert math.isnan(later.accuracy)


OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "sgd": lambda: keras.optimizers.SGD(0.01, momentum=0.8),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
}


@pytest.mark.parametrize(
    ("optimizer", "label_smoothing", "batch_norm"),
    [("adam", 0.0, False), ("adamw", 0.0, True), ("sgd", 0.2, False), ("rmsprop", 0.0, False)],
)
def test_it_trains_as_keras_fit_does_on_the_same_batches(optimizer, label_smoothing, batch_norm):
    steps = 10  # 160 images of 50, so that three batches span two epochs
    model, twin = network(batch_norm=batch_norm), network(batch_norm=batch_norm)
    keys = {"optimizer": optimizer, "momentum": 0.8, "weight_decay": 0.1, "label_smoothing": label_smoothing}
    engine = engine_for(model, **keys)
    ours = [engine.train(1) for _ in range(steps)]

    seen = BatchOrder(50, 16, ORDER_SEED).take(steps).ravel()
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=label_smoothing)
    twin.compile(OPTIMIZERS[optimizer](), loss, metrics=["accuracy"], jit_compile=False)
    theirs = []
    note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: theirs.append(dict(logs)))
    twin.fit(IMAGES[seen], np.eye(4)[LABELS[seen]], batch_size=16, shuffle=False, verbose=0, callbacks=[note])

    running = np.arange(1, steps + 1)  # Keras logs means since the epoch began
    np.testing.assert_allclose(
        np.cumsum([means.loss for means in ours]) / running, [logs["loss"] for logs in theirs], rtol=1e-5
    )
    np.testing.assert_allclose(
        np.cumsum([means.accuracy for means in ours]) / running, [logs["accuracy"] for logs in theirs], rtol=1e-6
    )
    engine.write_back()
    for weight, twin_weight in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(weight, twin_weight, rtol=1e-4, atol=1e-6)


def test_the_call_is_a_mean_over_its_batches():
    one_by_one, at_once = engine_for(network()), engine_for(network())
    singles = [one_by_one.train(1) for _ in range(6)]
    means = at_once.train(6)
    assert means.loss == pytest.approx(np.mean([single.loss for single in singles]), rel=1e-6)
    assert means.accuracy == pytest.approx(np.mean([single.accuracy for single in singles]), rel=1e-6)


def test_how_the_steps_are_cut_into_calls_makes_no_difference(monkeypatch):
    whole, parts, chunks = (engine_for(network(dense_dropout=0.5), schedule="one_cycle") for _ in range(3))
    expected = whole.train(7)
    parts.train(3)
    parts.train(4)
    assert state(parts) == state(whole)
    assert parts._program.train.experimental_get_tracing_count() == 1
    monkeypatch.setattr(module, "CALL_STEPS", 3)
    means = chunks.train(7)
    assert state(chunks) == state(whole)
    assert (means.loss, means.accuracy) == pytest.approx((expected.loss, expected.accuracy), rel=1e-12)


def test_no_steps_change_nothing_and_have_no_means():
    engine = engine_for(network())
    before = state(engine)
    means = engine.train(0)
    assert math.isnan(means.loss)
    assert math.isnan(means.accuracy)
    assert state(engine) == before


@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_warming_up_changes_nothing(precision):
    warm, cold = (engine_for(network(precision, batch_norm=True, dense_dropout=0.5), precision=precision) for _ in "ab")
    before = state(warm)
    assert warm.warm_up() > 0
    assert state(warm) == before
    assert warm.train(3) == cold.train(3)
    assert state(warm) == state(cold)
    assert warm._program.train.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_learns_with_float32_logits(precision):
    model = network(precision, conv_dropout=0.1)
    engine = engine_for(model, precision=precision)
    first, later = engine.train(3), engine.train(60)
    assert math.isfinite(first.loss)
    assert later.loss < first.loss
    assert engine.logits(IMAGES).dtype == np.float32
    full = network(conv_dropout=0.1)
    engine.write_back()
    full.set_weights(model.get_weights())
    np.testing.assert_allclose(engine.logits(IMAGES), full.predict(IMAGES, verbose=0), atol=0.1)


def test_scores_of_two_images_by_hand():
    # softmax of (0, log 3) is (1/4, 3/4); equal logits give 1/2 each, and the first of equals is the answer
    logits = np.array([[0, math.log(3)], [7, 7]], np.float32)
    means = mean_scores(logits, np.array([1, 1]))
    assert means.loss == pytest.approx((math.log(4 / 3) + math.log(2)) / 2, rel=1e-6)
    assert means.accuracy == 0.5
    assert mean_scores(np.array([[1000, 0]], np.float32), np.array([1])) == Means(1000, 0)
    assert math.isnan(mean_scores(np.array([[math.inf, 0]], np.float32), np.array([1])).loss)


def test_evaluation_in_uneven_batches_is_the_mean_over_all_images(monkeypatch):
    monkeypatch.setattr(module, "EVALUATION_BATCH", 8)
    model = network(dense_dropout=0.5, batch_norm=True)
    engine = engine_for(model, label_smoothing=0.3)  # smoothing is for training alone
    engine.train(5)
    engine.write_back()
    images, labels = IMAGES[:21], LABELS[:21]
    logits = model.predict(images, verbose=0).astype(np.float64)
    np.testing.assert_allclose(engine.logits(images), logits, rtol=1e-5, atol=1e-6)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    means = mean_scores(engine.logits(images), labels)
    assert means.loss == pytest.approx(-np.log(shares[np.arange(21), labels]).mean(), rel=1e-5)
    assert means.accuracy == pytest.approx((logits.argmax(axis=1) == labels).mean())
    before = state(engine)
    assert mean_scores(engine.logits(images), labels) == means
    assert state(engine) == before


def test_evaluation_follows_the_training():
    engine = engine_for(network())
    before = mean_scores(engine.logits(IMAGES), LABELS)
    engine.train(100)
    assert mean_scores(engine.logits(IMAGES), LABELS).loss < 0.9 * before.loss


def test_images_stay_on_the_device_as_long_as_the_array_lives():
    images = IMAGES.copy()
    engine = engine_for(network())
    engine.logits(images)
    copy = weakref.ref(module._IMAGES.of(images))
    engine.logits(images)
    engine_for(network()).logits(images)
    assert module._IMAGES.of(images) is copy()
    del images
    gc.collect()
    assert copy() is None


TRAINING = """
import hashlib
import numpy as np
from harness.engines import build_engine, configure, mean_scores
configure(1)
configure(1)
from harness.network import build_network
from harness.study import ModelSpec, TrainSpec
random = np.random.default_rng(0)
images, labels = random.random((200, 12, 12, 1), dtype=np.float32), random.integers(0, 4, 200)
spec = ModelSpec.model_validate({"conv": [{"filters": 8}], "dense": [32], "dense_dropout": 0.5, "conv_dropout": 0.1})
model = build_network(spec, (12, 12, 1), 4, seed=1, dropout_seed=2)
engine = build_engine(model, TrainSpec(max_steps=60, batch_size=64), 60, images, labels, 3)
print(engine.train(60), mean_scores(engine.logits(images), labels))
engine.write_back()
print(hashlib.sha256(b"".join(weight.tobytes() for weight in model.get_weights())).hexdigest())
"""


@pytest.mark.slow
def test_two_trainings_on_one_thread_are_the_same_bit_by_bit():
    command = [sys.executable, "-c", TRAINING]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    (first, error), (second, _) = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], error
    assert first == second
    assert len(first.split()[-1]) == 64


NUMBERS = {"learning_rate": 0.003, "weight_decay": 0.2, "schedule": "cosine"}


def test_trainings_that_differ_in_numbers_share_a_program_and_train_as_if_alone():
    tensorflow_program._KEPT.clear()
    first = engine_for(network(dense_dropout=0.5, batch_norm=True), optimizer="adamw")
    program = first._program
    first.train(5)
    del first
    model = network(dense_dropout=0.2, batch_norm=True, initializer="he_normal", bias=0.1)
    second = engine_for(model, optimizer="adamw", **NUMBERS)
    assert second._program is program
    shared = [second.train(4), mean_scores(second.logits(IMAGES), LABELS)], state(second)
    assert program.train.experimental_get_tracing_count() == 1
    assert second.warm_up() >= 0
    del second
    tensorflow_program._KEPT.clear()
    alone = engine_for(model, optimizer="adamw", **NUMBERS)
    assert alone._program is not program
    assert ([alone.train(4), mean_scores(alone.logits(IMAGES), LABELS)], state(alone)) == shared


@pytest.mark.parametrize(
    ("keys", "other"),
    [({"dense": [9]}, {}), ({"downsample": "stride"}, {}), ({"activation": "tanh"}, {}), ({"dense_dropout": 0.1}, {}),
     ({}, {"batch_size": 8}), ({}, {"optimizer": "sgd"}), ({}, {"label_smoothing": 0.1})],
)  # fmt: skip
def test_another_shape_is_another_program(keys, other):
    first = engine_for(network())
    program = first._program
    del first
    assert engine_for(network(**keys), **other)._program is not program


@pytest.mark.parametrize("keys", [{"block": "separable"}, {"block": "residual", "batch_norm": True}])
def test_blocks_share_a_program_whatever_their_weights(keys):
    tensorflow_program._KEPT.clear()
    model = build_network(ModelSpec.model_validate({"conv": [{"filters": 4}], "dense": [], **keys}), (8, 8, 1), 4, 1)
    other = build_network(ModelSpec.model_validate({"conv": [{"filters": 4}], "dense": [], **keys}), (8, 8, 1), 4, 2)
    first = engine_for(model)
    program = first._program
    first.train(4)
    del first
    second = engine_for(other)
    assert second._program is program
    np.testing.assert_allclose(second.logits(IMAGES), other.predict(IMAGES, verbose=0), rtol=1e-5, atol=1e-6)
    assert second.train(40).loss < 1.6


def test_a_program_in_use_is_not_shared():
    first, second = engine_for(network()), engine_for(network())
    assert first._program is not second._program


def test_dropout_drops_its_share_and_keeps_the_mean():
    from harness.engines.template import _Dropout

    for policy in ("float32", "mixed_bfloat16"):
        layer = _Dropout(0.5, seed=3, dtype=policy)
        layer.build((None, 100))
        layer.rate_variable.assign(0.3)
        dropped = keras.ops.convert_to_numpy(layer(np.ones((2000, 100), np.float32), training=True)).astype(float)
        assert (dropped == 0).mean() == pytest.approx(0.3, abs=0.005)  # 3.3 standard errors are 0.0034
        assert dropped.mean() == pytest.approx(1, abs=0.01)
        assert (keras.ops.convert_to_numpy(layer(np.ones((2, 3), np.float32))) == 1).all()


def test_threads_cannot_be_changed_once_tensorflow_computes():
    keras.ops.ones(1)
    with pytest.raises(HarnessError, match="threads must be set before TensorFlow computes anything, got 7"):
        configure(7)


def test_a_share_of_a_gpu_has_a_tenth_less_of_its_memory(monkeypatch):
    """Without a GPU: what TensorFlow is told."""
    told = []
    config = tf.config
    monkeypatch.setattr(config.threading, "set_intra_op_parallelism_threads", lambda _: None)
    monkeypatch.setattr(config.threading, "set_inter_op_parallelism_threads", lambda _: None)
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: [kind])
    monkeypatch.setattr(config, "set_logical_device_configuration", lambda gpu, devices: told.append((gpu, devices)))
    monkeypatch.setattr(config.experimental, "set_memory_growth", lambda gpu, grow: told.append((gpu, grow)))
    monkeypatch.setattr(module, "gpu_megabytes", lambda: 80_000)
    assert module.configure(2, 0.25) == 2
    ((gpu, (device,)),) = told
    assert (gpu, device.memory_limit) == ("GPU", 18_000)
    told.clear()
    module.configure(2)
    assert told == [("GPU", True)], "a whole one grows as it is needed"


def test_the_device_has_a_name():
    device = describe_device()
    assert device.device in ("cpu", "gpu")
    assert device.processor
    assert device.backend.startswith("tensorflow 2.")


def test_there_is_no_engine_for_another_backend(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(HarnessError, match="KERAS_BACKEND must be 'tensorflow' or 'jax', got 'torch'"):
        engine_for(None)


@pytest.mark.slow
def test_libraries_load_quietly():
    """In a process of its own: TensorFlow's libraries write to standard error when they are first loaded."""
    code = "from harness.engines import import_quietly; import_quietly(); import sys; print('here', file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "here\n"


class TestMemoryOfImages:
    """On a CPU a worker holds its images once: the tensor is the array's memory."""

    def images(self):
        from harness.data.scaling import scale_of

        pixels = np.random.default_rng(0).integers(0, 256, (20, 6, 6, 3)).astype(np.uint8)
        return scale_of("unit", pixels).apply(pixels)

    def test_scaled_images_are_not_copied(self):
        images = self.images()
        held = module._IMAGES.of(images)
        images[3, 2, 1, 0] = 7
        assert held.numpy()[3, 2, 1, 0] == 7
        assert np.array_equal(tf.gather(held, [3, 0]).numpy(), images[[3, 0]])

    def test_others_are(self):
        for images in (self.images()[1:, :, ::2], self.images().astype(np.float64), IMAGES[1:]):
            held = module._IMAGES.of(images)
            assert held.dtype == tf.float32
            assert np.array_equal(held.numpy(), images.astype(np.float32))

    def test_memory_is_freed_with_the_array(self):
        images = self.images()
        memory = weakref.ref(images.base)
        module._IMAGES.of(images)
        assert images in module._IMAGES
        del images
        gc.collect()
        assert memory() is None
