"""Pictures in, classes out: what the network says of a picture is what it says of the image it was made from."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.errors import UsageError
from harness.trained import Blank, Prediction, Predictions, open_trained, predict


@pytest.fixture(scope="module")
def drawn(shelf):
    return open_trained("drawn#0", shelf.store)


def write(folder, name, digit):
    """A digit, dark on light, larger, off the middle, with 16 bits."""
    canvas = np.zeros((300, 200))
    canvas[20:188, 30:198] = np.kron(digit, np.ones((6, 6)))
    Image.fromarray(((255 - canvas) * 257).astype(np.uint16)).save(folder / name)


def made(*rows, **others):
    """Predictions by hand: (true, probabilities) of three classes."""
    blank = np.zeros((4, 4), np.uint8)
    found = tuple(
        Prediction(f"{number}.png", true, shares, blank, blank[..., None]) for number, (true, shares) in enumerate(rows)
    )
    return Predictions("x#1", "base", ("cat", "dog", "owl"), found, **others)


class TestPredict:
    def test_pictures_of_test_images_are_taken_for_what_the_images_are_taken_for(self, drawn, tmp_path):
        data = drawn.images()
        logits = np.asarray(drawn.model(data.test.images[:20], training=False), float)
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        for number in range(20):
            write(tmp_path, f"{data.test.labels[number]}_{number:02}.png", data.test_pixels[number, ..., 0])
        found = {int(one.file.stem[2:]): one for one in predict(drawn, tmp_path).classified}
        assert [found[number].predicted for number in range(20)] == logits.argmax(axis=1).tolist()
        assert [found[number].true for number in range(20)] == data.test.labels[:20].tolist()
        for number in range(20):
            assert found[number].probabilities == pytest.approx(shares[number], abs=0.02)
            assert found[number].given.shape == (112, 75)
            assert found[number].seen.shape == (28, 28, 1)

    def test_what_cannot_be_read_or_is_blank_is_told_and_the_others_are_classified(self, drawn, tmp_path):
        write(tmp_path, "3.png", drawn.images().test_pixels[3, ..., 0])
        (tmp_path / "4.png").write_text("no picture")
        Image.new("L", (50, 50), 255).save(tmp_path / "5.png")
        found = predict(drawn, tmp_path)
        assert [one.file.name for one in found.classified] == ["3.png"]
        assert [(one.file, one.remark) for one in found.blank] == [(tmp_path / "5.png", "")]
        assert found.unreadable == (
            f"{tmp_path / '4.png'}: is not a PNG, JPEG, WebP, GIF or BMP picture, or its beginning is damaged.",
        )
        assert (found.run, found.variant, found.class_names) == ("drawn#0", "downsample=stride", tuple("0123456789"))
        assert sum(found.classified[0].probabilities) == pytest.approx(1)

    def test_several_files_and_nothing_to_classify(self, drawn, tmp_path):
        for name in ("a.png", "b.png"):
            Image.new("L", (5, 5)).save(tmp_path / name)
        found = predict(drawn, [tmp_path / "b.png", str(tmp_path / "a.png")])
        assert (found.classified, [one.file for one in found.blank]) == ((), [tmp_path / "b.png", tmp_path / "a.png"])
        assert [one.given.shape for one in found.blank] == [(5, 5), (5, 5)]
        with pytest.raises(UsageError, match="not found"):
            predict(drawn, tmp_path / "nowhere")

    def test_a_network_whose_numbers_overflow_says_nothing(self, shelf, tmp_path):
        """Its weights are finite; what they come to is not."""
        diverged = open_trained("drawn#0", shelf.store)
        diverged.model.set_weights([array * np.float32(1e30) for array in diverged.model.get_weights()])
        write(tmp_path, "3.png", diverged.images().test_pixels[3, ..., 0])
        with pytest.raises(UsageError, match=r"drawn#0: the network diverged in training: what it says must be fin"):
            predict(diverged, tmp_path)


class TestPredictions:
    def test_the_sentence(self):
        right, wrong, unknown = (0, (0.7, 0.2, 0.1)), (2, (0.7, 0.2, 0.1)), (None, (0.7, 0.2, 0.1))
        assert made(right, right, wrong).sentence == "2 of 3 right"
        assert made(right, unknown, unknown).sentence == "1 of 1 right; of 2 more the name does not tell the class"
        assert made(unknown).sentence == ""

    def test_the_frame(self):
        frame = made((1, (0.125, 0.625, 0.25)), (None, (0.5, 0.0, 0.5))).frame()
        assert frame.columns.tolist() == [
            "file", "true", "predicted", "probability", "second", "second_probability", "right",
            "p(cat)", "p(dog)", "p(owl)", "remark",
        ]  # fmt: skip
        assert frame.iloc[0].tolist() == ["0.png", "dog", "dog", 0.625, "owl", 0.25, True, 0.125, 0.625, 0.25, ""]
        assert frame.iloc[1]["predicted"] == "cat", "of two as probable ones the first"
        assert frame.iloc[1]["true"] is None or math.isnan(frame.iloc[1]["true"])

    def test_blank_ones_are_in_the_frame_too(self):
        blank = Blank(Path("2 a.png"), np.zeros((4, 4), np.uint8), "uneven light")
        frame = made((0, (1.0, 0.0, 0.0)), blank=(blank,)).frame()
        assert frame.iloc[1][["file", "true", "remark"]].tolist() == ["2 a.png", "owl", "blank (uneven light)"]
        assert frame.iloc[1][["predicted", "probability", "p(cat)"]].isna().all()
