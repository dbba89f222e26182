import dataclasses
import functools
import gzip
import hashlib
import re
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets.fashion_mnist import FASHION_MNIST
from harness.image_sets.folder import FOLDER
from harness.image_sets.kmnist import KMNIST
from harness.image_sets.mnist import MNIST
from harness.image_sets.sources.idx_files import IDX_FILES
from harness.image_sets.sources.places import cache_folder


@pytest.mark.parametrize("known", [MNIST, FASHION_MNIST])
def test_every_set_is_complete(known):
    assert known.facts.classes == 10
    assert len(set(known.sha256)) == 4
    assert {len(digest) for digest in known.sha256} == {64}
    assert len(known.mirrors) > 1
    assert all(mirror.endswith("/") for mirror in known.mirrors)


@pytest.mark.parametrize("known", [MNIST, FASHION_MNIST])
def test_the_original_files_have_the_sizes_that_are_known(known, original_files):
    raw = known.read(known.locate(original_files))
    assert raw.train_images.shape == (known.facts.train_images, *known.facts.image_shape)
    assert raw.test_images.shape == (known.facts.test_images, *known.facts.image_shape)
    assert np.bincount(raw.test_labels).sum() == 10_000
    assert raw.train_labels[:3].tolist() == ([5, 0, 4] if known is MNIST else [9, 0, 0])


def test_another_file_is_not_read(idx_folder):
    path = idx_folder / "train-images-idx3-ubyte.gz"
    with pytest.raises(DataError, match=f"{path}: is not the file of MNIST: .* must be ba89.* `harness data fetch mn"):
        MNIST.read(MNIST.fetch(named=idx_folder))


@pytest.mark.parametrize("subfolder", ["", "fashion-mnist", "fashion_mnist"])
def test_a_folder_holds_the_files_itself_or_in_a_subfolder(idx_folder, tmp_path, subfolder):
    place = shutil.copytree(idx_folder, tmp_path / "sets" / subfolder, dirs_exist_ok=True)
    found = FASHION_MNIST.locate(tmp_path / "sets")
    assert found is not None
    assert found.folder == place
    assert [file.name for file in found.files] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte",
        "t10k-images.idx3-ubyte",
        "t10k-labels.idx1-ubyte.gz",
    ]


def test_order_of_places(idx_folder, tmp_path, cache):
    system = shutil.copytree(idx_folder, tmp_path / "system")
    mnist = dataclasses.replace(MNIST, system_folder=system)
    assert mnist.locate().folder == system
    shutil.copytree(idx_folder, cache / "mnist")
    assert mnist.locate().folder == cache / "mnist" == cache_folder("mnist")
    assert mnist.locate(idx_folder).folder == idx_folder
    assert mnist.fetch(idx_folder, named=system).folder == system
    assert mnist.fetch(idx_folder).folder == idx_folder


def test_an_incomplete_folder_is_passed_over_unless_the_study_names_it(idx_folder, tmp_path, cache):
    shutil.copytree(idx_folder, cache / "mnist")
    partial = shutil.copytree(idx_folder, tmp_path / "partial")
    (partial / "train-labels-idx1-ubyte").unlink()
    assert MNIST.locate(partial).folder == cache / "mnist"
    with pytest.raises(DataError, match=re.escape(f"{partial}: train-labels-idx1-ubyte (plain or .gz) not found")):
        MNIST.fetch(named=partial)


def test_a_named_folder_without_any_of_the_files(tmp_path):
    with pytest.raises(DataError, match=f"{tmp_path}/x: not found. data.folder must name the folder with the"):
        MNIST.fetch(named=tmp_path / "x")
    with pytest.raises(DataError, match=re.escape(f"{tmp_path}: train-images-idx3-ubyte, train-labels-idx1-ubyte, ")):
        MNIST.fetch(named=tmp_path)


