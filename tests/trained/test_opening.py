"""What is opened is what was trained: on its own images it scores what was recorded, to the last digit."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import numpy as np
import pytest

from harness.data import load_images
from harness.errors import UsageError
from harness.records import StopReason
from harness.store.local.database import DATABASE
from harness.store.local.reading.runs import find_run, model_file
from harness.study import DataSpec
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
            lambda whole: whole[: (at := whole.index(b"\x89HDF") + 2000)] + bytes(500) + whole[at + 500 :],
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

    def test_a_model_of_another_training_is_noticed(self, borrowed, recorder, shelf):
        """It fits the network, and is as good a file as the right one."""
        file = model_file(borrowed, find_run(borrowed, "plain#3").run_id)
        right = open_trained("plain#3", borrowed)
        weights = right.model.get_weights()
        right.model.set_weights([*weights[:-1], weights[-1] + np.float32(0.5)])
        right.model.save(file)
        with pytest.raises(UsageError) as caught:
            open_trained("plain#3", borrowed)
        recorded = shelf.results["plain#3"].digests["weights"]
        assert f"is not the network that plain#3 left: its weights must have the digest '{recorded}' th" in str(
            caught.value
        )

        made = recorder()  # a store of before digests were recorded
        made.client.delete_tag(right.run.run_id, "harness.weights_digest")
        assert np.array_equal(open_trained("plain#3", borrowed).model.get_weights()[-1], weights[-1] + np.float32(0.5))

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_a_network_that_diverged_is_not_asked(self, borrowed, recorder, value):
        file = model_file(borrowed, find_run(borrowed, "plain#3").run_id)
        model = open_trained("plain#3", borrowed).model
        weights = model.get_weights()
        weights[0][0, 0, 0, 0] = value
        weights[-1][3] = value
        model.set_weights(weights)
        model.save(file)
        recorder().client.delete_tag(find_run(borrowed, "plain#3").run_id, "harness.weights_digest")
        with pytest.raises(UsageError) as caught:
            open_trained("plain#3", borrowed)
        assert str(caught.value).startswith(
            "plain#3: the network diverged in training: its weights must be finite, got 2 of 1,250 that are infinite"
        )

    def test_a_model_that_is_a_link_to_outside_the_store_is_not_followed(self, borrowed, tmp_path):
        file = model_file(borrowed, find_run(borrowed, "plain#3").run_id)
        file.rename(tmp_path / "elsewhere.keras")
        file.symlink_to(tmp_path / "elsewhere.keras")
        with pytest.raises(UsageError):  # which of the two that look for it says so is no matter
            open_trained("plain#3", borrowed)

    def test_images_of_which_no_shape_is_recorded(self, folder_run):
        store, name = folder_run
        assert open_trained(name, store).image_shape == (6, 5, 1)
        with contextlib.closing(sqlite3.connect(store / DATABASE)) as connection, connection:
            connection.execute("DELETE FROM inputs")
        with pytest.raises(UsageError, match=f"{name}: the shape of its images must be recorded with the run, got no"):
            open_trained(name, store)

    @pytest.mark.parametrize(
        ("names", "known"),
        [
            (["cat", "a $b", "=dog"], ("cat", "a $b", "=dog")),
            (["cat", "dog"], ("0", "1", "2")),
            (["cat", "dog", 3], ("0", "1", "2")),
            (["cat", "dog", "\x1b[2J"], ("0", "1", "2")),
            (["cat", "dog", "x" * 201], ("0", "1", "2")),
            ("cat", ("0", "1", "2")),
        ],
    )
    def test_class_names_are_those_that_were_recorded(self, folder_run, names, known):
        store, name = folder_run
        assert open_trained(name, store).class_names == ("0", "1", "2"), "the names of IDX files' classes"
        profile = json.dumps({"image_shape": [6, 5, 1], "classes": 3, "class_names": names})
        with contextlib.closing(sqlite3.connect(store / DATABASE)) as connection, connection:
            connection.execute("UPDATE datasets SET dataset_profile = ?", (profile,))
        assert open_trained(name, store).class_names == known

    def test_a_shape_that_lies_is_noticed(self, folder_run):
        store, name = folder_run
        for lie in ('{"image_shape": [9, 9, 1], "classes": 3}', '{"image_shape": [6, 5, 1], "classes": 4}'):
            with contextlib.closing(sqlite3.connect(store / DATABASE)) as connection, connection:
                connection.execute("UPDATE datasets SET dataset_profile = ?", (lie,))
            with pytest.raises(UsageError, match=r"it is of another network: (dense_1|logits) takes float32 "):
                open_trained(name, store)

    def test_a_study_that_reads_differently_now(self, recorder, borrowed):
        run = find_run(borrowed, "plain#3")
        recorder().client.set_tag(run.run_id, "harness.digest", "0123456789ab")
        with pytest.raises(UsageError, match="plain#3: its settings must give the digest 0123456789ab that was rec"):
            open_trained("plain#3", borrowed)
