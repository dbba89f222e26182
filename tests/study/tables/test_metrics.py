"""Which names of metrics a study file may have where, and what its trainings are then asked for."""

from __future__ import annotations

import pickle

import jsonschema
import pytest

from harness.errors import StudyError
from harness.metrics import METRICS
from harness.study import StudyTables, build_study
from tests.conftest import TINY, changed

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
    ("name", "valid"), [("test_auc", True), ("test_top_3_accuracy", True), ("testacc", False), (3, False)]
)
def test_the_schema_knows_the_same_names(tiny, name, valid):
    given = tiny().given | {"report": {"metrics": [name]}}
    assert jsonschema.Draft202012Validator(StudyTables.model_json_schema()).is_valid(given) is valid
    given = tiny().given | {"report": {"margin": {str(name): 0.1}}}
    assert jsonschema.Draft202012Validator(StudyTables.model_json_schema()).is_valid(given) is valid


COST = {"of": "mine.py:cost", "better": "lower", "unit": "euros", "margin": 20}
CODE = {"mine.py": "def cost(labels, logits): return 1.0\ndef other(labels, logits, *, scale=2): return 2.0\n"}


def with_own(code=CODE, **changes):
    given = changed(TINY, {"metrics": {"cost": COST}, "report": {"metrics": ["test_cost"]}, **changes})
    return build_study(given, name="tiny", code=code)


def test_a_metric_of_ones_own_may_be_named_wherever_others_may():
    study = with_own(
        target={"metric": "val_cost", "value": -5},
        report={"metrics": ["test_cost"], "levels": [-2, 0], "reference": [
            {"name": "them", "metric": "test_cost", "value": 3.0, "source": "a paper"}]},
        **{"train.plateau": {"metric": "val_cost", "evaluations": 3}},
        design={**SEARCH, "objectives": ["val_cost"], "pruner": "median"},
    )  # fmt: skip
    assert study.asked_metrics == ("test_cost", "val_cost")
    assert METRICS[study.target.metric].title == "validation cost"
    assert METRICS[study.objectives[0]].direction == "minimize"
    assert study.code_of(study.asked_metrics) == CODE
    assert study.base.code == CODE, "it ends trainings"


def test_a_margin_stands_in_one_place_and_that_of_the_report_goes_before():
    assert with_own().margins == {"test_cost": 20}
    assert with_own(**{"report.margin": {"test_cost": 5, "test_accuracy": 0.01}}).margins == {
        "test_cost": 5,
        "test_accuracy": 0.01,
    }
    assert with_own(report={}).margins == {}, "of what the report does not compare"


def test_its_text_is_part_of_what_a_study_means_and_of_what_is_trained_where_it_ends_trainings():
    ended = {"target": {"metric": "val_cost", "value": 5.0}}
    other = {"mine.py": CODE["mine.py"].replace("1.0", "1.5")}
    shown = {"metrics.cost": {**COST, "unit": "", "title": "what it costs", "margin": 1}}
    for changes in ({"code": other}, {"metrics.cost": {**COST, "better": "higher"}}):
        assert with_own(**changes).digest != with_own().digest
        assert with_own(**changes).base.digest == with_own().base.digest
        assert with_own(**ended, **changes).base.digest != with_own(**ended).base.digest
    assert with_own(**shown).digest == with_own().digest
    assert with_own(**ended, **shown).base.digest == with_own(**ended).base.digest
    assert (
        with_own(**ended, **{"metrics.cost": {**COST, "of": "mine.py:other"}}).base.digest
        != with_own(**ended).base.digest
    )


def test_variants_keep_what_the_study_says_of_it(tiny):
    study = with_own(target={"metric": "val_cost", "value": 5.0})
    names = [variant.target.metric for variant in pickle.loads(pickle.dumps(study.variants))]
    assert [METRICS[name].better for name in names] == ["lower", "lower"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"metrics.cost": {"better": "lower"}}, "metrics.cost.of is required"),
        ({"metrics.cost": {**COST, "of": 3}}, "metrics.cost.of must be a string in quotes, got 3"),
        ({"metrics.cost": {**COST, "of": "mine.py"}}, "metrics.cost.of: must be a file and a name in it"),
        ({"metrics.cost": {**COST, "of": "mine.py:cots"}}, "must define 'cots' .*Did you mean 'cost'"),
        ({"metrics.cost": {**COST, "of": "other.py:cost"}}, "other.py"),
        ({"metrics.cost": {**COST, "better": "less"}}, "metrics.cost.better must be one of higher, lower, got 'less'"),
        ({"metrics.cost": {**COST, "margin": 0}}, "metrics.cost.margin must be above 0, got 0"),
        ({"metrics.cost": {**COST, "unit": "a {b}"}}, "metrics.cost.unit: must be text without braces"),
        ({"metrics.cost": {**COST, "unit": " x"}}, "without spaces at its ends, got ' x'"),
        ({"metrics.cost": {**COST, "titel": "x"}}, "unknown key 'titel' in .*Did you mean 'title'"),
        ({"metrics": 3}, "metrics must be a table, got 3"),
        ({"metrics": {"cost": COST, "accuracy": COST}}, "metrics: 'accuracy': the name is taken: val_accuracy means"),
        ({"metrics": {"cost": COST, "top_7_accuracy": COST}}, "'top_7_accuracy': the name is taken"),
        ({"metrics": {"cost": COST, "dead_classes": COST}}, "'dead_classes': the name is taken"),
        ({"metrics": {"cost": COST, "hits": COST}}, "'hits': the name is taken: test_hits means something else"),
        ({"metrics": {"cost": COST, "a/b": COST}}, "'a/b': a name must be 1 to 40 small letters"),
        ({"metrics": {"cost": COST, "x" * 41: COST}}, "a name must be 1 to 40 small letters"),
        ({"metrics": {f"m{number}": COST for number in range(21)} | {"cost": COST}}, "metrics must have at most 20"),
        ({"report.metrics": ["test_cots"]}, "got 'test_cots'. Did you mean 'test_cost'?"),
        ({"report.metrics": ["cost"]}, "report.metrics.0 must be one of .*val_cost, test_cost, got 'cost'"),
        ({"own_metrics": {"cost": COST}}, "own_metrics: unknown key 'own_metrics'.*Did you mean 'metrics'"),
        ({"target": {"metric": "test_cost", "value": 1.0}}, "target.metric must be one of"),
        ({"target": {"metric": "val_loss", "value": -1.0}}, "target.value must be above 0, got -1"),
        ({"design": {**SEARCH, "objectives": ["test_cost"]}}, "The test split must not choose"),
    ],
)  # fmt: skip
def test_what_is_refused_of_ones_own(changes, said):
    with pytest.raises(StudyError, match=said):
        with_own(**changes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def cost(labels): pass",
            r"metrics.cost.of: mine.py:cost, line 1: must take .*, got \(labels\)",
        ),
        (
            "def cost(labels, logits, more): pass",
            "of labels and logits alone, got labels, logits, more",
        ),
        ("class cost:\n def __init__(self, labels, logits): pass", "of labels and logits alone, got a class"),
        ("cost = lambda labels, logits: 0", "must define 'cost' with `def`"),
        ("def cost(:", "is not valid Python"),
    ],
)
def test_what_is_refused_of_its_function(text, said):
    with pytest.raises(StudyError, match=said):
        with_own(code={"mine.py": text})
