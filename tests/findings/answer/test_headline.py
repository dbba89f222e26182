import pandas as pd
import pytest

from harness.findings.answer.clauses import clause, plural
from harness.findings.answer.headline import in_one
from harness.findings.answer.phrases import Words
from harness.judging import Contrast
from harness.reports import report
from harness.stats import Verdict
from tests.findings.conftest import make_study, trial
from tests.findings.test_rows import explored, search

BETTER, WORSE = Verdict.BETTER, Verdict.WORSE


@pytest.mark.parametrize(
    ("contrast", "expected"),
    [
        (("test_accuracy", "difference", 0.0015, 0.001, 0.0022, BETTER),
         "gains 0.15 points of test accuracy (0.10 to 0.22)"),
        (("test_accuracy", "difference", -0.0098, -0.0126, -0.007, WORSE),
         "costs 0.98 points of test accuracy (0.70 to 1.26)"),
        (("test_loss", "difference", 0.0976, 0.0931, 0.1021, WORSE),
         "raises the test loss by 0.0976 (0.0931 to 0.1021)"),
        (("seconds_to_target", "ratio", 0.65, 0.6, 0.7, BETTER), "reaches 97 % in 35 % less time (30 to 40 %)"),
        (("seconds_to_target", "ratio", 0.045, 0.04, 0.05, BETTER), "reaches 97 % 22 times faster (20 to 25)"),
        (("steps_to_target", "ratio", 1.65, 1.6, 1.7, WORSE), "needs 65 % more steps to 97 % (60 to 70 %)"),
        (("steps_to_target", "ratio", 0.8, 0.75, 0.85, BETTER), "reaches 97 % in 20 % fewer steps (15 to 25 %)"),
        (("train_seconds", "ratio", 10.32, 8.35, 12.77, WORSE), "trains in 10 times the time (8.3 to 13)"),
        (("train_seconds", "ratio", 0.73, 0.67, 0.8, BETTER), "trains in 27 % less time (20 to 33 %)"),
        (("images_per_second", "ratio", 1.5, 1.4, 1.6, BETTER), "trains on 50 % more images per second (40 to 60 %)"),
        (("parameters", "exact", 3.82, float("nan"), float("nan"), WORSE), "has 3.8 times the parameters"),
        (("macs", "exact", 0.46, float("nan"), float("nan"), BETTER), "needs 54 % fewer multiply-accumulates"),
        (("parameters", "exact", 0.999, float("nan"), float("nan"), Verdict.EQUIVALENT),
         "has about as many parameters (0.1 % fewer)"),
        (("macs", "exact", 1.0, float("nan"), float("nan"), Verdict.IDENTICAL), "needs as many multiply-accumulates"),
    ],
)  # fmt: skip
def test_what_a_comparison_comes_to(contrast, expected):
    metric, kind, estimate, low, high, verdict = contrast
    said = clause(Contrast(metric, kind, estimate, low, high, verdict=verdict), "97 %")
    assert said.text == expected
    assert said.good == {BETTER: 1, WORSE: -1}.get(verdict, 0)


def test_verbs_in_the_plural():
    verbs = (
        "gains 1",
        "costs 1",
        "reaches 97 %",
        "has 1",
        "is as good",
        "needs 2",
        "raises it",
        "gives it",
        "puts out 1",
    )
    assert [plural(text) for text in verbs] == [
        *("gain 1", "cost 1", "reach 97 %", "have 1", "are as good", "need 2", "raise it", "give it", "put out 1")
    ]


def row(*contrasts):
    study = search()
    found = report(study, pd.DataFrame([explored(study, 0, 1e-4, 0.97)]), pd.DataFrame()).rows[0]
    return found.__class__(**{**vars(found), "contrasts": contrasts})


def test_a_price_comes_after_a_but_and_a_verb_is_said_once():
    gain = Contrast("test_accuracy", "difference", 0.0015, 0.001, 0.0022, verdict=BETTER)
    more = Contrast("macs", "exact", 1.93, verdict=WORSE), Contrast("parameters", "exact", 1.06, verdict=WORSE)
    assert in_one(row(gain, *more), Words("32 filters in the first layer", True, "32", "16"), "") == (
        "32 filters in the first layer instead of 16 gain 0.15 points of test accuracy (0.10 to 0.22), but need 93 % "
        "more multiply-accumulates and have 6 % more parameters."
    )
    loss = Contrast("val_accuracy", "difference", 0.0025, 0.001, 0.004, verdict=BETTER)
    assert in_one(row(gain, loss), Words("a stride"), "") == (
        "A stride gains 0.15 points of test accuracy (0.10 to 0.22) and 0.25 points of validation accuracy (0.10 to "
        "0.40)."
    )


