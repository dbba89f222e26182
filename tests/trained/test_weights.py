"""A network that is built again with weights read from its file gives what Keras' own loader gives, bit by bit."""

from __future__ import annotations

import io
import itertools
import zipfile

import h5py
import keras
import numpy as np
import pytest

from harness.cost import total_costs
from harness.network import build_network
from harness.presets import PRESETS
from harness.study import ModelSpec
from harness.trained.weights import UnfitFile, check_size, read_weights

OPTIONS = {
    "activation": ["relu", "sigmoid", "tanh", "gelu", "linear"],
    "output_activation": ["relu", "tanh", "linear"],
    "initializer": ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "truncated_normal", "random_normal"],
    "padding": ["same", "valid"],
    "pool_padding": ["same", "valid"],
    "downsample": ["max_pool", "average_pool", "stride", "none"],
    "activation_order": ["before_pool", "after_pool"],
    "batch_norm": [True, False],
    "conv_dropout": [0.25, 0.0],
    "dense_dropout": [0.5, 0.0],
    "bias": [0.125, 0.0],
    "dense": [[], [6], [6, 5]],
    "conv": [[], [{"filters": 3}], [{"filters": 3, "kernel": 2, "downsample": "none"}, {"filters": 2, "kernel": 4}]],
}
"""Every key of `[model]` but the preset and the standard deviation, with the levels that make other layers."""


def options():
    """Yield so many specifications that every level of every option is in some."""
    most = max(map(len, OPTIONS.values()))
    for shift, number in itertools.product(range(2), range(most)):
        yield {
            key: levels[(number + shift * place) % len(levels)] for place, (key, levels) in enumerate(OPTIONS.items())
        }


def trained(spec, shape, precision="float32", seed=1):
    """A network whose every array is drawn, moving statistics too; they are positive as variances must be."""
    model = build_network(spec, shape, 10, seed, precision, dropout_seed=seed)
    draw = np.random.default_rng(seed)
    model.set_weights([draw.uniform(0.05, 0.5, array.shape).astype(np.float32) for array in model.get_weights()])
    return model


def check_equal(spec, shape, precision, folder):
    """Check that both ways to open a file give the same logits for the same images, bit by bit."""
    file = folder / "model.keras"
    trained(spec, shape, precision).save(file)
    theirs = keras.saving.load_model(file, compile=False)
    ours = build_network(spec, shape, 10, seed=99, precision=precision, dropout_seed=99)
    ours.set_weights(read_weights(file, ours))
    images = np.random.default_rng(5).random((7, *shape), dtype=np.float32)
    assert np.asarray(ours(images, training=False)).tobytes() == np.asarray(theirs(images, training=False)).tobytes()
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert [layer.dtype_policy.name for layer in ours.layers] == [layer.dtype_policy.name for layer in theirs.layers]


class TestEqualToKerasLoader:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_presets(self, preset, tmp_path):
        check_equal(ModelSpec.model_validate({"preset": preset}), (28, 28, 1), "float32", tmp_path)

    @pytest.mark.parametrize("keys", options(), ids=lambda keys: f"{keys['activation']}-{keys['downsample']}")
    def test_options(self, keys, tmp_path):
        check_equal(ModelSpec.model_validate(keys), (11, 9, 3), "float32", tmp_path)

    @pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
    def test_precisions(self, precision, tmp_path):
        keys = {"conv": [{"filters": 4}], "dense": [8], "batch_norm": True, "dense_dropout": 0.5}
        check_equal(ModelSpec.model_validate(keys), (8, 8, 1), precision, tmp_path)


