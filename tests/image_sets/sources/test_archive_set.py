"""Published archives, in small: made in the same format, with a digest of their own."""

from __future__ import annotations

import dataclasses
import gzip
import io
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets import IMAGE_SETS, kept_sets
from harness.image_sets.cifar10 import CIFAR10
from harness.image_sets.emnist import EMNIST_BALANCED, EMNIST_LETTERS
from tests.image_sets.conftest import idx_bytes


def sized(image_set, path: Path, train: int, test: int):
    """The set with the digest and the counts of a small archive."""
    facts = dataclasses.replace(image_set.facts, train_images=train, test_images=test)
    return dataclasses.replace(image_set, facts=facts, sha256=sha256(path.read_bytes()).hexdigest())


def tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, contents in files.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(contents)
            archive.addfile(member, io.BytesIO(contents))
    return path


def batches() -> dict[str, bytes]:
    """Two images a batch: image i has label i % 10; red i, green by row, blue by column."""
    rows, columns = np.meshgrid(np.arange(32), np.arange(32), indexing="ij")
    records = [
        bytes([i % 10]) + np.stack([np.full((32, 32), i), rows, columns]).astype(np.uint8).tobytes() for i in range(12)
    ]
    names = [f"data_batch_{number}.bin" for number in (1, 2, 3, 4, 5)] + ["test_batch.bin"]
    files = {name: records[2 * place] + records[2 * place + 1] for place, name in enumerate(names)}
    return {"batches.meta.txt": b"airplane\n", **dict(reversed(files.items()))}


