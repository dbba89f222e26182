"""Logged models are what MLflow itself would have written, and load as such."""

from __future__ import annotations

import math
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
import yaml

from harness.records import Evaluated, Started, StopReason
from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.local.reading.frames import read_frames
from harness.store.record.recorder import Recorder
from harness.study import Phase, build_study
from tests.conftest import COSTS, FINGERPRINT, TINY, make_result

STARTED = Started(
    3, FINGERPRINT, COSTS, "0123456789abcdef", 60, (8, 8, 1), 10, {"train": 1137, "validation": 300, "test": 360}
)
EVALUATED = {"train_loss": 0.7, "train_accuracy": 0.6, "val_loss": 0.25, "val_accuracy": 0.75}


@pytest.fixture(scope="module")
def network():
    from harness.network import build_network

    return build_network(build_study(TINY, name="tiny", text="").model, (8, 8, 1), 10, seed=0)


@pytest.fixture(scope="module")
def model_file(network, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("network") / "model.keras"
    network.save(file)
    return file


@pytest.fixture
def recorder(store, tiny):
    return Recorder(open_client(store), FolderDisk(store), tiny(), {})


def record(recorder, model_file, folder, flush=False, started=STARTED, **result):
    """Record a trial that left a model; return its run's id."""
    (folder / "staged").mkdir()
    shutil.copy(model_file, folder / "staged" / "model.keras")
    (folder / "staged" / "summary.txt").write_text("layers")
    run_id = recorder.start(3, recorder.study.variants[1], 2, Phase.DESIGN)
    recorder.take(run_id, started)
    recorder.take(run_id, Evaluated(3, 60, 1.5, 2.0, EVALUATED))
    if flush:
        recorder.flush()
    recorder.finish(run_id, make_result(**result), folder / "staged")
    return run_id


def models_of(recorder):
    return recorder.client.search_logged_models([recorder.experiment_id])


def test_it_loads_with_keras_and_as_a_function_and_gives_what_the_network_gives(
    recorder, network, model_file, tmp_path, monkeypatch
):
    import mlflow

    record(recorder, model_file, tmp_path)
    (model,) = models_of(recorder)
    images = np.random.default_rng(0).random((5, 8, 8, 1), np.float32)
    expected = network.predict(images, verbose=0)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(recorder.client.tracking_uri)
    try:
        loaded = mlflow.keras.load_model(model.model_uri)
        function = mlflow.pyfunc.load_model(model.model_uri)
    finally:
        mlflow.set_tracking_uri(before)
    np.testing.assert_array_equal(loaded.predict(images, verbose=0), expected)
    np.testing.assert_array_equal(function.predict(images), expected)
    assert function.metadata.get_input_schema().to_dict() == [
        {"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": (-1, 8, 8, 1)}}
    ]
    assert function.metadata.get_output_schema().to_dict() == [
        {"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": (-1, 10)}}
    ]
    assert function.metadata.metadata["input"] == ("float32 images (n, 8, 8, 1); pixels divided by 255, from 0 to 1")


def test_its_files_are_those_that_mlflow_writes(recorder, network, model_file, tmp_path):
    import keras
    import mlflow

    run_id = record(recorder, model_file, tmp_path)
    (model,) = models_of(recorder)
    ours = Path(model.artifact_location.removeprefix("file://"))
    theirs = tmp_path / "theirs"
    signature = mlflow.models.Model.load(str(ours / "MLmodel")).signature
    mlflow.keras.save_model(network, str(theirs), signature=signature, pip_requirements=["keras"])
    assert files(ours) == files(theirs)
    assert (ours / "data" / "model.keras").read_bytes() == model_file.read_bytes()
    written, reference = (yaml.safe_load((folder / "MLmodel").read_text()) for folder in (ours, theirs))
    versions = {"keras_version": FINGERPRINT.keras, "keras_backend": "tensorflow"}
    assert written["flavors"]["keras"] == {**reference["flavors"]["keras"], **versions}
    assert keras.backend.backend() == "tensorflow"
    python = {"python_version": FINGERPRINT.python}
    assert written["flavors"]["python_function"] == {**reference["flavors"]["python_function"], **python}
    assert set(written) - set(reference) == {"artifact_path", "run_id", "metadata"}
    assert (written["run_id"], written["model_id"]) == (run_id, model.model_id)
    assert written["signature"] == reference["signature"]
    environment = yaml.safe_load((ours / "python_env.yaml").read_text())
    assert set(environment) == set(yaml.safe_load((theirs / "python_env.yaml").read_text()))
    assert "keras==3.15.1" in (ours / "requirements.txt").read_text().split()
    assert yaml.safe_load((ours / "conda.yaml").read_text())["dependencies"][-1]["pip"][1:] == [
        "keras==3.15.1",
        "tensorflow==2.21.0",
    ]


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("flush", [False, True])
def test_the_models_page_can_sort_by_what_was_measured(recorder, model_file, tmp_path, store, flush):
    run_id = record(recorder, model_file, tmp_path, flush, accuracy=0.75)
    (model,) = models_of(recorder)
    assert (model.name, model.status, model.source_run_id) == ("#3 · downsample=stride · r2", "READY", run_id)
    assert model.params["model.downsample"] == "stride"
    assert model.tags["harness.scaling"] == "unit"
    assert model.tags["mlflow.note.content"].startswith(
        "**Input:** float32 images (n, 8, 8, 1); pixels divided by 255, from 0 to 1\n\n**Is a stride"
    )
    metrics = {metric.key: metric.value for metric in model.metrics}
    assert metrics == {
        "test/accuracy": pytest.approx(0.74), "test/loss": 0.45, "val/accuracy": 0.75, "val/loss": 0.25,
        "train/accuracy": 0.6, "train/loss": 0.7, "seconds/train": 2.0, "progress/steps": 60,
        **{f"cost/{name}": value for name, value in COSTS.items()},
    }  # fmt: skip
    assert {(metric.dataset_name, metric.dataset_digest) for metric in model.metrics} == {
        ("digits", "0123456789abcdef")
    }
    found = recorder.client.search_logged_models(
        [recorder.experiment_id], "metrics.`test/accuracy` > 0.7", order_by=[{"field_name": "metrics.test/accuracy"}]
    )
    assert [model.name for model in found] == ["#3 · downsample=stride · r2"]
    run = recorder.client.get_run(run_id)
    assert [(output.model_id, output.step) for output in run.outputs.model_outputs] == [(model.model_id, 60)]
    assert len(recorder.client.get_metric_history(run_id, "val/accuracy")) == 1, "noted twice, one point"
    assert read_frames(store, "tiny")[0].loc[0, "val_accuracy"] == 0.75