def test_a_note_and_the_target_are_said_once():
    steps = Contrast("steps_to_target", "ratio", 1.65, 1.6, 1.7, verdict=WORSE, note="so it is")
    seconds = Contrast("seconds_to_target", "ratio", 0.65, 0.6, 0.7, verdict=BETTER, note="so it is")
    assert in_one(row(steps, seconds), Words("a stride"), "97 % validation accuracy") == (
        "A stride needs 65 % more steps to 97 % validation accuracy (60 to 70 %; so it is), but reaches it in 35 % "
        "less time (30 to 40 %)."
    )


def told(yes, gains):
    """Return the headline of variants with these gains in test accuracy; None is one that is noise."""
    levels = ["max_pool", "stride", "average_pool", "none"][: len(gains) + 1]
    study = make_study(
        design={"kind": "one_at_a_time", "replicates": 5, "factors": {"model.downsample": levels}},
        report={"metrics": ["test_accuracy"], "yes": yes, "margin": {"test_accuracy": 0.005}},
    )
    rows = []
    for level, gain in zip(levels, [0.0, *gains], strict=True):
        for replicate in range(5):
            noise = 0.0002 * ((replicate * 3 + len(level)) % 5) if gain is not None else 0.03 * (-1) ** replicate
            accuracy = 0.95 + (gain or 0.0) + noise
            rows.append(trial(study, len(rows), {"model.downsample": level}, replicate, test_accuracy=accuracy))
    return report(study, pd.DataFrame(rows), pd.DataFrame()).headline


@pytest.mark.parametrize(
    ("yes", "gains", "expected"),
    [
        ("better", [0.01], "Yes. A stride instead of max-pooling gains 1.0"),
        ("better", [-0.01], "No. A stride instead of max-pooling costs "),
        ("better", [0.0], "No. A stride instead of max-pooling is as good in test accuracy ("),
        ("as_good", [0.0], "Yes. A stride instead of max-pooling is as good in test accuracy ("),
        ("as_good", [-0.01], "No. A stride instead of max-pooling costs "),
        ("worse", [-0.01], "Yes. A stride instead of max-pooling costs "),
        ("better", [None], "Not decided yet what a stride instead of max-pooling does to test accuracy ("),
        # of several one is enough for a yes, and it takes all for a no
        ("better", [-0.01, None, 0.01], "Yes. No pooling instead of max-pooling gains "),
        ("better", [-0.01, None, 0.0],
         "Not decided yet. None of 3 variants is better in test accuracy than max-pooling: 1 "),
        ("better", [-0.01, -0.02, 0.0],
         "No. None of 3 variants is better in test accuracy than max-pooling: 1 is as good"),
        (None, [0.01], "A stride instead of max-pooling gains 1.0"),
    ],
)  # fmt: skip
def test_yes_and_no_are_said_where_the_study_says_what_a_yes_is(yes, gains, expected):
    assert told(yes, gains).startswith(expected)


@pytest.mark.parametrize(
    ("value", "yes", "expected"),
    [
        (0.988, "as_good", "Yes. Test accuracy comes to 98.70 % ("),  # in the range of single trainings: 98.20 to 99.20
        (0.9, "as_good", "Yes. Test accuracy comes to 98.70 % ("),  # ours is better
        (0.995, "as_good", "No. Test accuracy comes to 98.70 % ("),
        (0.995, None, "Test accuracy comes to 98.70 % ("),
    ],
)
def test_a_network_alone_reaches_a_reference_value_or_does_not(value, yes, expected):
    reference = {"name": "published", "metric": "test_accuracy", "value": value, "source": "a paper"}
    study = make_study(
        design={"kind": "factorial", "replicates": 3},
        report={"metrics": ["test_accuracy"], "yes": yes, "reference": [reference]},
    )
    rows = [trial(study, n, {}, n, test_accuracy=accuracy) for n, accuracy in enumerate([0.986, 0.987, 0.988])]
    assert report(study, pd.DataFrame(rows), pd.DataFrame()).headline.startswith(expected)
    few = report(study, pd.DataFrame(rows[:2]), pd.DataFrame()).headline
    assert few.startswith("Not decided yet. Test accuracy" if yes else "Test accuracy")
