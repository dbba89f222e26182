"""The JAX engine; `make test` runs this in a process of its own, with KERAS_BACKEND=jax."""

import math
import os

import keras
import numpy as np
import pytest

from harness.engines import (
    BatchOrder,
    Training,
    build_engine,
    build_pack,
    configure,
    describe_device,
    input_gradients,
    mean_scores,
)
from harness.errors import HarnessError
from harness.network import build_network
from harness.records import Evaluated, Finished, Job, Resources, Started, StopReason, unpack_hits
from harness.seeds import replicate_seeds
from harness.study import ModelSpec, TrainSpec, Variant
from harness.worker import run_jobs
from tests.engines.test_objective import CASES, same_as_keras

pytestmark = [
    pytest.mark.jax,
    pytest.mark.skipif(os.environ.get("KERAS_BACKEND") != "jax", reason="needs KERAS_BACKEND=jax"),
]

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((50, 8, 8, 1), dtype=np.float32)
LABELS = RANDOM.integers(0, 4, 50)
OTHERS = RANDOM.random((50, 8, 8, 1), dtype=np.float32), RANDOM.integers(0, 4, 50)


def network(seed=1, precision="float32", **keys):
    spec = {"conv": [{"filters": 4}], "dense": [8], **keys}
    return build_network(ModelSpec.model_validate(spec), (8, 8, 1), 4, seed, precision, dropout_seed=seed + 7)


def train_spec(**keys):
    return TrainSpec.model_validate({"max_steps": 20, "batch_size": 16, "learning_rate": 0.01, **keys})


def engine_for(model, order=5, **keys):
    return build_engine(model, train_spec(**keys), 20, IMAGES, LABELS, order)


OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "sgd": lambda: keras.optimizers.SGD(0.01, momentum=0.8),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
}


