"""Which names of metrics a study file may have where, and what its trainings are then asked for."""

from __future__ import annotations

import jsonschema
import pytest

from harness.errors import StudyError
from harness.study import StudyTables

SEARCH = {"kind": "search", "trials": 4, "space": {"model.dense_dropout": [0.0, 0.5]}}


def test_the_twin_on_test_images_comes_with_one_of_validation_images(tiny):
    assert tiny().asked_metrics == ()
    study = tiny(
        **{
            "target": {"metric": "val_macro_f1", "value": 0.9},
            "report.metrics": ["test_auc", "test_accuracy", "val_top_3_accuracy"],
        }
    )
    assert study.asked_metrics == (
        *("test_auc", "val_top_3_accuracy", "test_top_3_accuracy"),
        *("val_macro_f1", "test_macro_f1"),
    )
    assert study.metrics_of(study.base) == study.asked_metrics


def test_what_a_factor_names_is_measured_of_its_variant_alone(tiny):
    levels = {"train.plateau.metric": ["val_loss", "val_balanced_accuracy"]}
    study = tiny(**{"train.plateau": {"evaluations": 5}, "design.factors": levels})
    assert [study.metrics_of(variant) for variant in study.variants] == [
        (),
        ("val_balanced_accuracy", "test_balanced_accuracy"),
    ]


def test_a_search_may_optimise_them_and_a_pruner_see_them(tiny):
    study = tiny(design={**SEARCH, "objectives": ["val_macro_f1"], "pruner": "median"})
    assert study.objectives == ("val_macro_f1",)
    assert study.asked_metrics == ("val_macro_f1", "test_macro_f1")


def test_a_digest_is_the_same_whatever_a_report_names(tiny):
    asked = tiny(**{"report.metrics": ["test_macro_f1"]})
    assert (asked.digest, asked.base.digest) == (tiny().digest, tiny().base.digest)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"report.metrics": ["test_macrof1"]}, "got 'test_macrof1'. Did you mean 'test_macro_f1'?"),
        (
            {"report.metrics": ["test_top_1_accuracy"]},
            "report.metrics.0 must be one of val_accuracy, .*_top_1_accuracy'.",
        ),
        ({"report.metrics": ["test_top_03_accuracy"]}, "got 'test_top_03_accuracy'"),
        ({"report.metrics": ["train_macro_f1"]}, "report.metrics.0 must be one of"),
        ({"report.metrics": [3]}, "report.metrics.0 must be one of .*, got 3"),
        (
            {"report.metrics": ["test_top_10_accuracy"]},
            r"test_top_10_accuracy must .* classes \(10\), got 10: it would",
        ),
        ({"report.margin": {"test_auc": 1.5}}, "report: margin.test_auc must be below 1, got 1.5"),
        (
            {"target": {"metric": "test_macro_f1", "value": 0.5}},
            "target.metric must be one of val_accuracy, .* stop on",
        ),
        ({"target": {"metric": "val_macro_f1", "value": 95}}, "value must be between 0 and 1, got 95"),
        (
            {"target": {"metric": "val_auc", "value": 0.9}, "report.levels": [1.5]},
            "report.levels must be between 0 and 1",
        ),
        ({"design": {**SEARCH, "objectives": ["test_macro_f1"]}}, "The test split must not choose: use val_accuracy"),
        ({"data.validation": 0, "target": {"metric": "val_macro_f1", "value": 0.5}}, "target.metric must not be"),
    ],
)
def test_what_is_refused(tiny, changes, said):
    with pytest.raises(StudyError, match=said):
        tiny(**changes)


@pytest.mark.parametrize(
    ("name", "valid"), [("test_auc", True), ("test_top_3_accuracy", True), ("test_acc", False), (3, False)]
)
def test_the_schema_knows_the_same_names(tiny, name, valid):
    given = tiny().given | {"report": {"metrics": [name]}}
    assert jsonschema.Draft202012Validator(StudyTables.model_json_schema()).is_valid(given) is valid
    given = tiny().given | {"report": {"margin": {str(name): 0.1}}}
    assert jsonschema.Draft202012Validator(StudyTables.model_json_schema()).is_valid(given) is valid
