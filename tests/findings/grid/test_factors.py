import pandas as pd

from harness.reports import report
from tests.findings.conftest import make_study, trial

FACTORS = {"model.downsample": ["max_pool", "stride"], "model.dense_dropout": [0.0, 0.5, 0.25]}
SPREAD = (0.0, 0.0002, -0.0002, 0.0001, -0.0001)


def grid(gain, report_table=None, metric="test_accuracy"):
    """Judge a grid of 2 x 3; the spread of a cell is a turn of the same five numbers."""
    study = make_study(
        design={"kind": "factorial", "replicates": 5, "factors": FACTORS}, report=report_table or {"metrics": [metric]}
    )
    rows = []
    for place, variant in enumerate(study.variants):
        for replicate in range(5):
            stride, rate = variant.settings["model.downsample"] == "stride", variant.settings["model.dense_dropout"]
            value = gain(stride, rate) * (1 + SPREAD[(replicate + place**2) % 5])
            rows.append(trial(study, len(rows), dict(variant.settings), replicate, **{metric: value}))
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def test_main_effects_lead_the_answer_and_single_variants_follow():
    told = grid(lambda stride, rate: 0.9 - 0.02 * stride + 0.03 * (rate == 0.5))
    assert told.sentences[0] == (
        "Averaged over the other factors, dropout 0.5 instead of none gains 3.00 points of test accuracy (2.98 to "
        "3.02); worse with a stride (−2.00 points, −2.00 to −2.00); not decided yet with dropout 0.25."
    )
    assert told.sentences[1].startswith(
        "In test accuracy, against base (downsample=max_pool, dense_dropout=0): better with dropout 0.5 (+3.00 points, "
    )
    assert told.headline == told.sentences[0]


def test_levels_that_do_not_add_up_are_told():
    told = grid(lambda stride, rate: 0.9 + 0.03 * (stride and rate == 0.5))
    assert told.sentences[1].startswith(
        "What they do to test accuracy does not simply add up: a stride with dropout 0.5 is better than their sum (+3.0"
    )
    times = grid(
        lambda stride, rate: 8.0 * (2 if stride else 1) * (0.5 if stride and rate else 1), metric="train_seconds"
    )
    assert times.sentences[1].startswith("What they do to training seconds does not simply add up: ")
    assert " is better than their product (−50 %, −50 to −50 %)" in times.sentences[1]


def test_where_nothing_is_sure_it_says_so():
    told = grid(lambda stride, rate: 0.9)
    assert told.sentences[0].startswith(
        "Not decided yet, averaged over the other factors, whether a stride, dropout 0.25 or dropout 0.5 changes test "
        "accuracy."
    )
    alike = grid(lambda stride, rate: 0.9, {"metrics": ["test_accuracy"], "margin": {"test_accuracy": 0.01}})
    assert alike.sentences[0].startswith(
        "Averaged over the other factors, no level is shown to change test accuracy; equivalent with "
    )
    assert "add up" not in alike.sentences[1]


def test_only_worse_levels():
    told = grid(lambda stride, rate: 0.9 - 0.02 * stride - 0.01 * (rate == 0.5) - 0.03 * (rate == 0.25))
    assert told.sentences[0].startswith(
        "Averaged over the other factors, dropout 0.25 instead of none costs 3.00 points of test accuracy ("
    )
    assert "; also worse with a stride (−2.0" in told.sentences[0]
