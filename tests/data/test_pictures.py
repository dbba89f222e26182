"""Pictures as people have them, made here with Pillow, and what becomes of them."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from harness.data import fit_picture, frame_picture, framing, load_images, read_picture
from harness.data.ink import find_ink
from harness.errors import DataError
from harness.image_sets import Framing
from harness.study import DataSpec

MNIST = Framing(20 / 28, "mass")
SHAPE = (28, 28, 1)


@pytest.fixture(scope="module")
def digits():
    """The first 40 test images of mnist_5k, uint8 (40, 28, 28)."""
    return load_images(DataSpec(name="mnist_5k", validation=0), 0).test_pixels[:40, ..., 0]


def saved(path, image, **options):
    image.save(path, **options)
    return path


def stroke(width=60, height=90):
    """A dark L on light paper: uint8 (height, width), ink 20 and paper 230."""
    pixels = np.full((height, width), 230, np.uint8)
    pixels[20:70, 15:23] = 20
    pixels[62:70, 15:45] = 20
    return pixels


@pytest.mark.parametrize("dark", [False, True])
def test_ink_that_touches_the_border_is_no_uneven_light(dark):
    """Digits of scikit-learn, drawn large: they fill their frame."""
    images = load_digits().images[:100]
    found = []
    for image in images:
        pixels = np.clip(np.kron(image, np.ones((12, 12))) * 16, 0, 255)
        ink = find_ink(Image.fromarray((255 - pixels if dark else pixels).astype(np.uint8)).convert("F"))
        like = 0 if ink.amount is None else np.corrcoef(ink.amount.ravel(), pixels.ravel())[0, 1]
        found.append(like > 0.9 and not ink.uneven)
    assert sum(found) >= 95


def png(width, height, body=b""):
    """A PNG whose header claims a size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


class TestReading:
    def test_16_bits_keep_all_their_levels(self, tmp_path):
        values = np.array([[0, 255, 256], [257, 40000, 65535]], np.uint16)
        image = read_picture(saved(tmp_path / "a.png", Image.fromarray(values)))
        assert image.mode == "F"
        assert np.asarray(image) == pytest.approx(values / 257.0, abs=1e-4)

    @pytest.mark.parametrize("mode", ["L", "1", "RGB", "P"])
    def test_grey_by_any_name(self, tmp_path, mode):
        pixels = np.array([[0, 255], [255, 0]], np.uint8)
        image = read_picture(saved(tmp_path / "a.png", Image.fromarray(pixels).convert(mode)))
        assert image.mode == "F"
        assert np.array_equal(np.asarray(image), pixels)

    def test_transparency_is_on_white(self, tmp_path):
        pixels = np.zeros((1, 3, 4), np.uint8)
        pixels[0, :, 3] = (0, 128, 255)  # black that is clear, half clear, and not
        rgba = Image.fromarray(pixels)
        assert np.asarray(read_picture(saved(tmp_path / "a.png", rgba))).tolist() == [[255, 127, 0]]
        assert np.asarray(read_picture(saved(tmp_path / "b.png", rgba.convert("LA")))).tolist() == [[255, 127, 0]]

    def test_a_clear_colour_of_a_palette_or_of_grey_levels(self, tmp_path):
        palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8), mode="P")
        palette.putpalette([9, 9, 9, 0, 0, 0, 255, 0, 0])
        read = read_picture(saved(tmp_path / "a.png", palette, transparency=0))
        assert np.asarray(read).tolist() == [[[255, 255, 255], [0, 0, 0], [255, 0, 0]]]
        deep = Image.fromarray(np.array([[7, 0, 65535]], np.uint16))
        read = read_picture(saved(tmp_path / "b.png", deep, transparency=7))
        assert np.asarray(read).tolist() == [[255, 0, 255]]

    def test_white_ink_on_nothing_is_on_black(self, tmp_path):
        pixels = np.full((1, 2, 4), 255, np.uint8)
        pixels[0, 0, 3] = 0
        assert np.asarray(read_picture(saved(tmp_path / "a.png", Image.fromarray(pixels)))).tolist() == [[0, 255]]
        pixels[0, 1] = (250, 248, 240, 255)  # off white: on white there would be hardly anything to see
        cream = np.asarray(read_picture(saved(tmp_path / "b.png", Image.fromarray(pixels))))
        assert cream.tolist() == [[[0, 0, 0], [250, 248, 240]]]

    @pytest.mark.parametrize("suffix", ["webp", "gif", "bmp"])
    def test_other_kinds_of_several_pictures_the_first(self, tmp_path, suffix):
        first, second = (Image.fromarray(np.full((4, 4), level, np.uint8)) for level in (0, 255))
        more = {"save_all": True, "append_images": [second] * 3, "lossless": True} if suffix != "bmp" else {}
        read = read_picture(saved(tmp_path / f"a.{suffix}", first, **more))
        assert np.asarray(read).tolist() == [[0] * 4] * 4

    def test_cmyk(self, tmp_path):
        image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))  # red ink
        read = np.asarray(read_picture(saved(tmp_path / "a.jpg", image, quality=95)))
        assert read.shape == (8, 8, 3)
        assert (read[0, 0] - np.array([255, 0, 0])).tolist() == pytest.approx([0, 0, 0], abs=3)

    def test_the_orientation_of_a_camera(self, tmp_path):
        pixels = np.array([[0, 80, 160], [240, 240, 240]], np.uint8)
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees clockwise
        for name in ("a.png", "a.jpg"):
            read = read_picture(saved(tmp_path / name, Image.fromarray(pixels), exif=exif))
            assert read.size == (2, 3)
        assert np.asarray(read_picture(tmp_path / "a.png")).tolist() == [[240, 0], [240, 80], [240, 160]]


