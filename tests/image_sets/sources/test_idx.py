import gzip
import hashlib
import os
import re
import tracemalloc

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets.sources.idx import MOST_BYTES, hash_contents, parse_idx, read_bytes, read_idx, read_shape

IMAGES = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])  # two images of 1x3
LABELS = bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])
COLOUR = bytes([0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])


def test_grey_images_get_a_channel_axis(tmp_path):
    images = parse_idx(IMAGES, tmp_path / "x", "images")
    assert images.shape == (2, 1, 3, 1)
    assert images.dtype == np.uint8
    assert images[1, 0, :, 0].tolist() == [4, 5, 6]


def test_colour_images_keep_theirs(tmp_path):
    images = parse_idx(COLOUR, tmp_path / "x", "images")
    assert images.shape == (1, 1, 2, 3)
    assert images[0, 0, 1].tolist() == [4, 5, 6]


def test_labels(tmp_path):
    assert parse_idx(LABELS, tmp_path / "x", "labels").tolist() == [7, 9]


@pytest.mark.parametrize("name", ["x", "x.gz"])
def test_files_are_read_plain_and_compressed(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(IMAGES, mtime=0) if name.endswith("gz") else IMAGES)
    assert read_bytes(path) == IMAGES
    assert read_bytes(path, 4) == bytes([0, 0, 8, 3])
    assert read_shape(path, "images") == (2, 1, 3, 1)


@pytest.mark.parametrize(
    ("contents", "kind", "message"),
    [
        (IMAGES[:-1], "images", "is truncated: shape (2, 1, 3, 1) needs 6 values, got 5. Replace it"),
        (IMAGES + b"ab", "images", "must end after the 6 values of shape (2, 1, 3, 1), got 2 bytes more. Replace it"),
        (IMAGES[:10], "images", "is truncated: the header needs 16 bytes, got 10"),
        (b"", "images", "is not an IDX file: it must begin with 0000, got nothing"),
        (b"<html>", "images", "is not an IDX file: it must begin with 0000, got 3c68746d"),
        (LABELS, "images", "must hold images (3 dimensions, or 4 with channels), got 1 dimensions (labels). Are two"),
        (IMAGES, "labels", "must hold labels (1 dimension), got 3 dimensions (images). Are two files swapped?"),
        (b"\0\0\x0d" + IMAGES[3:], "images", "must hold unsigned bytes (IDX type 0x08), got type 0x0d"),
        (IMAGES[:4] + bytes(12), "images", "must hold at least one of the images, got shape (0, 0, 0)"),
        (
            gzip.compress(IMAGES, mtime=0),
            "images",
            "is gzip, but its name does not end in .gz. Rename or decompress it.",
        ),
    ],
)
def test_what_is_wrong_with_the_contents(tmp_path, contents, kind, message):
    path = tmp_path / "train"
    with pytest.raises(DataError, match=re.escape(f"{path}: {message}")):
        parse_idx(contents, path, kind)


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (gzip.compress(IMAGES, mtime=0)[:-9], "is truncated: the gzip stream ends too early. Replace it"),
        (IMAGES, "must be gzip, as its name says, but begins with 0000. Replace it"),
        (b"", "must be gzip, as its name says, but begins with nothing. Replace it"),
        (gzip.compress(IMAGES, mtime=0)[:-8] + bytes(8), "is damaged: the gzip stream is not valid (CRC check failed"),
        (gzip.compress(IMAGES, mtime=0)[:10] + b"\xff" * 20, "is damaged: the gzip stream is not valid ("),
    ],
)
def test_what_is_wrong_with_the_gzip_stream(tmp_path, contents, message):
    path = tmp_path / "train.gz"
    path.write_bytes(contents)
    with pytest.raises(DataError, match=re.escape(f"{path}: {message}")):
        read_bytes(path)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match=r"gone.gz: cannot be read: No such file or directory. Check the path"):
        read_bytes(tmp_path / "gone.gz")


class TestReadIdx:
    @pytest.mark.parametrize("name", ["x", "x.gz"])
    def test_all_that_the_header_says(self, tmp_path, name):
        path = tmp_path / name
        path.write_bytes(gzip.compress(IMAGES) if name.endswith("gz") else IMAGES)
        assert read_idx(path, "images") == IMAGES
        assert hash_contents(path) == hashlib.sha256(IMAGES).hexdigest()

    def test_a_header_alone_takes_no_memory(self, tmp_path):
        path = tmp_path / "x"
        path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 3, 0xE8, 0, 0, 3, 0xE8, 0, 0, 3, 0xE8]) + b"1234")
        tracemalloc.start()
        with pytest.raises(DataError, match=r"is truncated: shape \(1000, 1000, 1000, 1\) needs 1,000,000,000"):
            parse_idx(read_idx(path, "images"), path, "images")
        assert tracemalloc.get_traced_memory()[1] < 20e6
        tracemalloc.stop()
        path.write_bytes(bytes([0, 0, 8, 4, *[0xFF] * 16]))
        with pytest.raises(DataError, match=r"must have at most 2,147,483,648 bytes, got the shape \(4294967295, "):
            read_idx(path, "images")

    def test_a_bomb_is_read_no_further_than_its_header_says(self, tmp_path):
        path = tmp_path / "x.gz"
        path.write_bytes(gzip.compress(IMAGES + bytes(100_000_000), 1))
        tracemalloc.start()
        with pytest.raises(DataError, match=r"after the 6 values of shape \(2, 1, 3, 1\), got many bytes more"):
            parse_idx(read_idx(path, "images"), path, "images")
        assert tracemalloc.get_traced_memory()[1] < 20e6
        tracemalloc.stop()

    def test_contents_without_end(self, tmp_path, monkeypatch):
        monkeypatch.setattr("harness.image_sets.sources.idx.MOST_BYTES", 1 << 21)
        (tmp_path / "x").write_bytes(bytes((1 << 21) + 1))
        with pytest.raises(DataError, match=r"x: must have at most 2,097,152 bytes, got more"):
            read_bytes(tmp_path / "x")
        assert MOST_BYTES == 1 << 31

    def test_what_is_no_file(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        for path, got in ((tmp_path, "a folder"), (tmp_path / "pipe", "a pipe or a device")):
            for read in (lambda path: read_idx(path, "images"), read_bytes, hash_contents):
                with pytest.raises(DataError, match=f"must be a file, got {got}"):
                    read(path)
