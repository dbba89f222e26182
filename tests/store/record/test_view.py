import json

import pytest

from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.local.pages import has_view
from harness.store.record.recorder import Recorder
from harness.store.record.view import VIEW_TAG, Colours, runs_view, shown_tags
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
    assert state["selectedColumns"] == ["tags.`test accuracy`", "tags.`parameters`", *columns]


def test_what_should_be_low_is_sorted_from_below():
    state = json.loads(runs_view(make_study(report={"metrics": ["parameters"]})))
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`cost/parameters`", True)
    assert state["selectedColumns"][:2] == ["tags.`parameters`", "tags.`test accuracy`"]


def test_a_recorded_study_has_the_view_and_an_older_one_has_none(store, tiny):
    study, client = tiny(), open_client(store)
    experiment = Recorder(client, FolderDisk(store), study, {}).experiment_id
    assert client.get_experiment(experiment).tags[VIEW_TAG] == runs_view(study)
    assert has_view(store, experiment)
    assert not has_view(store, client.create_experiment("older"))


def charts_of(study):
    """Return section -> (type, metric or axes) of what is drawn there, in order."""
    state, found = json.loads(runs_view(study)), {}
    for chart in state["compareRunCharts"]:
        if not chart["deleted"]:
            drawn = chart.get("metricKey") or (chart["xaxis"]["key"], chart["yaxis"]["key"])
            found.setdefault(chart["metricSectionId"], []).append((chart["type"], drawn))
    return found


def test_charts_of_learning_come_first_and_what_no_seed_changes_last_and_folded():
    state = json.loads(runs_view(make_study()))
    assert [(section["name"], section["display"]) for section in state["compareRunSections"]] == [
        ("val", True), ("train", True), ("test", True), ("target", True), ("seconds", False), ("progress", False),
        ("features", False), ("machine", False), ("cost", False), ("System metrics", False),
    ]  # fmt: skip
    assert state["globalLineChartConfig"]["lineSmoothness"] == 0
    assert state["isAccordionReordered"], "else MLflow sorts the sections by name"
    assert len({chart["uuid"] for chart in state["compareRunCharts"]}) == len(state["compareRunCharts"])


def test_curves_are_lines_what_is_measured_once_bars_and_accuracy_points_that_show_small_differences():
    found = charts_of(make_study(report={"metrics": ["test_accuracy", "val_macro_f1"]}))
    assert found["val"] == [("LINE", "val/accuracy"), ("LINE", "val/loss"), ("LINE", "val/macro_f1")]
    assert found["train"] == [("LINE", "train/accuracy"), ("LINE", "train/loss")]
    assert found["test"] == [
        ("SCATTER", ("seconds/train", "test/accuracy")),
        ("SCATTER", ("seconds/train", "test/loss")),
        ("BAR", "test/dead_classes"),
    ]
    assert found["target"] == [("BAR", "target/steps"), ("BAR", "target/seconds")]


def test_a_test_split_that_is_scored_on_the_way_has_curves(tiny):
    study = tiny(train={"test_at": [0, 10], "optimizer": "adam", "learning_rate": 0.01, "max_steps": 20})
    assert charts_of(study)["test"][:2] == [("LINE", "test/accuracy"), ("LINE", "test/loss")]


def test_mlflow_takes_the_view_of_a_study_that_asks_for_everything():
    """An experiment's tag has at most 20,000 characters."""
    named = ("macro_f1", "balanced_accuracy", "auc", "expected_calibration_error")
    metrics = ["test_accuracy", *(f"{split}_{name}" for split in ("val", "test") for name in named)]
    assert len(runs_view(make_study(report={"metrics": metrics}))) < 12_000


def test_what_counts_is_shown_in_the_digits_of_reports():
    study = make_study(report={"metrics": ["test_accuracy", "steps_to_target", "parameters", "macs"]})
    assert shown_tags(study, {"test_accuracy": 0.97123, "parameters": 54314}) == {
        "test accuracy": "97.12 %",
        "steps to target": "not reached",
        "parameters": "54,314",
        "multiply-accumulates": "–",
    }


def test_each_variant_has_a_colour_of_its_own_the_first_that_of_figures():
    levels = list(range(2, 42))
    study = make_study(design={"kind": "one_at_a_time", "factors": {"model.conv.0.filters": levels}})
    colours = Colours(study)
    found = [colours.of(variant.digest) for variant in study.variants]
    assert found[:3] == ["#0072B2", "#D55E00", "#009E73"]
    assert len(set(found)) == len(found)
    assert colours.of("0123456789ab") == colours.of("0123456789ab"), "sampled by a search"
    assert colours.of("0123456789ab") not in found
