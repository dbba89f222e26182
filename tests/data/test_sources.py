import dataclasses
import functools
import gzip
import hashlib
import os
import re
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from harness.data import fetch, locate, verify
from harness.data.idx_sets import IDX_FILES, IDX_SETS
from harness.data.sources import cache_folder, find
from harness.errors import DataError, UsageError
from harness.study import DataSpec


def spec(folder: Path | None, name: str = "mnist") -> DataSpec:
    return DataSpec(name=name, folder=str(folder) if folder else None, validation=0)


@pytest.fixture
def offline(monkeypatch):
    for name, known in IDX_SETS.items():
        changed = dataclasses.replace(known, mirrors=("http://127.0.0.1:9/a/", "http://127.0.0.1:9/b/"))
        monkeypatch.setitem(IDX_SETS, name, changed)


@pytest.mark.parametrize("subfolder", ["", "fashion-mnist", "fashion_mnist"])
def test_a_folder_holds_the_files_itself_or_in_a_subfolder(idx_folder, tmp_path, subfolder):
    place = shutil.copytree(idx_folder, tmp_path / "sets" / subfolder, dirs_exist_ok=True)
    found = locate("fashion_mnist", tmp_path / "sets")
    assert found is not None
    assert found.folder == place
    assert [file.name for file in found.files] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte",
        "t10k-images.idx3-ubyte",
        "t10k-labels.idx1-ubyte.gz",
    ]


def test_order_of_places(idx_folder, tmp_path, cache, monkeypatch):
    system = shutil.copytree(idx_folder, tmp_path / "system")
    monkeypatch.setitem(IDX_SETS, "mnist", dataclasses.replace(IDX_SETS["mnist"], system_folder=system))
    assert locate("mnist").folder == system
    shutil.copytree(idx_folder, cache / "mnist")
    assert locate("mnist").folder == cache / "mnist" == cache_folder("mnist")
    assert locate("mnist", idx_folder).folder == idx_folder
    assert find(spec(system), idx_folder).folder == system
    assert find(spec(None), idx_folder).folder == idx_folder


def test_an_incomplete_folder_is_passed_over_unless_the_study_names_it(idx_folder, tmp_path, cache):
    shutil.copytree(idx_folder, cache / "mnist")
    partial = shutil.copytree(idx_folder, tmp_path / "partial")
    (partial / "train-labels-idx1-ubyte").unlink()
    assert locate("mnist", partial).folder == cache / "mnist"
    with pytest.raises(DataError, match=re.escape(f"{partial}: train-labels-idx1-ubyte (plain or .gz) must be there")):
        find(spec(partial))


def test_a_named_folder_without_any_of_the_files(tmp_path):
    with pytest.raises(DataError, match=f"{tmp_path}/x: no such folder. data.folder must name the folder with the"):
        find(spec(tmp_path / "x"))
    with pytest.raises(DataError, match=re.escape(f"{tmp_path}: train-images-idx3-ubyte, train-labels-idx1-ubyte, ")):
        find(spec(tmp_path))


@pytest.mark.usefixtures("offline")
def test_nowhere_and_no_connection(tmp_path, cache):
    assert locate("mnist", tmp_path) is None
    with pytest.raises(DataError) as caught:
        fetch("mnist", tmp_path)
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


def test_fetch_downloads_what_the_cache_lacks_from_a_mirror_that_has_the_original(
    tmp_path, cache, monkeypatch, write_idx
):
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
        changed = dataclasses.replace(IDX_SETS["mnist"], mirrors=mirrors, sha256=digests)
        monkeypatch.setitem(IDX_SETS, "mnist", changed)
        found = fetch("mnist")
        server.shutdown()
    assert found == locate("mnist")
    assert found.folder == cache / "mnist"
    assert [file.name for file in found.files] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte",
    ]
    assert found.files[1].read_bytes() == published[1]
    assert len(list(found.folder.iterdir())) == 4


def test_packaged_sets_need_no_folder():
    assert locate("mnist_5k").files[0].name == "mnist_5k.csv.gz"
    assert fetch("digits").files[0].name == "digits.csv.gz"


@pytest.mark.parametrize("function", [locate, fetch])
def test_an_unknown_set(function):
    with pytest.raises(UsageError, match=r"no image set is called 'mnits', there are mnist, .* Did you mean 'mnist'?"):
        function("mnits")


def test_a_folder_in_the_place_of_a_file(idx_folder):
    (idx_folder / "train-labels-idx1-ubyte").unlink()
    (idx_folder / "train-labels-idx1-ubyte").mkdir()
    with pytest.raises(DataError) as caught:
        find(spec(idx_folder, "folder"))
    assert (
        "train-labels-idx1-ubyte (plain or .gz) must be there, got train-labels-idx1-ubyte, which is no file."
        in str(caught.value)
    )


def test_folders_that_cannot_be(tmp_path):
    for text, message in (
        ("n" * 300, "cannot be looked at: File name too long."),
        ("~nobody-has-this-name/x", "no user has such a home. Write the whole path."),
    ):
        with pytest.raises(DataError, match=re.escape(message)):
            find(DataSpec(name="folder", folder=text, validation=0))
        with pytest.raises(DataError, match=re.escape(message)):
            verify(text)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into(idx_folder):
    idx_folder.chmod(0)
    try:
        with pytest.raises(DataError, match="cannot be looked into: Permission denied"):
            find(spec(idx_folder, "folder"))
    finally:
        idx_folder.chmod(0o700)
