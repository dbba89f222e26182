from __future__ import annotations

import os
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from harness.errors import DataError
from tests.image_sets.own.conftest import SPLIT, numbers, pictures, pixels, png, write


def grey(number: int) -> bytes:
    return png(number, channels=1)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


class TestSize:
    def test_all_must_have_one(self, tmp_path, read, split):
        split["train/dog/a.png"] = png(2, height=5)
        message = r"train/dog/a.png: must have the 4x6 pixels of train/cat/a.png, got 5x6 \(height x width\)."
        with pytest.raises(DataError, match=message):
            read(write(tmp_path / "p", split))

    def test_is_brought_to_one(self, tmp_path, read, split):
        split["train/dog/a.png"] = png(2, height=40, width=60)
        raw = read(write(tmp_path / "p", split), image_size=(2, 3))
        assert raw.train_images.shape == (3, 2, 3, 3)
        assert pixels(0)[:2, :2, 0].tolist() == [[0, 3], [18, 21]]
        assert raw.train_images[0, 0, 0].tolist() == [11, 12, 13], "the mean of 2x2 pixels, 10.5 rounded up"

    def test_an_exif_orientation_counts(self, tmp_path, read, split):
        exif = Image.Exif()
        exif[0x0112] = 6
        split["train/cat/a.png"] = saved(Image.fromarray(pixels(0, height=6, width=4)), "PNG", exif=exif)
        assert (
            read(write(tmp_path / "p", split)).train_images[0].tolist()
            == np.rot90(pixels(0, height=6, width=4), -1).tolist()
        )


class TestChannels:
    def test_grey(self, tmp_path, read):
        raw = read(write(tmp_path / "p", {name: grey(number) for number, name in enumerate(SPLIT)}))
        assert raw.train_images.shape == (3, 4, 6, 1)
        assert raw.train_images[0, ..., 0].tolist() == pixels(0, channels=1).tolist()

    def test_of_two_kinds(self, tmp_path, read, split):
        split["test/dog/a.png"] = grey(4)
        place = write(tmp_path / "p", split)
        with pytest.raises(
            DataError, match=r"test/dog/a.png: must be of the kind of train/cat/a.png, colours, got grey. Set"
        ):
            read(place)
        raw = read(place, channels=3)
        assert raw.test_images[1].tolist() == np.repeat(pixels(4, channels=1)[..., None], 3, axis=2).tolist()
        raw = read(place, channels=1)
        red, green, blue = pixels(0)[0, 0].tolist()
        assert raw.train_images[0, 0, 0].tolist() == [round(0.299 * red + 0.587 * green + 0.114 * blue)]

    def test_a_grey_picture_in_a_file_made_for_colours_is_one_of_colours(self, tmp_path, read, split):
        split["train/dog/a.png"] = saved(Image.fromarray(pixels(7, channels=1)).convert("RGB"), "PNG")
        assert read(write(tmp_path / "p", split)).train_images[1, 0, 0].tolist() == [7, 7, 7]

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
    def test_every_kind_of_file(self, tmp_path, read, kind):
        files = {
            name.replace("png", kind): saved(Image.new("RGB", (8, 8), (200, 10 * number, 30)), kind)
            for number, name in enumerate(SPLIT)
        }
        raw = read(write(tmp_path / "p", files))
        assert raw.train_images.shape == (3, 8, 8, 3)
        assert abs(raw.train_images[:, 4, 4].astype(int) - [[200, 0, 30], [200, 20, 30], [200, 10, 30]]).max() <= 6

    def test_odd_modes(self, tmp_path, read, split):
        colours = Image.fromarray(pixels(0))
        split["train/cat/a.png"] = saved(colours.quantize(), "PNG")
        split["train/cat/b.png"] = saved(Image.merge("RGBA", [*colours.split(), Image.new("L", (6, 4), 0)]), "PNG")
        split["train/dog/a.jpg"] = saved(colours.convert("CMYK"), "JPEG")
        raw = read(write(tmp_path / "p", split))
        assert raw.train_images[2].min() == 255, "transparent, so white"

    def test_16_bits_and_1_bit_are_grey(self, tmp_path, read):
        files = {name: grey(number) for number, name in enumerate(SPLIT)}
        files["train/cat/a.png"] = saved(Image.fromarray(pixels(3, channels=1).astype(np.uint16) * 257), "PNG")
        files["train/cat/b.png"] = saved(Image.new("1", (6, 4), 1), "PNG")
        raw = read(write(tmp_path / "p", files), duplicates="keep")
        assert raw.train_images[0, ..., 0].tolist() == pixels(3, channels=1).tolist()
        assert (raw.train_images[2] == 255).all()