class TestRefusals:
    @pytest.mark.parametrize("size", [(10_000, 6_000), (10_000, 10_000), (60_000, 60_000)])
    def test_a_huge_one_is_not_decoded(self, tmp_path, size, recwarn):
        (tmp_path / "a.png").write_bytes(png(*size))
        with pytest.raises(DataError) as caught:
            read_picture(tmp_path / "a.png")
        assert str(caught.value) == (
            f"{tmp_path / 'a.png'}: has more than 50,000,000 pixels, which are the most that are read. Make it smaller."
        )
        assert not recwarn.list

    def test_damaged_ones(self, tmp_path):
        noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 50), np.uint8))
        for name in ("a.png", "a.jpg"):
            whole = saved(tmp_path / name, noise).read_bytes()
            (tmp_path / name).write_bytes(whole[: len(whole) // 2])
            with pytest.raises(DataError, match=f"{name}: cannot be read, it may be damaged: .*truncated"):
                read_picture(tmp_path / name)
        (tmp_path / "b.png").write_bytes(png(50, 50, b"too little"))
        with pytest.raises(DataError, match=r"b\.png: cannot be read, it may be damaged: "):
            read_picture(tmp_path / "b.png")

    def test_no_picture(self, tmp_path):
        (tmp_path / "a.png").write_text("Dear diary")
        Image.new("L", (3, 3)).save(tmp_path / "b.tif")
        (tmp_path / "empty.png").write_bytes(b"")
        for name in ("a.png", "b.tif", "empty.png"):
            with pytest.raises(
                DataError, match=f"{name}: is not a PNG, JPEG, WebP, GIF or BMP picture, or its beginning is damaged"
            ):
                read_picture(tmp_path / name)
        with pytest.raises(DataError, match=r"nowhere\.png: not found"):
            read_picture(tmp_path / "nowhere.png")


class TestFitting:
    def test_a_test_image_comes_back_from_a_dark_on_light_16_bit_picture(self, digits, tmp_path):
        """As it was, but for two things: what is strongest becomes 255, and an edge fainter than a tenth of it goes."""
        for index, digit in enumerate(digits):
            canvas = np.zeros((300, 200))
            canvas[60 : 60 + 168, 20 : 20 + 168] = np.kron(digit, np.ones((6, 6)))
            path = saved(tmp_path / f"{index}.png", Image.fromarray(((255 - canvas) * 257).astype(np.uint16)))
            back = fit_picture(read_picture(path), MNIST, SHAPE)[..., 0]
            assert np.abs(back.astype(int) - digit).max() <= 26
            assert np.abs(back.astype(int) - digit).mean() < 0.5
        assert (index, back.dtype) == (39, np.uint8)

    def test_an_image_of_the_set_comes_back_as_it_was(self, digits):
        for digit in digits[:10]:
            back = fit_picture(Image.fromarray(digit).convert("F"), MNIST, SHAPE)[..., 0]
            assert np.abs(back.astype(int) - digit).max() <= 26

    def test_dark_on_light_and_light_on_dark_are_the_same(self):
        dark = fit_picture(Image.fromarray(stroke()).convert("F"), MNIST, SHAPE)
        light = fit_picture(Image.fromarray(255 - stroke()).convert("F"), MNIST, SHAPE)
        assert np.array_equal(dark, light)
        assert (dark[0, 0, 0], dark.max()) == (0, 255)

    def test_colours_count_by_their_lightness(self):
        paper = np.full((60, 60, 3), (240, 220, 180), np.uint8)
        paper[20:40, 25:35] = (20, 20, 120)
        fitted = fit_picture(Image.fromarray(paper), MNIST, SHAPE)[..., 0]
        rows, columns = np.flatnonzero(fitted.any(axis=1)), np.flatnonzero(fitted.any(axis=0))
        assert (len(rows), len(columns), fitted.max()) == (20, 10, 255)

    def test_the_box_is_20_and_the_mass_in_the_middle(self):
        fitted = fit_picture(Image.fromarray(stroke()).convert("F"), MNIST, SHAPE)[..., 0].astype(float)
        rows, columns = np.flatnonzero(fitted.any(axis=1)), np.flatnonzero(fitted.any(axis=0))
        assert (rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1) == (20, 12)  # 50 by 30, times 0.4
        middle = [float(fitted.sum(axis=axis) @ np.arange(28) / fitted.sum()) for axis in (1, 0)]
        assert all(13.5 <= place < 14.5 for place in middle)

    def test_ink_never_leaves_the_frame(self):
        """A long thin stroke with a heavy end: with its mass in the middle it would stick out."""
        pixels = np.zeros((200, 200), np.uint8)
        pixels[95:98, 10:190] = 255
        pixels[60:130, 170:190] = 255
        fitted = fit_picture(Image.fromarray(pixels).convert("F"), Framing(26 / 28, "mass"), SHAPE)[..., 0]
        columns = np.flatnonzero(fitted.any(axis=0))
        assert (columns[0], columns[-1]) == (0, 25)

    def test_noise_of_a_photograph_is_no_ink(self):
        random = np.random.default_rng(1)
        noisy = np.clip(stroke(600, 900).astype(float) - 30 + random.normal(0, 8, (900, 600)), 0, 255)
        clean = fit_picture(Image.fromarray(stroke(600, 900)).convert("F"), MNIST, SHAPE).astype(float)
        fitted = fit_picture(Image.fromarray(noisy.astype(np.float32)), MNIST, SHAPE).astype(float)
        assert np.abs(fitted - clean).mean() < 3
        assert fitted[0, 0, 0] == 0

    def test_a_blank_one(self):
        random = np.random.default_rng(2)
        for pixels in (
            np.full((50, 50), 200.0),
            np.full((50, 50), 200.0) + random.integers(0, 4, (50, 50)),
            200 + random.normal(0, 6, (800, 800)),
        ):
            image = Image.fromarray(pixels.astype(np.float32))
            assert fit_picture(image, MNIST, SHAPE) is None
        assert fit_picture(Image.new("RGB", (9, 9), "red"), Framing(None, background=None), (8, 8, 3)) is None

    def test_small_ones_are_enlarged(self):
        pixels = np.zeros((9, 9), np.uint8)
        pixels[2:7, 4] = 255
        fitted = fit_picture(Image.fromarray(pixels).convert("F"), MNIST, SHAPE)[..., 0]
        rows, columns = np.flatnonzero(fitted.any(axis=1)), np.flatnonzero(fitted.any(axis=0))
        assert (len(rows), len(columns)) == (20, 4)

    def test_extreme_shapes(self):
        pixels = np.zeros((3, 4000), np.uint8)
        pixels[1, 50:3000] = 255
        assert fit_picture(Image.fromarray(pixels).convert("F"), MNIST, SHAPE).shape == SHAPE
        assert fit_picture(Image.fromarray(np.array([[9]], np.uint8)).convert("F"), MNIST, SHAPE) is None


def photo(digit, light=1.0, ink=20, paper=230):
    """A digit of 168 pixels on a sheet of 300, under a light: float (300, 300)."""
    share = np.zeros((300, 300))
    share[60:228, 70:238] = np.kron(digit, np.ones((6, 6))) / 255
    return (share * ink + (1 - share) * paper) * light


def lit(kind):
    """Light from 0 to 1 on a sheet of 300 by 300."""
    y, x = np.mgrid[0:300, 0:300] / 299
    shapes = {
        "falls off to the right": 1 - 50 / 230 * x,
        "falls off strongly": 1 - 0.6 * y,
        "falls off to the corners": 1 - 1.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2),
        "shadow in a corner": np.where((x < 0.35) & (y > 0.6), 0.5, 1.0),
    }
    return shapes[kind]


def alike(picture, digit):
    """The correlation of what is seen with the digit that was photographed; 1 for the same."""
    fitted = fit_picture(picture, MNIST, SHAPE)
    return 0.0 if fitted is None else float(np.corrcoef(fitted.ravel(), digit.ravel())[0, 1])


def grey(values):
    return Image.fromarray(np.clip(values, 0, 255).astype(np.float32))


class TestPhotographs:
    @pytest.mark.parametrize(
        "kind", ["falls off to the right", "falls off strongly", "falls off to the corners", "shadow in a corner"]
    )
    def test_uneven_light(self, digits, kind):
        noise = np.random.default_rng(0).normal(0, 2, (300, 300))
        for digit in digits[:6]:
            assert alike(grey(photo(digit, lit(kind)) + noise), digit) > 0.93

    def test_light_ink_on_an_uneven_board(self, digits):
        board = 20 + 60 * np.mgrid[0:300, 0:300][0] / 299
        for digit in digits[:6]:
            assert alike(grey(board + photo(digit, ink=150, paper=0)), digit) > 0.9

    @pytest.mark.parametrize(
        ("ink", "paper"),
        [((200, 60, 60), (40, 128, 60)), ((60, 60, 220), (150, 30, 30)), ((255, 255, 0), (255, 255, 255))],
    )
    def test_colours_of_equal_lightness(self, digits, ink, paper):
        for digit in digits[:6]:
            picture = np.stack([photo(digit, 1.0, *pair) for pair in zip(ink, paper, strict=True)], axis=-1)
            assert alike(Image.fromarray(picture.astype(np.uint8)), digit) > 0.95

    @pytest.mark.parametrize(("width", "level"), [(12, 0), (40, 0), (15, 120), (15, 255)])
    def test_a_frame_is_no_ink(self, digits, width, level):
        for digit in digits[:6]:
            framed = np.pad(
                photo(digit, ink=235, paper=30) if level == 255 else photo(digit), width, constant_values=level
            )
            assert alike(grey(framed), digit) > 0.95
            assert alike(grey(np.pad(framed, 10, constant_values=200)), digit) > 0.95

    def test_the_outline_of_a_frame_is_no_ink(self, digits):
        for digit in digits[:6]:
            picture = photo(digit)
            picture[15:18, 15:285] = picture[282:285, 15:285] = picture[15:285, 15:18] = picture[15:285, 282:285] = 30
            assert alike(grey(picture), digit) > 0.95

    def test_a_picture_that_is_a_frame_alone_stays_ink(self):
        square = np.full((200, 200), 230.0)
        square[60:140, 60:140] = 20
        assert fit_picture(grey(square), MNIST, SHAPE)[14, 14, 0] == 255

    def test_lines_of_the_paper_and_specks_are_no_ink(self, digits):
        for digit in digits[:6]:
            picture = photo(digit)
            ruled = np.full((300, 300), 230.0)
            ruled[20::40] = ruled[21::40] = 180
            ruled[:, 20::40] = ruled[:, 21::40] = 180
            picture = np.minimum(picture, ruled)
            picture[3:6, 290:293] = 60
            assert alike(grey(picture), digit) > 0.93

    def test_separate_shapes_are_told(self, digits):
        one = photo(digits[1])
        assert frame_picture(grey(one), MNIST, SHAPE).remark == ""
        three = np.concatenate([photo(digits[number]) for number in (1, 2, 3)], axis=1)
        assert frame_picture(grey(three), MNIST, SHAPE).remark == "3 separate shapes"

    def test_a_digit_in_parts_is_one_shape(self, digits):
        told = [frame_picture(grey(photo(digit)), MNIST, SHAPE).remark for digit in digits]
        assert told == [""] * 40

    def test_a_blank_sheet_in_uneven_light(self):
        noise = np.random.default_rng(0).normal(0, 2, (300, 300))
        for kind in ("falls off to the right", "falls off strongly", "falls off to the corners"):
            fitted = frame_picture(grey(230 * lit(kind) + noise), MNIST, SHAPE)
            assert (fitted.pixels, fitted.remark) == (None, "uneven light")

    def test_an_item_of_fashion_keeps_its_area(self):
        item = np.full((300, 300), 230.0) * lit("falls off to the right")
        item[60:240, 80:220] = 40
        fitted = fit_picture(grey(item), Framing(1.0, strokes=False), SHAPE)[..., 0]
        assert (fitted[:, 4:24] > 190).all()


class TestFraming:
    def test_8x8_digits_fill_their_frame_from_top_to_bottom(self):
        images = load_images(DataSpec(name="digits", validation=0), 0)
        frame = framing(DataSpec(name="digits", validation=0), 1)
        same = 0
        for digit in images.test_pixels[:50]:
            large = np.kron(255 - digit[..., 0], np.ones((9, 9), np.uint8))
            padded = np.pad(large, 30, constant_values=255)
            back = fit_picture(Image.fromarray(padded).convert("F"), frame, (8, 8, 1))
            same += np.abs(back.astype(int) - digit).max() <= 26
            assert back[0].any()
            assert back[-1].any()
        assert same >= 35  # of others the column in which they begin is another

    def test_an_item_of_fashion_fills_its_frame(self):
        frame = framing(DataSpec(name="fashion_mnist", validation=0), 1)
        fitted = fit_picture(Image.fromarray(stroke()).convert("F"), frame, SHAPE)[..., 0]
        rows, columns = np.flatnonzero(fitted.any(axis=1)), np.flatnonzero(fitted.any(axis=0))
        assert (rows[0], rows[-1]) == (0, 27)
        assert (columns[0], columns[-1]) == (5, 21)

    @pytest.mark.parametrize(("level", "background"), [(0, "black"), (250, "white"), (120, None)])
    def test_a_set_of_ones_own_tells_its_background(self, tmp_path, write_idx, level, background):
        images = np.full((4, 6, 6), level)
        images[:, 2:4, 2:4] = 130
        for part in ("train", "t10k"):
            write_idx(tmp_path / f"{part}-images-idx3-ubyte", images)
            write_idx(tmp_path / f"{part}-labels-idx1-ubyte", np.array([0, 1, 0, 1]))
        spec = DataSpec(name="folder", folder=str(tmp_path), validation=0)
        assert framing(spec, 1) == Framing(None, background=background)
        assert framing(spec, 3) == Framing(None, background=None)

    def test_a_whole_view_is_inverted_only_where_the_background_says_so(self):
        image = Image.fromarray(np.tile(np.array([250, 250, 0, 0, 250, 250], np.uint8), (6, 1))).convert("F")
        for background, first in ((None, 250), ("white", 250), ("black", 5)):
            fitted = fit_picture(image, Framing(None, background=background), (6, 6, 1))
            assert fitted[:, 0, 0].tolist() == [first] * 6
        coloured = fit_picture(image, Framing(None, background=None), (6, 6, 3))
        assert coloured[0, 0].tolist() == [250, 250, 250]

    def test_a_whole_view_keeps_its_aspect_ratio_and_its_colours(self):
        wide = np.zeros((10, 30, 3), np.uint8)
        wide[:, 10:20] = (200, 100, 50)
        wide[:2, 10:20] = (10, 20, 30)
        fitted = fit_picture(Image.fromarray(wide), Framing(None, background=None), (10, 10, 3))
        assert np.array_equal(fitted, wide[:, 10:20]), "the middle third alone"


class TestPicturesOfASetOfOnesOwn:
    def test_are_resized_as_the_study_says(self):
        spec = DataSpec(
            name="folder", folder="nowhere", validation=0, image_size=(2, 3), resize="area", fit="stretch", channels=3
        )
        frame = framing(spec, 3)
        assert (frame.box, frame.background, frame.resize, frame.fit) == (None, None, "area", "stretch")
        values = np.zeros((4, 12, 3), np.uint8)
        values[:, :4, 0] = 200
        values[:, 4:8, 1] = 100
        fitted = fit_picture(Image.fromarray(values), frame, (2, 3, 3))
        assert fitted.tolist() == [[[200, 0, 0], [0, 100, 0], [0, 0, 0]]] * 2

    def test_without_a_size_they_are_as_they_were(self):
        spec = DataSpec(name="folder", folder="nowhere", validation=0)
        assert framing(spec, 3) == Framing(None, background=None)
        assert (framing(spec, 3).resize, framing(spec, 3).fit) == ("bicubic", "crop")
