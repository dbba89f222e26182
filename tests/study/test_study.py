from __future__ import annotations

import pickle

import pytest
from pydantic import ValidationError

from harness.study import build_study


def test_a_variant_has_the_level_and_all_else_as_the_base(build):
    study = build()
    base, stride = study.variants
    assert stride.model == base.model.model_copy(update={"downsample": "stride"})
    assert (stride.data, stride.train, stride.target) == (base.data, base.train, base.target)
    assert stride.settings == {"model.downsample": "stride"}


def test_a_path_may_lead_into_a_list(build):
    study = build(**{"design.factors": {"model.conv.1.filters": [36, 72]}})
    _, wide = study.variants
    assert [block.filters for block in wide.model.conv] == [16, 72]
    assert wide.label == "filters=72"


def test_a_preset_may_vary(build):
    study = build(
        **{"model": {"preset": "keras_two_conv"}, "design.factors": {"model.preset": ["keras_two_conv", "keras_dense"]}}
    )
    base, dense = study.variants
    assert (len(base.model.conv), len(dense.model.conv)) == (2, 0)
    assert dense.label == "preset=keras_dense"


def test_keys_beside_a_preset_win(build):
    study = build(**{"model": {"preset": "hvass02", "dense": [10]}})
    assert study.model.dense == (10,)
    assert [block.filters for block in study.model.conv] == [16, 36]


def test_digest_ignores_wording_and_budget_but_not_meaning(build):
    digest = build().digest
    assert build(question="Other words?").digest == digest
    assert build(**{"design.replicates": 9}).digest == digest
    assert build(**{"report": {"margin": {"test_accuracy": 0.01}}}).digest == digest
    assert build(**{"train.momentum": 0.9}).digest == digest, "a default that is written out changes nothing"
    assert build(**{"train.learning_rate": 2e-4}).digest != digest
    assert build(seed=1).digest != digest
    assert build(**{"design.factors": {"model.downsample": ["max_pool", "none"]}}).digest != digest


def test_variant_digest_is_stable():
    from harness.study import load_study

    study = load_study("studies/pooling_or_stride.toml", ["train.max_steps=5000"])
    # A changed digest orphans every recorded result: only a change of meaning may do that.
    assert [variant.digest for variant in study.variants] == ["909ae39607a5", "4948601d4183"]


@pytest.mark.parametrize("name", ["name", "source", "text", "given", "question", "design", "digest"])
def test_nothing_of_a_study_can_be_set(build, name):
    study = build()
    with pytest.raises((ValidationError, AttributeError), match=r"frozen|no setter"):
        setattr(study, name, None)


def test_the_variants_are_worked_out_once(build):
    study = build()
    assert study.variants is study.variants


def test_the_same_study_is_made_from_what_was_given(build):
    study = build()
    again = build_study(study.given, study.name, study.source, study.text)
    assert again == study
    assert again != build_study(study.given, "another")


def test_default_metrics_follow_the_target(build):
    assert build().metrics == ("test_accuracy", "seconds_to_target")
    assert build(target=None).metrics == ("test_accuracy",)


def test_objectives_of_a_fixed_design(build):
    assert build().objectives == ("val_accuracy",)
    assert build(target=None, **{"data.validation": 0}).objectives == ("train_accuracy",)


def test_a_study_pickles(build):
    variant = build().base
    assert pickle.loads(pickle.dumps(variant)) == variant
