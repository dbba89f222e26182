"""What a report says of a screening."""

import pandas as pd

from harness.reports import report
from tests.findings.conftest import make_study, trial

FACTORS = {
    "train.learning_rate": [1e-4, 1e-3],
    "model.dense_dropout": [0.0, 0.5],
    "model.batch_norm": [False, True],
    "model.padding": ["same", "valid"],
    "train.batch_size": [64, 32],
}
SPREAD = (0.0, 0.0002, -0.0002, 0.0001, -0.0001)


def told(**design):
    """A rate of 1e-3 gives 2 points, dropout takes 1; cells have the same spread, turned on."""
    study = make_study(
        design={"kind": "screening", "replicates": 5, "factors": FACTORS, **design},
        report={"metrics": ["test_accuracy"]},
    )
    rows = []
    for place, variant in enumerate(study.variants):
        for replicate in range(5):
            level = variant.settings
            gain = 0.02 * (level["train.learning_rate"] == 1e-3) - 0.01 * (level["model.dense_dropout"] == 0.5)
            accuracy = 0.9 + gain + SPREAD[(replicate + place**2) % 5]
            rows.append(trial(study, len(rows), dict(level), replicate, test_accuracy=accuracy))
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def test_effects_are_the_answer_and_what_they_are_mixed_with_is_said():
    found = told()
    assert found.sentences[0].startswith(
        "Averaged over the other factors, a learning rate of 0.001 instead of 0.0001 gains 2.0"
    )
    assert "; worse with dropout 0.5 (−1.0" in found.sentences[0]
    assert found.sentences[1] == (
        "With 8 of 32 combinations, effects are aliased with what two other factors do together: the report's table of "
        "effects says which."
    )
    assert found.headline == found.sentences[0]
    assert not any(row.contrasts for row in found.rows)
    (section,) = (one for one in found.sections if one.heading == "Main effects")
    assert section.table.headings[-1] == "aliased with"
    # the fourth factor is the product of the first three, the fifth minus that of the first two
    assert {row[0]: row[-1] for row in section.table.rows} == {
        "learning_rate=0.001": "−dense_dropout × batch_size",
        "dense_dropout=0.5": "−learning_rate × batch_size",
        "batch_norm=true": "−padding × batch_size",
        "padding=valid": "−batch_norm × batch_size",
        "batch_size=32": "−learning_rate × dense_dropout, −batch_norm × padding",
    }


def test_of_plackett_and_burman_each_is_mixed_with_a_third_of_many():
    (section,) = (one for one in told(runs=12).sections if one.heading == "Main effects")
    assert {row[-1] for row in section.table.rows} == {"1/3 of 6 pairs"}


def test_of_resolution_four_nothing_is_mixed_with_one_factor():
    found = told(resolution=4)
    (section,) = (one for one in found.sections if one.heading == "Main effects")
    assert section.text.endswith("No effect of one factor is aliased with what two others do together.")
    assert "aliased with" not in section.table.headings
    assert len(found.sentences) == 1
