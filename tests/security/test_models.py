"""Hostile network files: each is opened by every command that opens one, and none of them acts."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from harness.trained.weights import UnfitFile
from tests.security.conftest import SECRET, WATCH, put_config

COMMANDS = {
    "predict": ("predict", "tiny#0", "pictures", "--csv", "out.csv"),
    "insight": ("insight", "tiny#0", "--only", "weights"),
    "export": ("export", "tiny#0", "--to", "keras", "--output", "out.keras"),
    "show": ("show", "tiny#0"),
}
OPENING = ("predict", "insight", "export")
WRITES = ("mlruns", "reports", "predictions.png", "out.csv", "out.keras")


def touch(canary: Path):
    """An object whose unpickling makes the canary."""

    class Touch:
        def __reduce__(self):
            return (Path.touch, (canary,))

    return Touch()


def in_keras(layer) -> dict:
    """The configuration of a network with a layer in it, as Keras writes it."""
    model = keras.Sequential([keras.Input((8, 8, 1)), layer, keras.layers.Flatten(), keras.layers.Dense(10)])
    return json.loads(model.to_json())


def lambda_config(canary: Path) -> dict:
    """A Lambda whose code makes the canary when Keras builds it."""
    code = f"lambda x: (__import__('pathlib').Path({str(canary)!r}).touch(), x)[1]"
    found = in_keras(keras.layers.Lambda(eval(code)))
    canary.unlink(missing_ok=True)  # Keras ran it to see what comes out
    return found


def layer_config(module: str, class_name: str, config: dict, registered: str | None = None) -> dict:
    """A network whose second layer is whatever a module holds."""
    found = in_keras(keras.layers.Activation("relu"))
    found["config"]["layers"][1] = {
        "module": module, "class_name": class_name, "config": config, "registered_name": registered or class_name,
    }  # fmt: skip
    return found


def plant_lambda(place):
    put_config(place, lambda_config(place.canary))


def plant_saved_model_layer(place):
    put_config(place, layer_config("keras.layers", "TFSMLayer", {"filepath": str(place.outside), "name": "x"}))


def plant_any_function(place):
    """As in CVE-2025-1550: any function of any module."""
    called = {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}
    config = {"name": "x", "function": called, "arguments": {"command": f"touch {place.canary}"}}
    put_config(place, layer_config("keras.layers", "Lambda", config))


def plant_download(place):
    """As in CVE-2025-8747: a function of Keras itself that fetches files."""
    fetch = {"class_name": "function", "module": "keras.utils", "config": "get_file", "registered_name": "get_file"}
    config = {"name": "x", "function": fetch, "arguments": {"origin": f"{place.server.url}/x", "fname": "x"}}
    put_config(place, layer_config("keras.layers", "Lambda", config))


def plant_vocabulary(place):
    """As in CVE-2025-12058: a layer that reads its vocabulary from a file or an address."""
    for vocabulary in (str(place.outside / "secret.txt"), f"{place.server.url}/x"):
        put_config(place, layer_config("keras.layers", "StringLookup", {"vocabulary": vocabulary, "name": "x"}))


def plant_custom_class(place):
    (place.here / "evil.py").write_text(f"open({str(place.canary)!r}, 'w').close()\n")
    put_config(place, layer_config("evil", "Evil", {}, "evil>Evil"))


def plant_pickle_in_config(place):
    put_config(place, pickle.dumps(touch(place.canary)))


def plant_members_with_paths(place):
    names = ("../../../../outside/secret.txt", str(place.outside / "new"), "../x.py", "assets/../../y", "/z")
    put_config(place, {"class_name": "Functional"}, **dict.fromkeys(names, "mine now"))


def plant_deep_config(place):
    put_config(place, b'{"a":' * 100_000 + b"1" + b"}" * 100_000)


HARMLESS = [
    plant_lambda,
    plant_saved_model_layer,
    plant_any_function,
    plant_download,
    plant_vocabulary,
    plant_custom_class,
    plant_pickle_in_config,
    plant_members_with_paths,
    plant_deep_config,
]
"""Files whose weights are good, whatever else they hold: they are opened, and what else they hold is not looked at."""


def change_weights(place, change):
    """Change the HDF5 file in the network's archive."""
    file = place.model
    with zipfile.ZipFile(file) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    content = io.BytesIO(kept["model.weights.h5"])
    with h5py.File(content, "r+") as opened:
        change(opened)
    with zipfile.ZipFile(file, "w") as archive:
        for name, old in kept.items():
            archive.writestr(name, content.getvalue() if name == "model.weights.h5" else old)


BIAS = "layers/dense_1/vars/1"
"""Of the logits: ten numbers."""


def replace(put):
    def plant(place):
        def change(opened):
            del opened[BIAS]
            put(opened, place)

        with h5py.File(place.outside / "secret.h5", "w") as secret:
            secret["numbers"] = np.full(10, 7.25, "<f4")
        (place.outside / "numbers").write_bytes(np.full(10, 7.25, "<f4").tobytes())
        change_weights(place, change)

    return plant