SPEC = ModelSpec.model_validate({"conv": [{"filters": 2}], "dense": [4, 3], "batch_norm": True})
SHAPE = (6, 6, 1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a good file."""
    file = tmp_path_factory.mktemp("whole") / "model.keras"
    trained(SPEC, SHAPE).save(file)
    return file.read_bytes()


@pytest.fixture
def remade(whole, tmp_path):
    """Return a function that changes the HDF5 file in a good file, and packs it again."""

    def remake(change=lambda opened: None, raw=lambda content: content, compression=zipfile.ZIP_STORED, copies=1):
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            content = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(content, "r+") as opened:
            change(opened)
        file = tmp_path / "model.keras"
        with zipfile.ZipFile(file, "w", compression) as archive:
            for _ in range(copies):
                archive.writestr("model.weights.h5", raw(content.getvalue()))
        return file

    return remake


def read(file):
    return read_weights(file, build_network(SPEC, SHAPE, 10, seed=0))


def replaced(path, **options):
    """Return a change of an HDF5 file: an array with the same numbers, kept in another way."""

    def change(opened):
        numbers = opened[path][()]
        del opened[path]
        opened.create_dataset(path, data=numbers, **options)

    return change


def linked(path, link):
    def change(opened):
        del opened[path]
        opened[path] = link

    return change


def virtual(opened):
    layout = h5py.VirtualLayout((10,), "<f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (10,))
    del opened["layers/dense_2/vars/1"]
    opened.create_virtual_dataset("layers/dense_2/vars/1", layout)


def external(opened):
    del opened["layers/dense_2/vars/1"]
    opened.create_dataset("layers/dense_2/vars/1", (10,), "<f4", external=[("/etc/passwd", 0, 40)])


def cycle(opened):
    del opened["layers/dense/vars/0"]
    opened["layers/dense/vars/0"] = opened["layers"]


BIAS = "layers/dense_2/vars/1"
WRONG = {
    "a soft link": ({"change": linked(BIAS, h5py.SoftLink("/layers/dense_1/vars/1"))}, "is a link to elsewhere"),
    "an external link": ({"change": linked(BIAS, h5py.ExternalLink("/etc/passwd", "/x"))}, "is a link to elsewhere"),
    "a group that is linked": (
        {"change": linked("layers/dense_2", h5py.ExternalLink("other.h5", "/"))}, "layers/dense_2 in .* is a link",
    ),
    "a virtual array": ({"change": virtual}, "does not lie in the file in one piece"),
    "an array in another file": ({"change": external}, "does not lie in the file in one piece"),
    "an array that is packed": ({"change": replaced(BIAS, compression="gzip")}, "does not lie in the file in one"),
    "a filter": ({"change": replaced(BIAS, chunks=(10,), shuffle=True)}, "does not lie in the file in one piece"),
    "a group that holds itself": ({"change": cycle}, "vars/0 in model.weights.h5 is no dataset"),
    "a kind": ({"change": replaced(BIAS, dtype="<f8")}, "logits takes float32 10, got float64 10"),
    "objects": ({"change": linked(BIAS, np.array([b"x"] * 10))}, r"logits takes float32 10, got \|S1 10"),
    "references": (
        {"change": lambda opened: linked(BIAS, np.array([opened.ref] * 10, h5py.ref_dtype))(opened)}, "got object 10",
    ),
    "no shape": ({"change": linked(BIAS, h5py.Empty("<f4"))}, "got float32 without a shape"),
    "a shape": (
        {"change": linked("layers/conv2d/vars/0", np.zeros((5, 5, 1, 2), "<f4"))},
        "conv_1 takes float32 3x3x1x2, got float32 5x5x1x2",
    ),
    "a shape that is vast": (
        {"change": lambda opened: linked(BIAS, 0)(opened) or replaced_by_nothing(opened)}, "logits takes float32 10",
    ),
    "a layer more": (
        {"change": lambda opened: opened.create_dataset("layers/dense_3/vars/0", data=np.zeros(1))},
        "layers with weights must be .*dense_2, got .*dense_3",
    ),
    "a layer less": ({"change": lambda opened: opened.pop("layers/dense_1")}, "it is of another network"),
    "an array more": (
        {"change": lambda opened: opened.create_dataset("layers/dense/vars/2", data=np.zeros(1))},
        "dense_1 must have 2 arrays, got 0, 1, 2",
    ),
    "no layers": ({"change": lambda opened: opened.pop("layers")}, "/layers is missing in model.weights.h5"),
    "no HDF5": ({"raw": lambda content: b"x" * len(content)}, "model.weights.h5: .*signature"),
    "half of it": ({"raw": lambda content: content[: len(content) // 2]}, "model.weights.h5: .*truncated"),
    "packed": ({"compression": zipfile.ZIP_DEFLATED}, "is packed or encrypted"),
    "a bomb": (
        {"compression": zipfile.ZIP_DEFLATED, "raw": lambda content: bytes(50_000_000)}, "is packed or encrypted",
    ),
    "large": ({"raw": lambda content: content + bytes(5_000_000)}, "too many for its network: at most 4,260,748"),
    "twice": ({"copies": 2}, "it holds 2 files model.weights.h5, which must be one"),
    "not there": ({"copies": 0}, "it holds no files model.weights.h5"),
}  # fmt: skip
"""What is wrong -> how a good file becomes that, what is said."""


def replaced_by_nothing(opened):
    """Put an array there that claims 4 TB and has none of them."""
    del opened[BIAS]
    space = h5py.h5s.create_simple((10**12,))
    listed = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    listed.set_alloc_time(h5py.h5d.ALLOC_TIME_LATE)
    h5py.h5d.create(opened["layers/dense_2/vars"].id, b"1", h5py.h5t.IEEE_F32LE, space, dcpl=listed)


class TestReading:
    def test_what_is_made_as_keras_makes_it_is_read(self, remade, whole, tmp_path):
        again = read(remade())
        expected = trained(SPEC, SHAPE).get_weights()
        assert [array.tobytes() for array in again] == [array.tobytes() for array in expected]

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    @pytest.mark.parametrize("wrong", WRONG)
    def test_what_is_wrong_is_said(self, remade, wrong):
        made, said = WRONG[wrong]
        file = remade(**made)
        with pytest.raises(UnfitFile, match=said):
            read(file)

    def test_other_members_are_not_looked_at_whatever_their_names(self, whole, tmp_path):
        file = tmp_path / "model.keras"
        with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(file, "w") as new:
            new.writestr("model.weights.h5", old.read("model.weights.h5"))
            for name in ("../escaped", "/tmp/escaped", "assets/x.py", "config.json"):
                new.writestr(name, '{"class_name": "Lambda"}')
        assert len(read(file)) == len(build_network(SPEC, SHAPE, 10, 0).weights)
        assert {path.name for path in tmp_path.iterdir()} == {"model.keras"}
        assert not (tmp_path.parent / "escaped").exists()

    def test_a_link_in_the_archive_is_data_like_any_other(self, whole, tmp_path):
        file = tmp_path / "model.keras"
        with zipfile.ZipFile(file, "w") as new:
            link = zipfile.ZipInfo("model.weights.h5")
            link.external_attr = 0o120777 << 16
            new.writestr(link, "/etc/passwd")
        with pytest.raises(UnfitFile, match=r"model\.weights\.h5: .*signature"):
            read(file)

    def test_too_small_a_file_is_noticed_before_a_network_is_built(self, whole, tmp_path):
        file = tmp_path / "model.keras"
        file.write_bytes(whole)
        huge = ModelSpec.model_validate({"conv": [], "dense": [65_536, 65_536]})
        with pytest.raises(UnfitFile, match=r"and the network 4,298,\d{3},\d{3} weights of 4 bytes"):
            check_size(file, total_costs(huge, SHAPE, 10)["parameters"])
