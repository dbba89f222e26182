"""A study in Python is the study of the file that says the same."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

import harness
from harness.errors import StudyError
from harness.launchers import InProcessLauncher
from harness.presets import expand_protocol
from harness.results import load_results
from harness.scripted.toml import write_toml
from harness.store.memory.store import MemoryStore
from harness.study import Study, load_study
from tests.conftest import TINY

WITHOUT_DESIGN = {key: value for key, value in TINY.items() if key != "design"}


def written(**changes):
    return harness.study(**{**WITHOUT_DESIGN, "factors": {"model.downsample": ["max_pool", "stride"]}, **changes})


def test_it_is_the_study_of_the_file(tmp_path):
    file = tmp_path / "tiny.toml"
    file.write_text(write_toml(TINY))
    ours, theirs = written(name="tiny", design={"replicates": 2}), load_study(file)
    assert isinstance(ours, Study)
    assert ours.given == theirs.given
    assert (ours.name, ours.digest) == (theirs.name, theirs.digest)
    assert [one.digest for one in ours.variants] == [one.digest for one in theirs.variants]
    file.write_text(ours.text)
    again = load_study(file)
    assert (again.given, again.digest) == (ours.given, ours.digest)


def test_its_name_is_made_of_the_question():
    assert written().name == "is_a_stride_of_2_as_good_as_pooling_on_8x8_digits"
    assert written(question="?!").name == "study"


def test_short_forms_and_values_of_python():
    asked = {"question": "?", "protocol": "hvass02"}
    study = harness.study(
        "short", **asked, data="mnist", model="hvass02", train={"max_steps": 5},
        factors={"train.learning_rate": np.array([0.01, 0.1]), "train.batch_size": (np.int64(32), 64)},
        target=None,
    )  # fmt: skip
    assert study.given == {
        **expand_protocol(
            {"question": "?", "protocol": "hvass02", "data": {"name": "mnist"}, "train": {"max_steps": 5}}
        ),
        "model": {"preset": "hvass02"},
        "design": {
            "kind": "factorial",
            "factors": {"train.learning_rate": [0.01, 0.1], "train.batch_size": [32, 64]},
        },
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"modle": {}}, "unknown key 'modle'"),
        ({"train": {"learning_rat": 1, "max_steps": 3}}, "train.learning_rat: unknown key 'learning_rat' in [train]"),
        ({"train": {"max_steps": 3, "learning_rate": {1, 2}}}, "train.learning_rate must be text, a number, a list"),
        ({"train": {3: 4}}, "train must have texts as keys, got 3."),
        ({"name": "a/b"}, "study: the name 'a/b' must be letters, digits"),
        ({"design": {"kind": "factorial", "factors": {}}}, "factors must be given once"),
        ({"model": lambda image_shape, classes: None}, "model.build: <function"),
    ],
)
def test_what_is_wrong_is_said_as_of_a_file(changes, message):
    with pytest.raises(StudyError) as caught:
        written(**changes)
    assert message in str(caught.value)


NETWORK = """import keras


def small(image_shape, classes, width: int = 8):
    return keras.Sequential([
        keras.Input(image_shape), keras.layers.Flatten(), keras.layers.Dense(width), keras.layers.Dense(classes),
    ])
"""


@pytest.fixture
def networks(tmp_path, monkeypatch):
    """A module of the user's beside a study file."""
    (tmp_path / "networks.py").write_text(NETWORK)
    spec = importlib.util.spec_from_file_location("networks", tmp_path / "networks.py")
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "networks", made)
    spec.loader.exec_module(made)
    return made


@pytest.mark.slow
def test_a_function_is_the_network_that_a_file_would_name(networks, tmp_path):
    study = written(name="own", model=networks.small, factors={"model.width": [8, 4]}, insight="none")
    assert study.given["model"] == {"build": "networks.py:small"}
    (tmp_path / "own.toml").write_text(study.text)
    theirs = load_study(tmp_path / "own.toml")
    assert (theirs.digest, theirs.code) == (study.digest, {"networks.py": NETWORK})
    assert [one.digest for one in theirs.variants] == [one.digest for one in study.variants]
    store = MemoryStore()
    assert study.run(store=store, launch=InProcessLauncher).failed == {}
    recorded = load_results("own", store)
    assert recorded.study.code == study.code
    # 64 pixels: 64 x 8 + 8 and 8 x 10 + 10; then with 4
    assert recorded.trials["parameters"].tolist() == [520 + 90, 260 + 50]


def test_two_files_of_one_name_are_told_apart_by_nobody(networks, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "networks.py").write_text(NETWORK + "\n")
    spec = importlib.util.spec_from_file_location("others", tmp_path / "other" / "networks.py")
    others = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "others", others)
    spec.loader.exec_module(others)
    with pytest.raises(StudyError, match="two files are called 'networks"):
        written(model=networks.small, factors={"model.build": [networks.small, others.small]})


def test_it_runs_and_what_is_recorded_is_the_study(tmp_path):
    store = MemoryStore()
    study = written(name="run", insight="none")
    outcome = study.run(store=store, launch=InProcessLauncher)
    assert (outcome.finished, outcome.failed) == (2, {})
    recorded = load_results("run", store).study
    assert (recorded.digest, recorded.given, recorded.text) == (study.digest, study.given, study.text)


def test_a_trainer_trains_what_a_worker_would(capsys):
    store = MemoryStore()
    study = written(name="trainer", insight="none")
    study.run(store=store, launch=InProcessLauncher)
    _, trials, history = load_results("trainer", store)
    trainer = harness.Trainer(study, {"model.downsample": "stride"})
    found = trainer.fit()
    stride = trials[trials["variant"] == "downsample=stride"].iloc[0]
    expected = history[history["trial"] == stride["trial"]]
    assert found["step"].tolist() == expected["step"].tolist() == [20, 40, 60]
    for name in ("epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy"):
        assert found[name].tolist() == expected[name].tolist()
    assert trainer.result.digests["weights"] == stride["weights_digest"]
    assert trainer.history is found
    out = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in out] == ["step 20", "step 40", "step 60"]
    assert "validation accuracy" in out[0]


def test_curves_of_a_training_are_a_picture():
    from harness.scripted.showing import picture_of

    rows = [{"step": 20, "train_loss": 1.0, "val_accuracy": 0.5}, {"step": 40, "train_loss": 0.5, "val_accuracy": 0.7}]
    assert picture_of(rows, 0.9).startswith(b"\x89PNG")


@pytest.mark.parametrize("first", ["import harness", "import harness.study", "from harness import study", "pass"])
def test_the_verb_is_there_whatever_was_imported_before(first):
    code = f"""
import sys
{first}
import harness
assert "harness.scripted" not in sys.modules
from harness.study import load_study
print(harness.study.load_study is load_study, callable(harness.study))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True", "True"]


def test_a_metric_of_ones_own_is_a_function(tmp_path):
    (tmp_path / "distances.py").write_text(
        "def far(labels, logits):\n    return float(abs(labels - logits.argmax(axis=1)).max())\n"
    )
    spec = importlib.util.spec_from_file_location("distances", tmp_path / "distances.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    study = written(
        name="far",
        insight="none",
        metrics={"far": {"of": module.far, "better": "lower"}},
        report={"metrics": ["val_far"]},
    )
    assert study.own["far"].of.endswith(".py:far")
    found = harness.Trainer(study).fit(show=False)
    assert found["val_far"].between(1, 9).all()
