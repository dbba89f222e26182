"""A key in a table that does not know it: where it belongs."""

from __future__ import annotations

import pytest

from harness.errors import StudyError


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"padding": "same"}, "padding: unknown key 'padding', got 'same'. It belongs in [model]."),
        (
            {"replicates": 5},
            "replicates: unknown key 'replicates', got 5. It belongs in [design] or in [design.confirm].",
        ),
        ({"epochs": 5}, "epochs: unknown key 'epochs', got 5. Did you mean 'max_epochs', in [train]?"),
        ({"train.epochs": 5}, "train.epochs: unknown key 'epochs' in [train], got 5. Did you mean 'max_epochs'?"),
        ({"lr": 0.1}, "lr: unknown key 'lr', got 0.1. Did you mean 'learning_rate', in [train]?"),
        ({"filters": 5}, "filters: unknown key 'filters', got 5. It belongs in an entry of model.conv."),
        ({"shift": 2}, "shift: unknown key 'shift', got 2. It belongs in [train.augment]."),
        ({"better": "higher"}, "better: unknown key 'better', got 'higher'. It belongs in [metrics.NAME]."),
        (
            {"train.seed": 1},
            "train.seed: unknown key 'seed' in [train], got 1. It belongs at the top of the file, above the first "
            "[table].",
        ),
        (
            {"design.report": {"metrics": []}},
            "design.report: unknown key 'report' in [design], got {'metrics': []}. It belongs below a heading of its "
            "own, [report].",
        ),
        (
            {"design.space": {"train.learning_rate": [0.1]}},
            "design.space: unknown key 'space' in [design], got {'train.learning_rate': [0.1]}. It goes with kind = "
            '"search", not "factorial".',
        ),
        ({"training": {"x": 1}}, "training: unknown key 'training', got {'x': 1}. Did you mean 'train'?"),
        (
            {"xyz": 3},
            "xyz: unknown key 'xyz', got 3. Known keys: question, notes, seed, exclusive, protocol, probes, insight, "
            "data, model, train, target, seeds, design, metrics, budget, report.",
        ),
    ],
)
def test_where_it_belongs(build, changes, said):
    with pytest.raises(StudyError) as caught:
        build(**changes)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        ("padding", "Did you mean 'model.padding'?"),
        ("lr", "Did you mean 'train.learning_rate'?"),
        ("xyz", 'Write the whole path in quotes, e.g. "model.downsample".'),
    ],
)
def test_a_factor_without_its_table_is_told_the_path(build, path, fix):
    with pytest.raises(StudyError) as caught:
        build(**{"design.factors": {path: ["a", "b"]}})
    assert str(caught.value) == (
        f'design.factors "{path}" must be a path into [data], [model], [train] or [seeds], got {path!r}. {fix}'
    )


def test_a_factor_of_the_wrong_table_is_told_the_path(build):
    with pytest.raises(StudyError) as caught:
        build(**{"design.factors": {"train.downsample": ["stride"]}})
    assert str(caught.value) == (
        "design.factors \"train.downsample\": unknown key 'downsample' in train. Did you mean 'model.downsample'?"
    )
