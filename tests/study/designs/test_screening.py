import pytest

from harness.errors import StudyError

FIVE = {
    "train.learning_rate": [1e-3, 1e-4],
    "train.batch_size": [64, 32],
    "model.activation": ["relu", "tanh"],
    "model.downsample": ["max_pool", "stride"],
    "model.dense_dropout": [0.0, 0.5],
}


def screening(tiny, factors=FIVE, **keys):
    return tiny(design={"kind": "screening", "replicates": 2, "factors": factors, **keys})


def test_few_variants_of_many_combinations(tiny):
    study = screening(tiny)
    assert (len(study.variants), study.trainings) == (8, (8, 16))
    assert all(len(set(variant.settings.values())) >= 1 for variant in study.variants)
    for path, levels in FIVE.items():
        assert [variant.settings[path] for variant in study.variants].count(levels[0]) == 4
    assert study.design.brief(8) == "screening, 5 factors in 8 variants (resolution III) x 2 replicates"
    assert study.design.sentence == (
        "5 factors in 8 variants, a fraction of resolution III of all 32 combinations; 2 replicates of each variant."
    )
    assert study.design.planned == "2 replicates of each variant"
    assert not study.design.clear


def test_all_first_levels_come_first(tiny):
    first = screening(tiny).variants[0]
    assert first.settings == {path: levels[0] for path, levels in FIVE.items()}


def test_a_resolution_that_is_asked_for(tiny):
    assert len(screening(tiny, resolution=4).variants) == 16
    assert screening(tiny, resolution=5).design.clear
    assert len(screening(tiny, runs=12).variants) == 12
    three = dict(list(FIVE.items())[:3])
    whole = screening(tiny, three, runs=8)
    assert whole.design.sentence == "3 factors in 8 variants, every combination; 2 replicates of each variant."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"factors": dict(list(FIVE.items())[:2])},
            "design: factors must be 3 or more, got 2. Of fewer, every combination is as few runs: use "
            'kind = "factorial".',
        ),
        ({"runs": 4}, "design: runs must be one of 8, 12, 16, 20, 32 with 5 factors, got 4."),
        ({"runs": 8, "resolution": 4}, "design: runs must be one of 16, 32 with 5 factors of resolution IV, got 8."),
        ({"runs": 10}, "design.runs must be one of 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, got 10."),
        (
            {"factors": {**FIVE, "model.padding": ["same", "valid", "same"]}},
            'factors."model.padding" must have two levels, got 3. For more of them use',
        ),
    ],
)
def test_what_is_not_possible(tiny, changes, message):
    with pytest.raises(StudyError) as caught:
        screening(tiny, **changes)
    assert message in str(caught.value)


def test_nine_factors_have_no_resolution_five(tiny):
    many = {
        **FIVE,
        "model.padding": ["same", "valid"],
        "model.bias": [0.0, 0.1],
        "model.batch_norm": [False, True],
        "train.label_smoothing": [0.0, 0.1],
    }
    with pytest.raises(
        StudyError, match=r"resolution must be at most 4 with 9 factors, got 5. Use 4, or 8 factors at most"
    ):
        screening(tiny, many, resolution=5)
