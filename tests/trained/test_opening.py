"""What is opened is what was trained: on its own images it scores what was recorded, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest

from harness.data import load_images
from harness.errors import UsageError
from harness.records import StopReason
from harness.study import DataSpec
from harness.tracking import find_run, model_file
from harness.trained import open_trained
from tests.conftest import make_result


def accuracy(trained, split):
    logits = np.asarray(trained.model(split.images, training=False))
    return float((logits.argmax(axis=1) == split.labels).mean())


class TestOpening:
    @pytest.mark.parametrize(
        ("name", "label"),
        [
            ("plain#3", "downsample=stride"),
            ("search#5", "learning_rate=0.01235, conv=2@3x3 3@3x3"),
        ],
    )
    def test_it_scores_what_was_recorded(self, shelf, name, label):
        trained = open_trained(name, shelf.store)
        recorded = shelf.results[name].metrics
        images = trained.images()
        assert trained.variant.label == label
        assert accuracy(trained, images.validation) == pytest.approx(recorded["val_accuracy"], abs=1e-9)
        assert accuracy(trained, images.test) == pytest.approx(recorded["test_accuracy"], abs=1e-9)

    def test_the_variant_is_the_recorded_one_to_the_last_digit(self, shelf):
        trained = open_trained("search#5", shelf.store)
        assert trained.variant.train.learning_rate == 0.0123456789
        assert [block.filters for block in trained.variant.model.conv] == [2, 3]
        assert (trained.run.phase, trained.run.replicate) == ("confirm", 1000)
        assert trained.study.design.kind == "search"

    def test_what_was_trained_again_on_all_images_has_all_of_them(self, shelf):
        trained = open_trained("parts#0", shelf.store)
        images = trained.images()
        assert (len(images.train.labels), len(images.validation.labels)) == (1437, 0)
        assert np.mean(images.train.images) == pytest.approx(0, abs=1e-4)
        assert accuracy(trained, images.test) == pytest.approx(shelf.results["parts#0"].metrics["test_accuracy"])
        assert trained.model.layers[1].dtype_policy.name == "mixed_bfloat16"

    def test_the_split_is_that_of_its_replicate(self, shelf):
        trained = open_trained("plain#3", shelf.store)
        spec = DataSpec(name="digits", validation=300, scaling="standardized")
        images, first = trained.images(), load_images(spec, 0)
        assert not np.array_equal(images.validation.labels, first.validation.labels)
        again = load_images(spec, trained.seeds.split)
        assert np.array_equal(images.validation.images, again.validation.images)

    def test_pictures_of_ones_own_are_scaled_as_its_images_were(self, shelf):
        for name in ("plain#3", "parts#0", "search#5"):
            trained = open_trained(name, shelf.store)
            images = trained.images()
            assert np.array_equal(trained.scale().apply(images.test_pixels), images.test.images)

    def test_facts_about_what_it_takes_and_gives(self, shelf):
        trained = open_trained("plain#3", shelf.store)
        assert trained.image_shape == (8, 8, 1)
        assert trained.class_names == tuple("0123456789")
        scale = trained.scale()
        assert scale.offset.shape == (8, 8, 1)
        assert scale.divisor == pytest.approx(95.5, abs=1)
        assert open_trained("search#5", shelf.store).scale().divisor == 255


class TestErrors:
    def test_an_unknown_run(self, shelf):
        with pytest.raises(UsageError, match=r"'plain' has no trial '4'\. Its trial is plain#3"):
            open_trained("plain#4", shelf.store)

    @pytest.mark.parametrize(
        ("end", "why"),
        [
            (lambda recorder, run: recorder.refuse(run, "too small"), "it was never trained (too small). Name"),
            (
                lambda recorder, run: recorder.finish(run, make_result(stop_reason=StopReason.PRUNED)),
                "model.keras is not there",
            ),
            (lambda recorder, run: recorder.fail(run, "out of memory."), "it failed (out of memory). Name"),
            (
                lambda recorder, run: recorder.kill(run, "Ctrl-C"),
                "it was interrupted before its training ended (Ctrl-C)",
            ),
            (lambda recorder, run: None, "it is still running, or its process was killed"),
            (lambda recorder, run: recorder.finish(run, make_result()), "model.keras is not there; was it moved"),
        ],
    )
    def test_a_run_without_a_model_says_why(self, recorder, borrowed, end, why):
        made = recorder()
        end(made, made.start(7, made.study.base, 0, "design"))
        with pytest.raises(UsageError) as caught:
            open_trained("plain#7", borrowed)
        assert str(caught.value).startswith("plain#7: this run has no model: ")
        assert why in str(caught.value)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda whole: whole[: len(whole) // 2],
            lambda whole: b"",
            lambda whole: whole[:2000] + bytes(500) + whole[2500:],
            lambda whole: whole.replace(b"model.weights.h5", b"model.weights.h6"),
        ],
        ids=["half", "empty", "a hole", "no weights"],
    )
    def test_a_damaged_model_is_one_line_that_names_the_file(self, borrowed, damage):
        file = model_file(borrowed, find_run(borrowed, "plain#3").run_id)
        assert file.is_relative_to(borrowed)
        file.write_bytes(damage(file.read_bytes()))
        with pytest.raises(UsageError) as caught:
            open_trained("plain#3", borrowed)
        assert str(caught.value).startswith(f"{file}: not a usable Keras model: ")
        assert "\n" not in str(caught.value)

    def test_a_network_that_diverged_is_said_to_have(self, borrowed):
        import keras

        file = model_file(borrowed, find_run(borrowed, "plain#3").run_id)
        model = keras.saving.load_model(file, compile=False)
        weights = model.get_weights()
        weights[0][0, 0, 0, 0] = np.inf
        model.set_weights(weights)
        model.save(file)
        with pytest.raises(UsageError, match=r"plain#3: the network diverged in training: its weights must be finite"):
            open_trained("plain#3", borrowed)

    def test_a_study_that_reads_differently_now(self, recorder, borrowed):
        run = find_run(borrowed, "plain#3")
        recorder().client.set_tag(run.run_id, "harness.digest", "0123456789ab")
        with pytest.raises(UsageError, match="plain#3: its settings must give the digest 0123456789ab that was rec"):
            open_trained("plain#3", borrowed)
