import json

import pytest

from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.local.pages import has_view
from harness.store.record.recorder import Recorder
from harness.store.record.view import VIEW_TAG, runs_view
from tests.findings.conftest import make_study


@pytest.mark.parametrize(
    ("paths", "columns"),
    [
        ({"model.downsample": ["stride"]}, ["params.`model.downsample`"]),
        (
            {"model.conv.0.filters": [8], "model.conv.1.filters": [9], "train.learning_rate": [0.1]},
            ["params.`model.conv`", "params.`train.learning_rate`"],
        ),
    ],
)
def test_columns_are_what_varies_and_what_counts(paths, columns):
    study = make_study(
        design={"kind": "one_at_a_time", "factors": paths}, report={"metrics": ["test_accuracy", "parameters"]}
    )
    state = json.loads(runs_view(study))
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`test/accuracy`", False)
    assert state["selectedColumns"] == ["metrics.`test/accuracy`", "metrics.`cost/parameters`", *columns]


def test_what_should_be_low_is_sorted_from_below():
    state = json.loads(runs_view(make_study(report={"metrics": ["parameters"]})))
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`cost/parameters`", True)
    assert state["selectedColumns"][:2] == ["metrics.`cost/parameters`", "metrics.`test/accuracy`"]


def test_a_recorded_study_has_the_view_and_an_older_one_has_none(store, tiny):
    study, client = tiny(), open_client(store)
    experiment = Recorder(client, FolderDisk(store), study, {}).experiment_id
    assert client.get_experiment(experiment).tags[VIEW_TAG] == runs_view(study)
    assert has_view(store, experiment)
    assert not has_view(store, client.create_experiment("older"))
