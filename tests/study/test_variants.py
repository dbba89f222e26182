from __future__ import annotations


def test_factorial_grid_starts_with_the_base(build):
    study = build(**{"design.factors": {"model.downsample": ["stride", "max_pool"], "model.dense": [[128], [64, 32]]}})
    assert [variant.label for variant in study.variants] == [
        "base",
        "downsample=stride",
        "downsample=stride, dense=64 32",
        "dense=64 32",
    ]
    assert study.trainings == (4, 12)


def test_one_at_a_time_keeps_the_base_once(build):
    design = {
        "kind": "one_at_a_time",
        "replicates": 2,
        "factors": {"model.downsample": ["max_pool", "stride"], "train.learning_rate": [1e-3, 1e-2]},
    }
    study = build(design=design)
    assert [variant.label for variant in study.variants] == [
        "base",
        "downsample=stride",
        "learning_rate=0.001",
        "learning_rate=0.01",
    ]
    assert study.trainings == (4, 8)


def test_search_starts_from_the_base_alone(build):
    space = {"train.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}, "model.dense": [[128], [64]]}
    study = build(design={"kind": "search", "trials": 10, "replicates": 3, "space": space, "confirm": {"top": 2}})
    assert [variant.label for variant in study.variants] == ["base"]
    assert study.base.settings == {"train.learning_rate": 1e-4, "model.dense": [128]}
    # ceil(10 / 3) variants sampled; 10 trainings, then 2 winners and the base three times each
    assert study.trainings == (4, 19)