def test_the_file_is_moved_and_nothing_is_left_in_the_run(recorder, model_file, tmp_path):
    run_id = record(recorder, model_file, tmp_path)
    assert [file.path for file in recorder.client.list_artifacts(run_id)] == ["summary.txt"]
    assert not (tmp_path / "staged").exists()


def test_a_network_that_was_trained_afresh_keeps_the_scores_of_the_first_training_to_its_run(
    recorder, model_file, tmp_path
):
    record(recorder, model_file, tmp_path, refit_steps=50)
    (model,) = models_of(recorder)
    assert not [metric.key for metric in model.metrics if metric.key.startswith(("val/", "train/"))]


def test_a_diverged_network_does_not_lead_the_models_with_a_loss_of_zero(recorder, model_file, tmp_path):
    metrics = {**make_result().metrics, "test_loss": math.nan}
    run_id = record(recorder, model_file, tmp_path, metrics=metrics, stop_reason=StopReason.NOT_FINITE)
    (model,) = models_of(recorder)
    assert "test/loss" not in {metric.key for metric in model.metrics}
    assert math.isnan(recorder.client.get_run(run_id).data.metrics["test/loss"])


@pytest.mark.parametrize(
    "changes",
    [{"stop_reason": StopReason.PRUNED}, {"started": replace(STARTED, image_shape=())}],
    ids=["pruned", "unknown"],
)
def test_a_pruned_network_and_one_of_unknown_images_stay_artifacts(recorder, model_file, tmp_path, changes):
    run_id = record(recorder, model_file, tmp_path, **changes)
    assert models_of(recorder) == []
    assert [file.path for file in recorder.client.list_artifacts(run_id)] == ["model.keras", "summary.txt"]


def test_names_have_no_character_that_mlflow_refuses(store, tiny, model_file, tmp_path):
    study = tiny(design={"kind": "one_at_a_time", "replicates": 2, "factors": {"train.learning_rate": [0.003]}})
    recorder = Recorder(open_client(store), FolderDisk(store), study, {})
    record(recorder, model_file, tmp_path)
    assert [model.name for model in models_of(recorder)] == ["#3 · learning_rate=0․003 · r2"]


def test_a_run_that_is_cut_off_while_its_model_is_logged_leaves_no_model_that_looks_whole(
    recorder, model_file, tmp_path, monkeypatch
):
    from harness.store.record import models

    def vanish(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(models, "write_model", vanish)
        with pytest.raises(KeyboardInterrupt):
            record(recorder, model_file, tmp_path)
    (model,) = models_of(recorder)
    assert model.status == "PENDING"
    recorder.kill(model.source_run_id, "interrupted")
    assert [model.status for model in models_of(recorder)] == ["FAILED"]


def test_recording_a_model_loads_no_backend(store, model_file, tmp_path):
    code = """
import sys
from pathlib import Path
from harness.study import build_study
from harness.store.record.recorder import Recorder
from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from tests.conftest import TINY
from tests.store.record.test_models import models_of, record
store, file, folder = map(Path, sys.argv[1:])
recorder = Recorder(open_client(store), FolderDisk(store), build_study(TINY, name="tiny", text=""), {})
record(recorder, file, folder)
print(len(models_of(recorder)), {"keras", "tensorflow"} & set(sys.modules))
"""
    done = run([sys.executable, "-c", code, store, model_file, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "1 set()\n"
