from __future__ import annotations

SEARCH = {
    "kind": "search",
    "trials": 10,
    "replicates": 3,
    "space": {"train.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}},
}


def test_a_search_explores_and_confirms(build):
    design = build(design={**SEARCH, "pruner": "median", "confirm": {"top": 2, "replicates": 4}}).design
    assert list(design.dimensions) == ["train.learning_rate"]
    assert (design.explores, design.crossed, design.adaptive, design.prunes) == (True, False, False, True)
    assert (design.table, design.objectives, design.confirmed, design.reaching) == ("space", ("val_accuracy",), 2, ())
    assert design.replicate_range == (4, 4)  # claims rest on what is confirmed
    assert (list(design.combinations()), design.most_variants) == ([{}], 4)
    assert design.trainings(4) == 10 + 3 * 4
    assert design.settings == {
        "kind": "search", "replicates": 3, "trials": 10, "sampler": "tpe", "objectives": ("val_accuracy",),
    }  # fmt: skip
    assert design.brief(4) == "tpe search, 10 trainings of up to 4 variants, then the best 2 and the base 4 times each"
    assert design.sentence == (
        "a search of 10 trainings for the best validation accuracy (tpe), then the best 2 and the base with 4 fresh "
        "replicates each."
    )
    assert design.planned == "10 trials (tpe), then 4 fresh replicates of the 2 best variants and of the base"


def test_several_objectives_confirm_for_each_value_that_is_to_be_reached(build):
    confirm = {"top": 2, "reaching": [0.98, 0.99], "replicates": 1}
    design = build(design={**SEARCH, "objectives": ["val_accuracy", "parameters"], "confirm": confirm}).design
    assert (design.reaching, design.confirmed, design.prunes) == ((0.98, 0.99), 4, False)
    assert design.planned == "10 trials (tpe), then 1 fresh replicate of the 4 best variants and of the base"
