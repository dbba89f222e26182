"""A network of the user's, from the study file to a trained network that is opened again."""

from __future__ import annotations

import shutil
import tomllib

import numpy as np
import pytest

from harness.driver import run_study
from harness.errors import UsageError, UserCodeError
from harness.launchers import InProcessLauncher
from harness.results import load_recorded_study, load_results
from harness.store import open_store
from harness.study import load_study
from harness.trained import export, look_inside, open_trained
from tests.engines.own_networks import TEXT

pytestmark = pytest.mark.slow

FILE = """
question = "Does the rate matter?"
insight = "basic"
probes = ["features"]
[data]
name = "digits"
validation = 300
[model]
build = "nets.py:nested"
[train]
learning_rate = 0.01
batch_size = 32
max_steps = 40
evaluate_every = 20
[design]
kind = "factorial"
replicates = 1
factors = { "model.rate" = [0.5, 0.25] }
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "nets.py").write_text(TEXT)
    (folder / "x.toml").write_text(FILE)
    outcome = run_study(load_study(folder / "x.toml"), store=folder / "mlruns", launch=InProcessLauncher)
    assert (outcome.finished, dict(outcome.failed)) == (2, {})
    (folder / "nets.py").unlink()  # from here on there is what was recorded
    return folder / "mlruns"


def test_the_recorded_study_is_whole_without_its_files(run):
    study = load_recorded_study("x", open_store(run))
    assert study.code == {"nets.py": TEXT}
    assert tomllib.loads(study.text)["model"] == {"build": "nets.py:nested"}
    (kept,) = run.rglob("nets.py")
    assert kept.read_text() == TEXT


def test_parameters_are_recorded_and_totals_that_are_not_known_are_missing(run):
    trials = load_results("x", run).trials
    assert trials["parameters"].tolist() == [859, 859]
    assert trials["macs"].isna().all()
    assert trials["dead_features/conv2d_1"].notna().all()
    (summary, _) = sorted(run.rglob("summary.txt"))
    assert summary.read_text().splitlines()[-1] == (
        "Operations are not counted: it is not known here what these layers do: scale."
    )


def test_it_is_opened_by_executing_what_was_recorded_and_gives_what_it_gave(run):
    trained = open_trained("x#0", run)
    assert trained.variant.model.settings["rate"] in (0.5, 0.25)
    images = trained.images()
    logits = np.asarray(trained.model(images.test.images, training=False))
    accuracy = (logits.argmax(axis=1) == images.test.labels).mean()
    recorded = load_results("x", run).trials.set_index("trial")["test_accuracy"][0]
    assert accuracy == pytest.approx(recorded)


def test_pictures_and_exports_are_made(run, tmp_path):
    look = look_inside("x#0", run, only=["weights", "outputs", "diagram", "features"])
    assert {"weights_conv2d_1.png", "network.png", "features.png"} <= set(look.names)
    exported = export(open_trained("x#0", run), "keras", tmp_path / "net.keras")
    assert exported.path.is_file()


def test_code_that_was_never_run_here_is_not_executed(run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another-user"))
    monkeypatch.setattr("harness.usercode._MODULES", {})
    monkeypatch.setattr("builtins.exec", lambda *args: pytest.fail("executed"))
    for call in (lambda: open_trained("x#0", run), lambda: look_inside("x#0", run)):
        with pytest.raises(UsageError, match=r"x#0: is made by code that the store brings along.*nets\.py"):
            call()
    load_results("x", run)
    load_recorded_study("x", open_store(run))
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another-user"))
    assert open_trained("x#0", run, trust=True).variant.label


def test_a_file_of_another_network_is_refused(run, tmp_path):
    store = tmp_path / "mlruns"
    shutil.copytree(run, store)
    files = sorted(store.rglob("model.keras"))
    first = open_store(store).model(open_store(store).find("x#0"))
    (other,) = (file for file in files if file != first)
    shutil.copy(other, first)
    with pytest.raises(UsageError, match=r"is not the network that x#0 left"):
        open_trained("x#0", store)


def test_a_network_that_fails_creates_nothing(tmp_path):
    (tmp_path / "nets.py").write_text(TEXT.replace("block = keras", "block = keros"))
    (tmp_path / "x.toml").write_text(FILE)
    with pytest.raises(UserCodeError) as caught:
        run_study(load_study(tmp_path / "x.toml"), store=tmp_path / "mlruns", launch=InProcessLauncher)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"{tmp_path}/x.toml: nets.py, line ")
    assert "nested(image_shape=(8, 8, 1), classes=10, rate=0.5) raised NameError: name 'keros' is not defined" in first
    assert not list((tmp_path / "mlruns").rglob("study.json"))
