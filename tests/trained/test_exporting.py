"""What is exported gives the logits of the network that was trained."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from harness.errors import UsageError
from harness.trained import check_export, export, export_path, open_trained


@pytest.fixture(scope="module")
def plain(shelf):
    """Standardised images, dropout, a stride."""
    return open_trained("plain#3", shelf.store)


@pytest.fixture(scope="module")
def images(plain):
    return plain.images().test.images[:50]


def logits(trained, images):
    return np.asarray(trained.model(images, training=False))


def onnx_logits(path: Path, images):
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(str(path))
    (found,) = session.run(None, {session.input_names[0]: images})
    return found


class TestForms:
    def test_keras(self, plain, images, tmp_path):
        done = export(plain, "keras", tmp_path / "a.keras")
        again = keras.saving.load_model(done.path)
        assert np.array_equal(np.asarray(again(images)), logits(plain, images))

    def test_savedmodel(self, plain, images, tmp_path):
        done = export(plain, "savedmodel", tmp_path / "a")
        again = tf.saved_model.load(str(done.path))
        assert np.asarray(again.serve(images)) == pytest.approx(logits(plain, images), abs=1e-5)
        assert {path.name for path in tmp_path.iterdir()} == {"a", "a.json"}, "nothing half made is left"

    def test_onnx(self, plain, images, tmp_path):
        pytest.importorskip("tf2onnx")
        done = export(plain, "onnx", tmp_path / "a.onnx")
        assert onnx_logits(done.path, images) == pytest.approx(logits(plain, images), abs=1e-5)
        assert done.remark == ""

    def test_onnx_computes_in_float32_what_was_trained_in_bfloat16(self, shelf, tmp_path):
        pytest.importorskip("tf2onnx")
        mixed = open_trained("parts#0", shelf.store)
        images = mixed.images().test.images[:50]
        done = export(mixed, "onnx", tmp_path / "a.onnx")
        found, trained = onnx_logits(done.path, images), logits(mixed, images)
        assert "the training had mixed_bfloat16" in done.remark
        assert 0 < np.abs(found - trained).max() < 0.02 * np.abs(trained).max()  # 8 bits of mantissa

    def test_tensorboard(self, plain, tmp_path):
        pytest.importorskip("tensorboard")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        done = export(plain, "tensorboard", tmp_path / "a")
        events = EventAccumulator(str(done.path)).Reload()
        operations = {node.op for node in events.Graph().node}
        names = {node.name for node in events.Graph().node}
        assert {"Conv2D", "MatMul", "Relu"} <= operations
        assert not any("dropout" in node.name and "Random" in node.op for node in events.Graph().node)
        assert {"image"} <= names
        assert done.description is None

    def test_what_it_takes_is_written_beside_it(self, plain, shelf, tmp_path):
        done = export(plain, "keras", tmp_path / "a.keras")
        told = json.loads(done.description.read_text())
        pixels, scaled = plain.images().test_pixels[:5], plain.images().test.images[:5]
        offset, divisor = np.array(told["input"]["offset"]), told["input"]["divisor"]
        assert (pixels - offset) / divisor == pytest.approx(scaled, abs=1e-5)
        assert told["input"]["shape"] == ["n", 8, 8, 1]
        assert told["output"]["classes"] == list("0123456789")
        assert told["run"] == {
            "study": "plain", "trial": 3, "variant": "downsample=stride", "run_id": plain.run.run_id,
        }  # fmt: skip
        assert "less the mean of each pixel, then divided by" in done.takes
        done = export(open_trained("search#5", shelf.store), "keras", tmp_path / "b.keras")
        assert json.loads(done.description.read_text())["input"]["offset"] == 0
        assert done.takes == (
            "It takes float32 images (n, 8, 8, 1), pixels from 0 to 255 divided by 255, and gives 10 logits, whose "
            "softmax are the probabilities."
        )


class TestOverwriting:
    def test_nothing_is_overwritten_unless_told(self, plain, tmp_path):
        done = export(plain, "keras", tmp_path / "a.keras")
        done.path.write_text("mine")
        with pytest.raises(UsageError, match=r"a\.keras: is there already\. Name another with --output, or give --f"):
            export(plain, "keras", tmp_path / "a.keras")
        assert done.path.read_text() == "mine"
        export(plain, "keras", tmp_path / "a.keras", force=True)
        assert keras.saving.load_model(done.path).name == "network"

    def test_a_description_in_the_way(self, plain, tmp_path):
        (tmp_path / "a.keras.json").write_text("mine")
        with pytest.raises(UsageError, match=r"a\.keras\.json: is there already"):
            export(plain, "keras", tmp_path / "a.keras")

    def test_a_folder_of_an_earlier_export_is_replaced_whole(self, plain, tmp_path):
        done = export(plain, "savedmodel", tmp_path / "a")
        (done.path / "old").write_text("")
        export(plain, "savedmodel", tmp_path / "a", force=True)
        assert not (done.path / "old").exists()

    def test_no_folder_of_something_else_is_ever_removed(self, plain, tmp_path):
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "thesis.txt").write_text("years of work")
        for form in ("savedmodel", "tensorboard"):
            with pytest.raises(UsageError, match=f"is there and was not made by --to {form}"):
                export(plain, form, tmp_path / "a", force=True)
        assert (tmp_path / "a" / "thesis.txt").read_text() == "years of work"

    def test_nothing_is_written_through_a_link(self, plain, tmp_path):
        mine = tmp_path / "mine.txt"
        for name in ("a.keras", "a.keras.json", "b", "c"):
            mine.write_text("mine")
            link = tmp_path / name
            link.symlink_to(tmp_path if name == "b" else tmp_path / "not there" if name == "c" else mine)
            form = "keras" if "keras" in name else "savedmodel"
            with pytest.raises(UsageError, match=f"{name}: is a link, and nothing is written through links"):
                export(plain, form, tmp_path / name.removesuffix(".json"), force=True)
            assert link.is_symlink()
            assert mine.read_text() == "mine"
            link.unlink()
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_what_cannot_be_finished_leaves_what_was_there(self, plain, tmp_path, monkeypatch):
        export(plain, "savedmodel", tmp_path / "a")
        before = contents(tmp_path)

        def full(*arguments):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr("harness.trained.exporting._describe", full)  # the last thing that is written
        with pytest.raises(UsageError, match=r"a: cannot be written: No space left on device\. Nothing half made is"):
            export(plain, "savedmodel", tmp_path / "a", force=True)
        assert contents(tmp_path) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class TestChecks:
    @pytest.mark.parametrize("study", ["../../tmp/x", "/tmp/x", ".bashrc", "a/b", "a\0b", "a\x1b[31m", ".."])
    def test_a_study_whose_name_leads_elsewhere(self, study):
        with pytest.raises(UsageError, match=r"is no plain name\. Give --output"):
            export_path(study, 7, "keras")

    def test_default_names(self):
        names = [str(export_path("quickstart", 7, form)) for form in ("keras", "onnx", "savedmodel", "tensorboard")]
        assert names == [
            "quickstart-7.keras",
            "quickstart-7.onnx",
            "quickstart-7-savedmodel",
            "quickstart-7-tensorboard",
        ]

    def test_a_missing_package_names_the_extra(self, tmp_path, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(UsageError) as caught:
            check_export("onnx", tmp_path / "a.onnx")
        assert str(caught.value) == (
            "--to onnx needs tf2onnx and onnx, not installed here. Install the extra `export`: "
            "pip install -e '.[export]'"
        )
        check_export("savedmodel", tmp_path / "a")

    def test_wrong_names_and_places(self, tmp_path):
        with pytest.raises(UsageError, match=r"--output must end in \.keras for --to keras, got"):
            check_export("keras", tmp_path / "a.h5")
        with pytest.raises(UsageError, match="is no folder that may be written to"):
            check_export("savedmodel", tmp_path / "no" / "a")

    def test_another_backend(self, tmp_path):
        check_export("keras", tmp_path / "a.keras", backend="jax")
        with pytest.raises(UsageError, match="--to savedmodel needs the TensorFlow backend, got 'jax'"):
            check_export("savedmodel", tmp_path / "a", backend="jax")
