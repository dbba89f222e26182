from __future__ import annotations

FACTORS = {"model.downsample": ["max_pool", "stride"], "model.dense": [[128], [64], [32]]}


def test_a_factorial_crosses_its_factors(build):
    design = build(**{"design.factors": FACTORS, "design.replicates": 2}).design
    assert design.dimensions == {"model.downsample": ("max_pool", "stride"), "model.dense": ([128], [64], [32])}
    assert (design.crossed, design.explores, design.adaptive, design.prunes, design.confirmed) == (
        True, False, False, False, 0,
    )  # fmt: skip
    assert (design.objectives, design.reaching, design.table) == ((), (), "factors")
    assert design.most_variants == len(list(design.combinations())) == 6
    assert list(design.combinations())[1] == {"model.downsample": "max_pool", "model.dense": [64]}
    assert (design.replicate_range, design.trainings(6)) == ((2, 2), 12)
    assert design.settings == {"kind": "factorial", "replicates": 2}
    assert design.brief(6) == "factorial, 6 variants x 2 replicates"
    assert design.sentence == "every combination of the levels; 2 replicates of each variant."
    assert design.planned == "2 replicates of each variant"


def test_one_at_a_time_with_as_many_replicates_as_it_takes(build):
    kept = {"kind": "one_at_a_time", "replicates": {"min": 3, "max": 30}, "factors": FACTORS}
    design = build(design=kept).design
    assert (design.crossed, design.adaptive, design.replicate_range, design.trainings(4)) == (False, True, (3, 30), 120)
    assert design.most_variants == 6  # two of the levels are the base's
    assert list(design.combinations())[:2] == [{}, {"model.downsample": "max_pool"}]
    assert design.brief(4) == "one at a time, 4 variants x 3 to 30 replicates"
    assert design.sentence == (
        "the base, and each level with everything else at the base; 3 to 30 replicates of each variant, as many as it "
        "takes to decide."
    )
    assert design.planned == (
        "3 replicates of each variant, then up to 30 of those whose comparison with the reference is undecided"
    )


def test_without_factors_there_is_the_base(build):
    design = build(**{"design.factors": {}, "design.replicates": 1}).design
    assert (list(design.combinations()), design.most_variants) == ([{}], 1)
    assert design.sentence == "the base alone; 1 replicate of each variant."