class TestCifar10:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        (tmp_path / "sets" / "cifar10").mkdir(parents=True)
        tar(tmp_path / "sets" / "cifar10" / CIFAR10.archive, batches())
        return tmp_path / "sets"

    def test_planes_become_channels_in_the_order_of_the_batches(self, folder):
        small = sized(CIFAR10, folder / "cifar10" / CIFAR10.archive, 10, 2)
        raw = small.read(small.locate(folder))
        assert raw.train_images.shape == (10, 32, 32, 3)
        assert raw.train_images[:, 3, 7].tolist() == [[i, 3, 7] for i in range(10)]
        assert (raw.train_labels.tolist(), raw.test_labels.tolist()) == (list(range(10)), [0, 1])
        assert raw.test_images[:, 0, 0, 0].tolist() == [10, 11]
        assert (raw.class_names[3], raw.train_labels.dtype) == ("cat", "int32")

    def test_it_is_unpacked_once(self, folder):
        small = sized(CIFAR10, folder / "cifar10" / CIFAR10.archive, 10, 2)
        first = small.read(small.locate(folder))
        again = dataclasses.replace(small, parse=lambda _: pytest.fail("it is in the cache"))
        assert again.read(again.locate(folder)).digest == first.digest
        assert [kept.words for kept in kept_sets()] == ["CIFAR-10"]

    def test_another_file_is_not_read(self, folder):
        with pytest.raises(DataError, match=r"is not the file of CIFAR-10: its SHA-256 must be c4a38"):
            CIFAR10.read(CIFAR10.locate(folder))
        (row,) = CIFAR10.verify(folder / "cifar10")
        assert row.problem.startswith("is not the file of CIFAR-10")
        assert row.sha256 == sha256(row.file.read_bytes()).hexdigest()

    def test_other_counts_are_refused(self, folder):
        small = sized(CIFAR10, folder / "cifar10" / CIFAR10.archive, 11, 2)
        with pytest.raises(
            DataError, match=r"must hold 11 \+ 2 images of the shape \(32, 32, 3\), got 10 \+ 2 of \(32"
        ):
            small.read(small.locate(folder))

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"test_batch.bin": b""}, "test_batch.bin must have 3073 bytes an image, got 0 bytes"),
            ({"test_batch.bin": b"x" * 3074}, "test_batch.bin must have 3073 bytes an image, got 3,074 bytes"),
            ({"data_batch_3.bin": None}, "cifar-10-batches-bin/data_batch_3.bin not found in it"),
            ({"data_batch_3.bin": bytes(10_001 * 3073)}, "cifar-10-batches-bin/data_batch_3.bin not found in it"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read(self, tmp_path, change, message):
        files = {name: contents for name, contents in {**batches(), **change}.items() if contents is not None}
        with pytest.raises(DataError, match=message):
            CIFAR10.parse(tar(tmp_path / "a.tar.gz", files))

    @pytest.mark.parametrize("damage", [lambda whole: whole[:-600], lambda whole: whole[:300] + b"x" * 50 + whole[350:],
                                        lambda whole: b"no archive"])  # fmt: skip
    def test_damage(self, tmp_path, damage):
        path = tar(tmp_path / "a.tar.gz", batches())
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(DataError, match=r"a.tar.gz: "):
            CIFAR10.parse(path)

    def test_where_it_is_looked_for(self, folder, cache):
        assert CIFAR10.locate() is None
        with pytest.raises(DataError, match=r"none: not found. data.folder must name the folder with cifar-10-binary"):
            CIFAR10.fetch(named=folder / "none")
        (folder / "other").mkdir()
        with pytest.raises(DataError, match=r"sets/other: cifar-10-binary.tar.gz not found"):
            CIFAR10.fetch(named=folder / "other")
        assert CIFAR10.fetch(named=folder).folder == folder / "cifar10"
        cache.mkdir(parents=True)
        (folder / "cifar10").rename(cache / "cifar10")
        assert CIFAR10.locate().folder == CIFAR10.fetch().folder == cache / "cifar10"

    def test_a_download_is_checked(self, folder, cache):
        address = (folder / "cifar10").as_uri() + "/"
        away = dataclasses.replace(CIFAR10, mirrors=(address,))
        with pytest.raises(
            DataError, match=r"cifar10: cifar-10-binary.tar.gz is in none of .*cnn-harness/cifar10, and "
        ):
            away.fetch()
        assert not (cache / "cifar10" / CIFAR10.archive).exists()


def emnist(path: Path, split: str, labels: tuple[list[int], list[int]]) -> Path:
    """An archive as NIST's: image i is i at row 5, column 1 as it is stored, and 0 elsewhere."""
    with zipfile.ZipFile(path, "w") as archive:
        for part, numbers in zip(("train", "test"), labels, strict=True):
            images = np.zeros((len(numbers), 28, 28), np.uint8)
            images[:, 5, 1] = np.arange(len(numbers)) + 1
            stem = f"gzip/emnist-{split}-{part}"
            archive.writestr(f"{stem}-images-idx3-ubyte.gz", gzip.compress(idx_bytes(images)))
            archive.writestr(f"{stem}-labels-idx1-ubyte.gz", gzip.compress(idx_bytes(np.array(numbers))))
    return path


class TestEmnist:
    def test_images_are_put_upright_and_letters_counted_from_0(self, tmp_path):
        path = emnist(tmp_path / "gzip.zip", "letters", ([1, 26, 2], [1, 5]))
        small = sized(EMNIST_LETTERS, path, 3, 2)
        raw = small.read(small.locate(tmp_path))
        assert raw.train_images[:, 1, 5, 0].tolist() == [1, 2, 3], "rows and columns are exchanged"
        assert raw.train_images.sum() == 6
        assert (raw.train_labels.tolist(), raw.test_labels.tolist()) == ([0, 25, 1], [0, 4])
        assert [raw.class_names[label] for label in raw.train_labels] == ["A", "Z", "B"]

    def test_labels_of_the_balanced_ones_begin_at_0(self, tmp_path):
        path = emnist(tmp_path / "gzip.zip", "balanced", ([0, 46, 36], [0, 10]))
        small = sized(EMNIST_BALANCED, path, 3, 2)
        raw = small.read(small.locate(tmp_path))
        assert [raw.class_names[label] for label in raw.train_labels] == ["0", "t", "a"]
        assert EMNIST_BALANCED.facts.classes == 47

    def test_both_are_of_one_file_and_two_entries_of_the_cache(self, tmp_path):
        path = emnist(tmp_path / "gzip.zip", "letters", ([1, 2], [1, 2]))
        with (
            zipfile.ZipFile(path, "a") as archive,
            zipfile.ZipFile(emnist(tmp_path / "b.zip", "balanced", ([0, 1], [0, 1]))) as other,
        ):
            for name in other.namelist():
                archive.writestr(name, other.read(name))
        for each in (EMNIST_LETTERS, EMNIST_BALANCED):
            small = sized(each, path, 2, 2)
            assert small.read(small.locate(tmp_path)).class_names == each.facts.class_names
        assert sorted(kept.words for kept in kept_sets()) == ["EMNIST balanced", "EMNIST letters"]

    def test_what_cannot_be_read(self, tmp_path):
        path = emnist(tmp_path / "gzip.zip", "letters", ([1, 2], [1, 2]))
        with pytest.raises(DataError, match=r"gzip/emnist-balanced-train-images-idx3-ubyte.gz not found in it"):
            EMNIST_BALANCED.parse(path)
        with pytest.raises(DataError, match=r"its labels must begin at 1, got 0"):
            EMNIST_LETTERS.parse(emnist(tmp_path / "b.zip", "letters", ([0, 2], [1, 2])))
        (tmp_path / "c.zip").write_bytes(b"no zip")
        with pytest.raises(DataError, match=r"c.zip: is no zip, or is damaged"):
            EMNIST_LETTERS.parse(tmp_path / "c.zip")


def test_digests_are_whole():
    for name in ("cifar10", "emnist_letters", "emnist_balanced"):
        assert len(bytes.fromhex(IMAGE_SETS[name].sha256)) == 32
        assert all(mirror.endswith("/") for mirror in IMAGE_SETS[name].mirrors)