def test_nowhere_and_no_connection(tmp_path, cache):
    mnist = dataclasses.replace(MNIST, mirrors=("http://127.0.0.1:9/a/", "http://127.0.0.1:9/b/"))
    assert mnist.locate(tmp_path) is None
    with pytest.raises(DataError) as caught:
        mnist.fetch(tmp_path)
    assert str(caught.value) == (
        f"mnist: the four IDX files are in none of {tmp_path}/mnist, {tmp_path}, {cache}/mnist, and "
        "train-images-idx3-ubyte.gz could not be downloaded: tried "
        "http://127.0.0.1:9/a/train-images-idx3-ubyte.gz (no connection), "
        "http://127.0.0.1:9/b/train-images-idx3-ubyte.gz (no connection). "
        "Put them into a folder and name it in HARNESS_DATA_DIR or data.folder."
    )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def test_fetch_downloads_what_the_cache_lacks_from_a_mirror_that_has_the_original(tmp_path, cache, write_idx):
    arrays = [np.zeros((2, 3, 3)), np.array([0, 1]), np.ones((1, 3, 3)), np.array([1])]
    for served, pixel in (("wrong", 5), ("right", 0)):
        for file, array in zip(IDX_FILES, arrays, strict=True):
            write_idx(tmp_path / served / f"{file.name}.gz", array + pixel)
    published = [(tmp_path / "right" / f"{file.name}.gz").read_bytes() for file in IDX_FILES]
    digests = tuple(hashlib.sha256(gzip.decompress(contents)).hexdigest() for contents in published)
    write_idx(cache / "mnist" / "t10k-labels-idx1-ubyte", arrays[3])
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        mirrors = tuple(f"http://127.0.0.1:{server.server_port}/{part}/" for part in ("wrong", "right"))
        mnist = dataclasses.replace(MNIST, mirrors=mirrors, sha256=digests)
        found = mnist.fetch()
        server.shutdown()
    assert found == mnist.locate()
    assert found.folder == cache / "mnist"
    assert [file.name for file in found.files] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte",
    ]
    assert found.files[1].read_bytes() == published[1]
    assert len(list(found.folder.iterdir())) == 4


def test_a_folder_in_the_place_of_a_file(idx_folder):
    (idx_folder / "train-labels-idx1-ubyte").unlink()
    (idx_folder / "train-labels-idx1-ubyte").mkdir()
    with pytest.raises(DataError) as caught:
        FOLDER.fetch(named=idx_folder)
    assert "train-labels-idx1-ubyte (plain or .gz) not found, and train-labels-idx1-ubyte is no file." in str(
        caught.value
    )


class TestOfCompressedFiles:
    """A set of which only the compressed files have known digests."""

    @pytest.fixture
    def known(self, idx_folder):
        for file in list(idx_folder.iterdir()):
            if file.suffix != ".gz":
                (idx_folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9))
                file.unlink()
        files = KMNIST.locate(idx_folder).files
        digests = tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
        return dataclasses.replace(KMNIST, sha256=digests)

    def test_they_are_compared(self, known, idx_folder):
        assert known.read(known.locate(idx_folder)).class_names[:2] == ("o", "ki")
        assert [row.problem for row in known.verify(idx_folder)] == [None] * 4

    def test_others_are_refused(self, known, idx_folder):
        file = idx_folder / "train-labels-idx1-ubyte.gz"
        contents = gzip.decompress(file.read_bytes())
        file.write_bytes(gzip.compress(contents, 1, mtime=7))
        with pytest.raises(
            DataError, match=f"{file}: is not the file of Kuzushiji-MNIST: the SHA-256 of the file must be"
        ):
            known.read(known.locate(idx_folder))
        file.unlink()
        file.with_suffix("").write_bytes(contents)
        with pytest.raises(
            DataError, match=r"train-labels-idx1-ubyte: must be the .gz file that was published, got it"
        ):
            known.read(known.locate(idx_folder))
