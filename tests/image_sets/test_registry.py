import hashlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from harness.errors import DataError, UsageError
from harness.image_sets import BUILT_IN, IMAGE_SETS, built_in, verify


def test_a_good_folder(idx_folder):
    rows = verify(str(idx_folder))
    assert [row.file.name for row in rows] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte",
        "t10k-images.idx3-ubyte",
        "t10k-labels.idx1-ubyte.gz",
    ]
    assert [row.problem for row in rows] == [None] * 4
    assert rows[1].sha256 == hashlib.sha256(rows[1].file.read_bytes()).hexdigest()


def test_every_problem_has_its_row(idx_folder, write_idx):
    (idx_folder / "train-images-idx3-ubyte.gz").unlink()
    write_idx(idx_folder / "t10k-labels.idx1-ubyte.gz", np.array([0, 1]))
    (idx_folder / "t10k-images.idx3-ubyte").write_bytes(b"junk")
    rows = verify(str(idx_folder))
    assert rows[0].file.name == "train-images-idx3-ubyte"
    assert rows[0].problem == "is missing. Put it there, plain or with .gz"
    assert rows[0].sha256 == ""
    assert rows[1].problem is None
    assert rows[2].problem.startswith("is not an IDX file: it must begin with 0000, got 6a756e6b.")
    assert rows[2].sha256 == hashlib.sha256(b"junk").hexdigest()
    assert rows[3].problem is None, "there is nothing to compare it with"


def test_labels_are_counted(idx_folder, write_idx):
    write_idx(idx_folder / "train-labels-idx1-ubyte", np.array([0, 1]))
    rows = verify(str(idx_folder))
    assert rows[1].problem.startswith("must hold a label for each of the 6 images in train-images-idx3-ubyte.gz, got 2")


def test_a_built_in_set_must_be_the_original(idx_folder, tmp_path):
    shutil.copytree(idx_folder, tmp_path / "sets" / "mnist")
    rows = verify("mnist", tmp_path / "sets")
    assert all(row.problem.startswith("is not the file of MNIST: the SHA-256") for row in rows)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_original_files(name, original_files):
    assert [row.problem for row in verify(name, original_files)] == [None] * 4


@pytest.mark.parametrize("name", ["mnist_5k", "digits"])
def test_packaged_sets(name):
    (row,) = verify(name)
    assert row.problem is None
    assert len(row.sha256) == 64


def test_names():
    assert tuple(IMAGE_SETS) == (
        "mnist",
        "fashion_mnist",
        "kmnist",
        "emnist_letters",
        "emnist_balanced",
        "cifar10",
        "mnist_5k",
        "digits",
        "folder",
    )
    assert BUILT_IN == (
        "mnist",
        "fashion_mnist",
        "kmnist",
        "emnist_letters",
        "emnist_balanced",
        "cifar10",
        "mnist_5k",
        "digits",
    )
    assert all(name == each.name for name, each in IMAGE_SETS.items())
    assert built_in("digits") is IMAGE_SETS["digits"]


@pytest.mark.parametrize("name", ["mnits", "folder"])
def test_a_name_that_is_not_built_in(name):
    with pytest.raises(
        UsageError, match=r"no image set is called '.*', there are mnist, fashion_mnist, kmnist, emnist_"
    ):
        built_in(name)


@pytest.mark.parametrize("name", ["mnist_5k", "digits"])
def test_packaged_sets_have_the_sizes_that_are_known(name):
    known = built_in(name)
    raw = known.read(known.fetch())
    assert raw.train_images.shape == (known.facts.train_images, *known.facts.image_shape)
    assert raw.test_images.shape == (known.facts.test_images, *known.facts.image_shape)
    assert raw.train_images.dtype == np.uint8
    assert raw.train_labels.dtype == np.int32


def test_importing_is_fast():
    code = "import sys, harness.image_sets; print(sorted({'numpy', 'sklearn', 'pandas', 'pooch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_what_is_not_there():
    with pytest.raises(DataError, match=r"mnist: is not on this machine. Run `harness data fetch mnist`."):
        verify("mnist")
    with pytest.raises(
        UsageError, match=r"'mnits' is neither an image set .* nor a folder or file. Did you mean 'mnist'?"
    ):
        verify("mnits")
