from __future__ import annotations

from datetime import date

import pytest

from harness.errors import StudyError
from harness.study import check_variants


def test_two_variants_that_mean_the_same_are_refused(build):
    # hvass02 and fashion02 are one network
    with pytest.raises(StudyError, match=r"the variants 'base' and 'preset=fashion02' mean the same"):
        build(**{"design.factors": {"model.preset": ["hvass02", "fashion02"]}})


def test_a_folder_of_images_is_checked_against_what_it_holds(build, tmp_path):
    study = build(**{"data.name": "folder", "data.folder": str(tmp_path), "train.batch_size": 100})
    check_variants(study, lambda data: ((28, 28, 1), 5100))
    with pytest.raises(
        StudyError, match=r"^train\.batch_size must be at most 99, the images there are to train on, got 100"
    ):
        check_variants(study, lambda data: ((28, 28, 1), 5099))
    with pytest.raises(StudyError, match=r"^data\.validation must be below 5000"):
        check_variants(study, lambda data: ((28, 28, 1), 5000))


def test_each_variant_is_checked_against_its_own_images(build):
    design = {
        "kind": "one_at_a_time",
        "factors": {"data.name": ["digits"], "model.padding": ["valid"], "data.validation": [300]},
    }
    model = {"conv": [{"filters": 2, "kernel": 5}, {"filters": 2, "kernel": 5}], "dense": []}
    build(design=design, model=model, **{"data.validation": 400})  # valid padding would be impossible on 8x8 digits
    design["kind"] = "factorial"
    with pytest.raises(StudyError, match=r"^variant name=digits, padding=valid"):
        build(design={**design, "factors": {"data.name": ["mnist", "digits"], "model.padding": ["same", "valid"]}},
              model=model, **{"data.validation": 400})  # fmt: skip


def test_every_variant_that_needs_validation_images_has_some(build):
    with pytest.raises(StudyError, match=r'"data\.validation": target\.metric must not be'):
        build(**{"design.factors": {"data.validation": [0, 300]}})


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"train": [{"max_steps": 60}]}, 'design.factors "train" must name a key of [train], got the whole table. '
         'E.g. "train.learning_rate".'),
        ({"model.model": [1]}, "design.factors \"model.model\": unknown key 'model' in model."),
        ({"model.conv.².filters": [1]}, 'design.factors "model.conv.².filters": model.conv of the base has 2 entries, '
         "numbered from 0, got '²'."),
        ({"train.plateau.evaluations": [1]}, 'design.factors "train.plateau.evaluations": train.plateau of the base is '
         "not set, without a key 'evaluations'."),
        ({"train.momentum": [0.0, 0.5]}, 'design.factors "train.momentum" has no effect with train.optimizer = adam. '
         "It is used with sgd alone."),
    ],
)  # fmt: skip
def test_factors_that_lead_nowhere(build, factors, message):
    with pytest.raises(StudyError) as caught:
        build(**{"design.factors": factors})
    assert str(caught.value) == message


def test_a_setting_may_matter_for_one_level_of_another_factor(build):
    build(**{"design.factors": {"train.optimizer": ["adam", "sgd"], "train.momentum": [0.5, 0.9]}})


def test_a_step_must_not_leave_the_whole_numbers(build):
    space = {"train.batch_size": {"low": 32, "high": 128, "step": 0.5}}
    with pytest.raises(StudyError, match=r'"train\.batch_size": train\.batch_size must be a whole number, got 32\.5'):
        build(design={"kind": "search", "trials": 3, "space": space})


def test_dates_are_refused(build):
    with pytest.raises(StudyError, match=r"^notes must not be a date or a time, got 2024-05-01\. Write it in quotes\."):
        build(notes=date(2024, 5, 1))


class TestSize:
    def test_the_product_of_the_levels_is_looked_at_first(self, build):
        twelve = list(range(1, 13))
        paths = ["train.batch_size", "train.max_steps", "train.evaluate_every", "seed.a", "seed.b", "seed.c"]
        with pytest.raises(StudyError) as caught:
            build(**{"design.factors": dict.fromkeys(paths, twelve)})
        assert str(caught.value) == (
            "design must have at most 10,000 variants, got 2,985,984 (12 x 12 x 12 x 12 x 12 x 12). Use fewer levels, "
            'kind = "one_at_a_time", or kind = "search", which trains a part of them.'
        )

    def test_numbers_that_python_does_not_write_out(self, build):
        factors = {f"train.k{number}": list(range(10)) for number in range(5000)}
        with pytest.raises(StudyError, match=r"at most 10,000 variants, got about 10\^5000\. Use fewer"):
            build(**{"design.factors": factors})

    @pytest.mark.parametrize(
        ("design", "message"),
        [
            ({"kind": "one_at_a_time", "factors": {"train.batch_size": list(range(1, 10_001))}},
             "at most 10,000 variants, got 10,001."),
            ({"kind": "factorial", "replicates": 1000, "factors": {"train.batch_size": list(range(1, 102))}},
             "at most 100,000 trainings, got 101,000."),
            ({"kind": "factorial", "replicates": {"min": 2, "max": 1000},
              "factors": {"train.batch_size": list(range(1, 102))}}, "at most 100,000 trainings, got 101,000."),
            ({"kind": "search", "trials": 10**12, "space": {"train.batch_size": [64, 32]}},
             "at most 100,000 trainings, got 1,000,000,000,006."),
            ({"kind": "search", "trials": 9, "space": {"train.batch_size": list(range(1, 10_002))}},
             'design.space "train.batch_size" must have at most 10,000 choices, got 10,001.'),
        ],
    )  # fmt: skip
    def test_designs_of_every_kind(self, build, design, message):
        with pytest.raises(StudyError) as caught:
            build(design=design)
        assert message in str(caught.value)

    def test_steps_of_a_training_have_an_end(self, build):
        with pytest.raises(StudyError, match=r"^train\.max_steps must be at most 100,000,000, got 9223372036854775807"):
            build(**{"train.max_steps": 2**63 - 1})
        with pytest.raises(
            StudyError, match=r"^train\.max_epochs must make at most 100,000,000 steps, got 1e\+300 of 55,000 images\."
        ):
            build(**{"train.max_steps": None, "train.max_epochs": 1e300})


def test_a_preset_that_is_no_text(build):
    for preset in (["hvass02"], {"name": "hvass02"}, 3):
        with pytest.raises(StudyError, match=r"^model\.preset must be one of hvass02, .*, got "):
            build(**{"model.preset": preset})
        with pytest.raises(StudyError, match=r'^design\.factors "model\.preset": model\.preset must be one of hvass02'):
            build(**{"design.factors": {"model.preset": ["hvass02", preset]}})


def test_a_list_of_layers_has_an_end(build):
    with pytest.raises(StudyError, match=r"^model\.conv must have at most 100 entries, got 70,000\.$"):
        build(**{"model.conv": [{"filters": 1}] * 70_000})