def put_virtual(opened, place):
    layout = h5py.VirtualLayout((10,), "<f4")
    layout[:] = h5py.VirtualSource(str(place.outside / "secret.h5"), "numbers", (10,))
    opened.create_virtual_dataset(BIAS, layout)


def put_external_link(opened, place):
    opened[BIAS] = h5py.ExternalLink(str(place.outside / "secret.h5"), "/numbers")


def put_external_numbers(opened, place):
    opened.create_dataset(BIAS, (10,), "<f4", external=[(str(place.outside / "numbers"), 0, 40)])


def put_soft_link(opened, place):
    opened[BIAS] = h5py.SoftLink("/layers/dense/vars/1")


def put_vast_array(opened, place):
    opened.create_dataset(BIAS, (10**13,), "<f4", chunks=(1000,))


def put_objects(opened, place):
    opened.create_dataset(BIAS, data=np.array([pickle.dumps(touch(place.canary), 0)] * 10))


def put_not_a_number(opened, place):
    opened[BIAS] = np.full(10, np.nan, "<f4")


def put_other_numbers(opened, place):
    opened[BIAS] = np.full(10, 7.25, "<f4")


def plant_bomb(place):
    with zipfile.ZipFile(place.model, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(100_000_000))


def plant_link_to_a_network_outside(place):
    file = place.model
    shutil.move(file, place.outside / "secret.keras")
    file.symlink_to(place.outside / "secret.keras")


def plant_link_of_its_folder(place):
    folder = place.model.parent
    shutil.move(folder, place.outside / "networks")
    folder.symlink_to(place.outside / "networks")


def plant_named_pipe(place):
    file = place.model
    file.unlink()
    os.mkfifo(file)


def plant_pickle(place):
    place.model.write_bytes(pickle.dumps(touch(place.canary)))


def plant_old_hdf5(place):
    """What Keras 2 wrote, which its loader opens too; with a Lambda in it."""
    file = place.model
    file.unlink()
    with h5py.File(file, "w") as opened:
        opened.attrs["model_config"] = json.dumps(lambda_config(place.canary))


REFUSED = {
    "external link": replace(put_external_link),
    "soft link": replace(put_soft_link),
    "virtual array": replace(put_virtual),
    "numbers in another file": replace(put_external_numbers),
    "vast array": replace(put_vast_array),
    "pickled objects": replace(put_objects),
    "not a number": replace(put_not_a_number),
    "other numbers": replace(put_other_numbers),
    "bomb": plant_bomb,
    "link to a network outside": plant_link_to_a_network_outside,
    "link of its folder": plant_link_of_its_folder,
    "named pipe": plant_named_pipe,
    "pickle": plant_pickle,
    "old HDF5": plant_old_hdf5,
}
"""Files that are refused: exit code 2 and one line."""


@pytest.mark.parametrize("plant", HARMLESS, ids=lambda plant: plant.__name__)
def test_what_else_a_network_file_holds_is_not_looked_at(place, check, plant):
    plant(place)
    for command in (*OPENING, "show"):
        ran = check(*COMMANDS[command], may_write=WRITES)
        assert ran.code == 0, ran.err
    with zipfile.ZipFile(place.here / "out.keras") as exported:
        assert exported.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert b"Lambda" not in exported.read("config.json")


@pytest.mark.parametrize("wrong", REFUSED)
def test_a_network_file_that_is_not_the_run_s_is_refused(place, check, wrong):
    REFUSED[wrong](place)
    for command in OPENING:
        ran = check(*COMMANDS[command], may_write=("mlruns", "reports"))
        assert ran.code == 2, ran
        assert ran.err.count("error: ") == 1, ran.err
    check(*COMMANDS["show"])


def test_the_trap_would_spring(place):
    """What these tests hold is worth something: Keras, told to trust a file, runs its Lambda."""
    plant_lambda(place)
    with contextlib.suppress(ValueError):  # the weights beside it are another network's
        keras.saving.load_model(place.model, safe_mode=False)
    assert place.canary.exists()


def test_the_watch_sees_what_is_opened_and_unpickled(place, check, monkeypatch):
    def read(*_):
        assert (place.outside / "secret.txt").read_bytes() == SECRET
        raise UnfitFile("of a test")

    def unpickle(*_):
        pickle.loads(pickle.dumps(touch(place.canary)))
        raise UnfitFile("of a test")

    monkeypatch.setattr("harness.trained.opening.read_weights", read)
    with pytest.raises(AssertionError, match="something outside the folder was opened"):
        check(*COMMANDS["export"])
    monkeypatch.setattr("harness.trained.opening.read_weights", unpickle)
    with pytest.raises(AssertionError, match="code of the folder ran"):
        check(*COMMANDS["export"])
    place.canary.unlink()
    monkeypatch.setattr("harness.trained.opening.read_weights", lambda *_: pickle.loads(pickle.dumps(Path("/"))))
    with pytest.raises(TypeError):
        check(*COMMANDS["export"])
    assert WATCH.unpickled, "the last step of it"
