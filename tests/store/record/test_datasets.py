"""The images of a trial are a dataset input of its run."""

from __future__ import annotations

import dataclasses
import json

import pytest

from harness.records import Started
from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.record.recorder import Recorder
from tests.conftest import COSTS, FINGERPRINT

IMAGES = {"train": 1137, "validation": 300, "test": 360}
STARTED = Started(0, FINGERPRINT, COSTS, "0123456789abcdef", 60, (8, 8, 1), 10, IMAGES)


@pytest.fixture
def record(store, tiny):
    """Start trials of the variants of a tiny study; return the dataset input of each."""

    def make(started=STARTED, **changes):
        recorder = Recorder(open_client(store), FolderDisk(store), tiny(**changes), {})
        found = []
        for trial, variant in enumerate(recorder.study.variants):
            run_id = recorder.start(trial, variant, 0, "design")
            recorder.take(run_id, started)
            (data,) = recorder.client.get_run(run_id).inputs.dataset_inputs
            found.append(data)
        return found

    return make


def test_name_digest_source_schema_and_profile(record):
    data = record()[0].dataset
    assert (data.name, data.digest) == ("digits", "0123456789abcdef")
    assert json.loads(data.source) == {"uri": "digits.csv.gz of scikit-learn"}
    assert json.loads(data.profile) == {
        "image_shape": [8, 8, 1], "classes": 10, "split": "stratified", "scaling": "unit",
        "train_images": 1137, "validation_images": 300, "test_images": 360,
    }  # fmt: skip
    schema = json.loads(data.schema)["mlflow_tensorspec"]
    assert json.loads(schema["features"]) == [
        {"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 8, 8, 1]}}
    ]
    assert json.loads(schema["targets"]) == [{"type": "tensor", "tensor-spec": {"dtype": "int32", "shape": [-1]}}]


def test_what_a_study_varies_stands_with_each_run_and_not_with_the_data_set_they_share(record):
    factors = {"data.scaling": ["unit", "none"]}
    unit, none = record(design={"kind": "factorial", "factors": factors})
    assert "scaling" not in json.loads(unit.dataset.profile)
    tags = [{tag.key: tag.value for tag in data.tags} for data in (unit, none)]
    assert [tag["harness.scaling"] for tag in tags] == ["unit", "none"]
    assert [tag["mlflow.data.context"] for tag in tags] == ["training", "training"]
    assert tags[0]["harness.train_images"] == "1137"


def test_class_names_are_recorded_of_images_of_ones_own(record):
    started = dataclasses.replace(STARTED, class_names=tuple("abcdefghij"))
    profile = json.loads(record(started, **{"data.name": "folder", "data.folder": "shapes"})[0].dataset.profile)
    assert profile["class_names"] == list("abcdefghij")


def test_a_folder_of_ones_own_is_named_as_the_study_names_it(record):
    data = record(**{"data.name": "folder", "data.folder": "shapes"})[0].dataset
    assert json.loads(data.source) == {"uri": "images in shapes"}