class TestDamage:
    @pytest.mark.parametrize(
        ("contents", "message"),
        [
            (b"", r"train/dog/a.png: is not a PNG, JPEG, WebP, GIF or BMP picture"),
            (b"text", r"train/dog/a.png: is not a PNG, JPEG, WebP, GIF or BMP picture"),
            (png(2)[:-30], r"train/dog/a.png: cannot be read, it may be damaged"),
            (saved(Image.new("1", (20_000, 20_000)), "PNG"), r"train/dog/a.png: has more than 50,000,000 pixels"),
        ],
    )
    def test_names_the_file(self, tmp_path, read, cache, split, contents, message):
        split["train/dog/a.png"] = contents
        with pytest.raises(DataError, match=message):
            read(write(tmp_path / "p", split))
        assert [path.name for path in (cache / "decoded").iterdir() if path.suffix != ".lock"] == [], "nothing is left"

    def test_the_first_one_is_named(self, tmp_path, read):
        files = pictures(
            [f"{split}/{label}/{index:03}.png" for split in ("train", "test") for label in "ab" for index in range(99)]
        )
        files["train/a/050.png"] = files["train/b/090.png"] = b""
        with pytest.raises(DataError, match=r"train/a/050.png"):
            read(write(tmp_path / "p", files))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, tmp_path, read, split):
        place = write(tmp_path / "p", split)
        (place / "train/dog/a.png").chmod(0)
        with pytest.raises(DataError, match=r"train/dog/a.png: cannot be read: Permission denied"):
            read(place)

    def test_no_room(self, tmp_path, read, split, monkeypatch):
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
        with pytest.raises(DataError, match=r"5 images of 4x6x3 take 0.0 GB, got 0.0 GB of free disk"):
            read(write(tmp_path / "p", split))

    def test_too_much_for_memory(self, tmp_path, read, split, monkeypatch):
        sizes = {"SC_PHYS_PAGES": 1, "SC_PAGE_SIZE": 1000}
        monkeypatch.setattr("os.sysconf", sizes.__getitem__)
        message = (
            r"p: 5 images of 4x6x3 take 0.0 GB of memory while they are trained on, more than the 0.0 GB of this mac"
        )
        with pytest.raises(DataError, match=message):
            read(write(tmp_path / "p", split))


class TestDuplicates:
    @pytest.fixture
    def place(self, tmp_path, split):
        split |= {
            "train/cat/c.bmp": saved(Image.fromarray(pixels(4)), "BMP"),
            "val/cat/a.png": png(3),
            "val/dog/b.png": png(9),
        }
        return write(tmp_path / "p", split)

    def test_are_refused_whatever_the_file_is_called(self, place, read):
        message = (
            r"train/cat/c.bmp: is the same image as test/dog/a.png of the test split. 1 others are test images too."
        )
        with pytest.raises(DataError, match=message):
            read(place)

    def test_are_dropped(self, place, read):
        raw = read(place, duplicates="drop")
        assert (numbers(raw.train_images), raw.train_labels.tolist(), raw.held_out) == ([0, 2, 1, 9], [0, 1, 0, 1], 1)

    def test_are_kept(self, place, read):
        raw = read(place, duplicates="keep")
        assert (numbers(raw.train_images), raw.held_out) == ([0, 2, 1, 4, 3, 9], 2)
