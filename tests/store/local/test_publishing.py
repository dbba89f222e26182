"""The model registry: versions, alias, descriptions, and loading by alias."""

from __future__ import annotations

import json

import pytest

from harness.errors import UsageError
from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.local.publishing import attach_report, register
from harness.store.record.recorder import Recorder
from tests.store.record.test_models import model_file, models_of, network, record

__all__ = ["model_file", "network"]  # fixtures


@pytest.fixture
def recorder(store, tiny):
    return Recorder(open_client(store), FolderDisk(store), tiny(), {})


def test_each_time_a_version_and_the_alias_at_the_last(recorder, store, model_file, tmp_path):
    import mlflow
    import numpy as np

    run_id = record(recorder, model_file, tmp_path)
    client = recorder.client
    assert register(store, "tiny", run_id, "**Is it?**\n\nIt is.", "the best").version == 1
    assert register(store, "tiny", run_id, "**Is it?**\n\nIt is not.", "still the best").version == 2
    assert client.get_registered_model("tiny").description == "**Is it?**\n\nIt is not."
    version = client.get_model_version_by_alias("tiny", "winner")
    assert (version.version, version.run_id, version.description) == (2, run_id, "still the best")
    (model,) = models_of(recorder)
    assert json.loads(model.tags["mlflow.modelVersions"]) == [
        {"name": "tiny", "version": 1},
        {"name": "tiny", "version": 2},
    ]
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(client.tracking_uri)
    try:
        loaded = mlflow.keras.load_model("models:/tiny@winner")
    finally:
        mlflow.set_tracking_uri(before)
    assert loaded.predict(np.zeros((2, 8, 8, 1), np.float32), verbose=0).shape == (2, 10)


def test_the_run_of_a_study_says_first_what_came_out(recorder, store, tmp_path):
    about = recorder.client.get_run(recorder.parent_id).data.tags["mlflow.note.content"]
    (tmp_path / "report").mkdir()
    for answer in ("No verdict.", "Yes."):
        attach_report(store, "tiny", tmp_path / "report", answer, "| variant |\n| --- |\n| a |")
    tags = recorder.client.get_run(recorder.parent_id).data.tags
    assert tags["harness.answer"] == "Yes."
    assert tags["mlflow.note.content"] == f"**Yes.**\n\n| variant |\n| --- |\n| a |\n\n---\n\n{about}"


def test_a_run_without_a_model(recorder, store):
    run_id = recorder.start(0, recorder.study.base, 0, "design")
    with pytest.raises(UsageError, match="a run must have an MLflow model to be registered, '#0 · base · r0' has none"):
        register(store, "tiny", run_id, "", "")


def test_a_name_that_mlflow_refuses(recorder, store, model_file, tmp_path):
    run_id = record(recorder, model_file, tmp_path)
    with pytest.raises(UsageError, match="--register: 'a:b' cannot be a registered model's name"):
        register(store, "a:b", run_id, "", "")


def test_a_model_whose_file_is_cut_short_is_not_registered(recorder, store, model_file, tmp_path):
    run_id = record(recorder, model_file, tmp_path)
    (model,) = models_of(recorder)
    file = store / "artifacts" / "tiny" / "models" / model.model_id / "artifacts" / "data" / "model.keras"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        UsageError, match=r"--register: the model of 'tiny' must be whole, .*model\.keras: it is no whole"
    ):
        register(store, "tiny", run_id, "", "")
    file.unlink()
    with pytest.raises(UsageError, match=r"model\.keras: it is missing\. Put the file back"):
        register(store, "tiny", run_id, "", "")
    assert recorder.client.search_registered_models() == []