@pytest.mark.parametrize(
    ("optimizer", "label_smoothing", "batch_norm"),
    [("adam", 0.0, False), ("adamw", 0.0, False), ("sgd", 0.2, True), ("rmsprop", 0.0, False)],
)
def test_it_trains_as_keras_fit_does_on_the_same_batches(optimizer, label_smoothing, batch_norm):
    model, twin = network(batch_norm=batch_norm), network(batch_norm=batch_norm)
    keys = {"optimizer": optimizer, "momentum": 0.8, "weight_decay": 0.1, "label_smoothing": label_smoothing}
    engine = engine_for(model, **keys)
    ours = engine.train(10)
    engine.write_back()
    seen = BatchOrder(50, 16, 5).take(10).ravel()
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=label_smoothing)
    twin.compile(OPTIMIZERS[optimizer](), loss, metrics=["accuracy"], jit_compile=False)
    logs = twin.fit(IMAGES[seen], np.eye(4)[LABELS[seen]], batch_size=16, shuffle=False, verbose=0).history
    assert ours.loss == pytest.approx(logs["loss"][0], rel=1e-5)
    assert ours.accuracy == pytest.approx(logs["accuracy"][0])
    for weight, twin_weight in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(weight, twin_weight, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_objectives_are_those_of_keras_fit(case):
    same_as_keras(case)


def loss(engine):
    return mean_scores(engine.logits(IMAGES), LABELS).loss


def test_how_the_steps_are_cut_into_calls_makes_no_difference(monkeypatch):
    from harness.engines import jax as module

    whole, parts, chunks = (engine_for(network(dense_dropout=0.5), schedule="one_cycle") for _ in range(3))
    expected = whole.train(7)
    first, second = parts.train(3), parts.train(4)
    assert (3 * first.loss + 4 * second.loss) / 7 == pytest.approx(expected.loss, rel=1e-6)
    monkeypatch.setattr(module, "CALL_STEPS", 4)
    assert chunks.train(7).loss == pytest.approx(expected.loss, rel=1e-6)
    assert loss(parts) == pytest.approx(loss(whole), rel=1e-6)
    assert loss(chunks) == pytest.approx(loss(whole), rel=1e-6)


def test_warming_up_changes_nothing_and_no_steps_have_no_means():
    warm, cold = (engine_for(network(batch_norm=True, dense_dropout=0.5)) for _ in "ab")
    assert warm.warm_up(3) > 0
    assert math.isnan(warm.train(0).loss)
    assert warm.train(3) == cold.train(3)
    assert (warm.logits(IMAGES) == cold.logits(IMAGES)).all()


def test_trainings_that_differ_in_numbers_share_a_program():
    one = engine_for(network(1, dense_dropout=0.5), optimizer="adamw")
    other = engine_for(network(2, dense_dropout=0.1, bias=0.3), optimizer="adamw", learning_rate=0.1, weight_decay=0.2)
    assert one._program is other._program
    assert engine_for(network(1, dense_dropout=0.5))._program is not one._program


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_learns_with_float32_logits(precision):
    engine = engine_for(network(precision=precision, conv_dropout=0.1), precision=precision)
    first, later = engine.train(3), engine.train(60)
    assert later.loss < first.loss
    assert engine.logits(IMAGES).dtype == np.float32


def test_evaluation_in_uneven_batches_is_that_of_all_images(monkeypatch):
    from harness.engines import jax_program as module

    monkeypatch.setattr(module, "EVALUATION_BATCH", 8)
    model = network()
    engine = engine_for(model)
    images = IMAGES[:21].copy()  # batches from 0, 8 and 13
    np.testing.assert_allclose(engine.logits(images), model.predict(images, verbose=0), rtol=1e-5, atol=1e-6)
    pack = build_pack([Training(model, train_spec(), 20, IMAGES, LABELS, 5)] * 2)
    for logits in pack.logits([images, images]):
        np.testing.assert_allclose(logits, engine.logits(images), rtol=1e-5, atol=1e-6)


PACK = [  # seed, batch order, learning rate, dropout, weight decay, shift, images
    (1, 5, 0.01, 0.5, 0.0, 1, (IMAGES, LABELS)),
    (2, 6, 0.003, 0.2, 0.1, 2, OTHERS),
    (3, 7, 0.02, 0.4, 0.3, 1, (IMAGES, LABELS)),
]


def training(seed, order, rate, dropout, decay, shift, images):
    augment = {"shift": shift, "cutout": 3 - shift}
    spec = train_spec(
        optimizer="adamw",
        learning_rate=rate,
        weight_decay=decay,
        schedule="cosine",
        augment=augment,
        l2=decay / 10 + 0.001,
        ema=0.5,
        class_weights="balanced",
        loss="focal",
        clip_norm=1.0,
    )
    background = np.full((8, 8, 1), rate, np.float32)
    network_ = network(seed, dense_dropout=dropout, batch_norm=True)
    return Training(network_, spec, 20, *images, order, seed + 9, background)


def test_a_packed_training_equals_its_solo_run():
    alone = [training(*given) for given in PACK]
    together = [training(*given) for given in PACK]
    pack = build_pack(together)
    pack.warm_up(7)
    packed = pack.train(7)
    pack.freeze(1)
    packed_later = pack.train(5)
    logits = pack.logits([given[-1][0] for given in PACK])
    pack.write_back()
    for index, solo in enumerate(alone):
        engine = build_engine(*solo)
        for ours, theirs in ((packed[index], engine.train(7)), (packed_later[index], engine.train(5 * (index != 1)))):
            if index != 1 or ours is packed[index]:
                assert ours.loss == pytest.approx(theirs.loss, rel=1e-5)
                assert ours.accuracy == theirs.accuracy
        np.testing.assert_allclose(logits[index], engine.logits(solo.images), rtol=1e-4, atol=1e-5)
        engine.write_back()
        for ours, theirs in zip(together[index].model.get_weights(), solo.model.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_one_of_a_pack_is_put_back_and_the_others_are_not():
    pack, images = build_pack([training(*given) for given in PACK]), [given[-1][0] for given in PACK]
    pack.train(2)
    pack.keep(2)
    kept = pack.logits(images)
    pack.train(3)
    later = pack.logits(images)
    pack.restore(2)
    found = pack.logits(images)
    np.testing.assert_array_equal(found[2], kept[2])
    assert not np.allclose(later[2], kept[2])
    np.testing.assert_array_equal(found[0], later[0])
    alone = build_engine(*training(*PACK[2]))
    alone.train(2)
    alone.keep()
    alone.train(3)
    alone.restore()
    np.testing.assert_allclose(alone.logits(images[2]), kept[2], rtol=1e-4, atol=1e-5)


def test_networks_of_two_shapes_make_no_pack():
    trainings = [Training(network(dense=[units]), train_spec(), 20, IMAGES, LABELS, 5) for units in (8, 9)]
    with pytest.raises(ValueError, match="a pack needs networks of one shape, got 2"):
        build_pack(trainings)


def test_threads_are_the_cores_there_are():
    assert configure(None) == len(os.sched_getaffinity(0))
    with pytest.raises(HarnessError, match=r"threads must be \d+ with the JAX backend here"):
        configure(1000)


def test_a_share_of_a_gpu_is_told_to_jax_before_it_has_a_device(monkeypatch):
    monkeypatch.setenv("XLA_PYTHON_CLIENT_MEM_FRACTION", "0.75")
    configure(None, 0.25)
    assert os.environ["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.225"


def test_the_device_has_a_name():
    device = describe_device()
    assert device.device in ("cpu", "gpu")
    assert device.backend.startswith("jax 0.")


class TestWorker:
    HERE = Resources(threads=None, workers=1)

    @pytest.fixture
    def jobs(self, tiny):
        """Four jobs of one program: two learning rates, two replicates."""
        factors = {"train.learning_rate": [0.01, 0.001]}
        study = tiny(design={"kind": "factorial", "replicates": 2, "factors": factors}, **{"target.value": 0.7})
        variants = [study.variant({"train.learning_rate": rate}) for rate in (0.01, 0.001)]
        assert len({variant.program for variant in variants}) == 1

        return [
            Job(trial, variant, replicate, replicate_seeds(0, replicate))
            for trial, (variant, replicate) in enumerate((v, r) for v in variants for r in (0, 1))
        ]

    def test_each_of_a_pack_is_stopped_and_recorded_on_its_own(self, jobs, tmp_path):
        events = []
        packed = run_jobs(jobs, self.HERE, tmp_path / "pack", events.append)
        started = [event for event in events if isinstance(event, Started)]
        assert [event.trial for event in started] == [0, 1, 2, 3]
        assert {event.fingerprint.pack for event in started} == {4}
        assert [event.trial for event in events if isinstance(event, Finished)] == [0, 1, 2, 3]
        assert {result.stop_reason for result in packed} == {StopReason.TARGET, StopReason.MAXIMUM}
        for job, result in zip(jobs, packed, strict=True):
            hits = unpack_hits((tmp_path / "pack" / str(job.trial) / "test_hits.bin").read_bytes())
            assert hits.mean() == result.metrics["test_accuracy"]
            noted = []
            (solo,) = run_jobs([job], self.HERE, tmp_path / "solo", noted.append)
            history = [e.metrics for e in events if isinstance(e, Evaluated) and e.trial == job.trial]
            assert len(history) == len([e for e in noted if isinstance(e, Evaluated)])
            assert (result.stop_reason, result.steps, result.steps_to_target) == (
                solo.stop_reason, solo.steps, solo.steps_to_target,
            )  # fmt: skip
            for name, value in solo.metrics.items():
                assert result.metrics[name] == pytest.approx(value, rel=1e-3, abs=2e-3), name
        assert (tmp_path / "pack" / "3" / "model.keras").exists()

    def test_one_that_diverges_in_a_pack_leaves_the_others_alone(self, tiny, tmp_path):
        factors = {"train.learning_rate": [0.05, 1e30]}
        design = {"kind": "factorial", "factors": factors}
        study = tiny(design=design, **{"train.optimizer": "sgd", "target.value": 0.05, "target.stop": False})
        variants = [study.variant({"train.learning_rate": rate}) for rate in (0.05, 1e30)]
        jobs = [Job(n, v, 0, replicate_seeds(0, 0)) for n, v in enumerate(variants)]
        fine, diverged = run_jobs(jobs, self.HERE, tmp_path, lambda event: None)
        assert (fine.stop_reason, fine.steps, fine.steps_to_target) == (StopReason.MAXIMUM, 60, 20)
        assert all(math.isfinite(value) for value in fine.metrics.values())
        assert (diverged.stop_reason, diverged.steps, diverged.metrics) == (StopReason.NOT_FINITE, 20, {})
        assert diverged.steps_to_target is None

    @pytest.mark.slow
    def test_a_pack_is_refitted_each_for_as_long_as_it_trained(self, tiny, tmp_path):
        factors = {"train.learning_rate": [0.01, 0.001]}
        study = tiny(
            design={"kind": "factorial", "factors": factors},
            **{"target.value": 0.5, "train.refit": True, "train.evaluate_every": 10},
        )

        variants = [study.variant({"train.learning_rate": rate}) for rate in (0.01, 0.001)]
        jobs = [Job(n, v, 0, replicate_seeds(0, 0)) for n, v in enumerate(variants)]
        packed = run_jobs(jobs, self.HERE, tmp_path / "pack", lambda event: None)
        solo = [run_jobs([job], self.HERE, tmp_path / "solo", lambda event: None)[0] for job in jobs]
        assert [result.refit_steps for result in packed] == [result.refit_steps for result in solo]
        assert packed[0].refit_steps < packed[1].refit_steps  # the larger rate was at the target sooner
        for one, two in zip(packed, solo, strict=True):
            assert one.metrics["test_loss"] == pytest.approx(two.metrics["test_loss"], rel=1e-3, abs=2e-3)

    def test_the_saved_model_is_plain_keras(self, jobs, tmp_path):
        job = jobs[0]
        (result,) = run_jobs([job], self.HERE, tmp_path, lambda event: None)
        model = keras.models.load_model(tmp_path / "0" / "model.keras")
        from harness.data import load_images

        data = load_images(job.variant.data, job.seeds.split)
        scores = mean_scores(model.predict(data.test.images, verbose=0), data.test.labels)
        assert scores.accuracy == result.metrics["test_accuracy"]


def test_variants_share_a_program_if_they_differ_in_numbers_alone(tiny):
    base = tiny().base
    assert isinstance(base, Variant)
    same = tiny(**{"train.learning_rate": 0.5, "model.bias": 0.1, "target": None}).base
    assert same.program == base.program
    for changes in ({"train.batch_size": 8}, {"model.dense_dropout": 0.1}, {"model.padding": "valid"}):
        assert tiny(**changes).base.program != base.program


def test_gradients_by_the_pixels():
    model = network(activation="tanh")
    columns = np.array([1, 3])
    values, slopes = input_gradients(model)(IMAGES[:2], columns)
    assert values == pytest.approx(np.asarray(model(IMAGES[:2]))[[0, 1], columns], rel=1e-5)
    step = np.zeros_like(IMAGES[:2])
    step[:, 4, 4] = 0.005
    above, below = (input_gradients(model)(IMAGES[:2] + change, columns)[0] for change in (step, -step))
    assert (above - below) / 0.01 == pytest.approx(slopes[:, 4, 4, 0], abs=1e-3)


def test_memory_of_images_is_freed_with_the_array():
    import gc
    import weakref

    from harness.data.scaling import scale_of
    from harness.engines import jax as module

    pixels = np.random.default_rng(0).integers(0, 256, (20, 6, 6, 3)).astype(np.uint8)
    images = scale_of("unit", pixels).apply(pixels)
    memory = weakref.ref(images.base)
    assert np.array_equal(np.asarray(module._IMAGES.of(images)), images)
    del images
    gc.collect()
    assert memory() is None
