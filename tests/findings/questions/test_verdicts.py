import numpy as np
import pandas as pd
import pytest

from harness.reports import report
from tests.findings.conftest import POOL, STRIDE, make_study, trial
from tests.findings.test_rows import explored, search


def test_a_variant_in_one_sentence(study, trials, history):
    trials["seconds_to_target"] = [4.0, 5.0, 6.0, 2.1, 2.5, 2.9]
    assert report(study, trials, history).sentences == (
        "A stride instead of max-pooling reaches 98 % validation accuracy in 50 % less time (44 to 55 %) and has 50 % "
        "fewer parameters. Not decided yet: test accuracy (−0.46 to +0.06 points; about 12 to 59 more replicates would "
        "tell).",
    )


def test_the_headline_is_the_first_sentence_whatever_else_comes_before_the_answer(study, trials, history):
    told = report(study, trials, history)
    assert told.headline == told.sentences[0]
    unfinished = report(study, trials.iloc[:-1], history)
    assert unfinished.headline == unfinished.sentences[0]
    assert unfinished.headline.startswith("A stride instead of max-pooling ")
    assert unfinished.sentences[1].startswith("This study is unfinished: ")
    nothing = report(study, pd.DataFrame(), pd.DataFrame())
    assert nothing.headline == nothing.sentences[0]


def test_censored(study, trials, history):
    trials.loc[trials["trial"] == 3, ["seconds_to_target", "steps_to_target"]] = np.nan
    (sentence,) = report(study, trials, history).sentences
    assert "seconds to target (any ratio; " in sentence
    assert sentence.endswith("; 1 of 3 never reached it; base: 0 of 3).")


def test_many_variants_in_short():
    levels = ["max_pool", "stride", "average_pool", "none"]
    study = make_study(
        design={"kind": "one_at_a_time", "factors": {"model.downsample": levels}}, report={"metrics": ["test_accuracy"]}
    )
    rows = []
    for level in levels:
        for replicate in range(2):
            accuracy = 0.98 + 0.001 * replicate * (level == "stride")
            rows.append(trial(study, len(rows), {"model.downsample": level}, replicate, test_accuracy=accuracy))
    # each has its own figure: of stride differences are 0 and 0.1 points, of the others none
    assert report(study, pd.DataFrame(rows), pd.DataFrame()).sentences == (
        "Not decided yet: none of 3 variants is shown to be better or worse in test accuracy than max-pooling.",
        "In test accuracy, against base (downsample=max_pool): not decided yet with a stride (about 27 to over 100 "
        "more replicates would tell), average pooling (about 41 to over 100 more replicates would tell; every pair "
        "gives the same) and no pooling (about 41 to over 100 more replicates would tell; every pair gives the same).",
    )


def test_of_many_undecided_variants_the_one_ahead_is_named():
    rates = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    study = make_study(
        design={"kind": "one_at_a_time", "factors": {"model.dense_dropout": rates}},
        report={"metrics": ["test_accuracy"]},
    )
    rows = []
    for rate in rates:
        for replicate in range(2):
            accuracy = 0.95 + (0.01 * replicate if rate == 0.4 else 0)
            rows.append(trial(study, len(rows), {"model.dense_dropout": rate}, replicate, test_accuracy=accuracy))
    _, sentence = report(study, pd.DataFrame(rows), pd.DataFrame()).sentences
    # differences 0 and 1 points: 0.5 plus and minus 12.706 * 0.7071 / sqrt(2)
    assert ": not decided yet with 6 variants, led by dropout 0.4 (+0.50 points, −6.56 to +7.56; about" in sentence


def test_of_many_variants_the_best_is_named_first():
    levels = ["max_pool", "stride", "average_pool", "none"]
    study = make_study(
        design={"kind": "one_at_a_time", "factors": {"model.downsample": levels}}, report={"metrics": ["test_accuracy"]}
    )
    gains = {"max_pool": 0.0, "stride": 0.01, "average_pool": 0.02, "none": -0.03}
    rows = []
    for level in levels:
        for replicate in range(3):
            accuracy = 0.95 + gains[level] + 0.001 * replicate * (level != "max_pool")
            rows.append(trial(study, len(rows), {"model.downsample": level}, replicate, test_accuracy=accuracy))
    # differences of average_pool: 2.0, 2.1 and 2.2 points; 4.30265 * 0.1 / sqrt(3) = 0.248
    assert report(study, pd.DataFrame(rows), pd.DataFrame()).sentences == (
        "Average pooling instead of max-pooling gains 2.10 points of test accuracy (1.84 to 2.36; the most of 2 that "
        "are better, which were not compared with each other).",
        "In test accuracy, against base (downsample=max_pool): better with average pooling (+2.10 points, +1.84 to "
        "+2.36) and a stride (+1.10 points, +0.84 to +1.36); worse with no pooling (−2.90 points, −3.16 to −2.64).",
    )


def test_nothing_finished(study, trials, history):
    assert report(study, pd.DataFrame(), pd.DataFrame()).sentences == (
        "No trial has finished yet, so there is nothing to compare.",
    )
    trials["status"], trials["error"] = "failed", "no images"
    assert report(study, trials, history).sentences[0].endswith("The first error: no images")


def test_a_variant_whose_trials_all_failed(study, trials, history):
    trials.loc[trials["variant"] != "base", ["status", "error"]] = ["failed", "out of memory"]
    assert report(study, trials, history).sentences == (
        "downsample=stride has no finished trial; 3 trials failed: out of memory.",
        "Only base (downsample=max_pool) has finished trials.",
    )


def test_a_base_whose_trials_all_failed(study, trials, history):
    trials.loc[trials["variant"] == "base", "status"] = "failed"
    assert report(study, trials, history).sentences == (
        "No trial of base (downsample=max_pool) has finished, so nothing can be compared with it.",
    )


def test_one_trial_each(study):
    rows = [trial(study, 0, POOL, 0), trial(study, 1, STRIDE, 0, test_accuracy=0.9812)]
    comparison = report(study, pd.DataFrame(rows), pd.DataFrame())
    assert "Without a verdict: test accuracy, +0.12 points so far" in comparison.sentences[0]
    assert "(1 pair has no interval)" in comparison.sentences[0]
    assert "trained once" in comparison.remarks[0]


def test_a_search_before_and_after_confirmation():
    study = search()
    rows = [explored(study, 0, 1e-4, 0.97), explored(study, 1, 1e-3, 0.99)]
    before = report(study, pd.DataFrame(rows), pd.DataFrame())
    assert before.sentences[:1] == (
        "Of 2 variants that finished a trial, 0 have been trained again with fresh replicates, so that this is "
        "exploration, no claim; so far, a learning rate of 0.001 has the best validation accuracy (99.00 %, 1 trial).",
    )
    for number, (rate, accuracy) in enumerate([(1e-4, 0.97), (1e-4, 0.972), (1e-3, 0.98), (1e-3, 0.984)], 2):
        confirming = {"phase": "confirm", "val_accuracy": accuracy, "test_accuracy": accuracy}
        rows.append(trial(study, number, {"train.learning_rate": rate}, 100 + number % 2, **confirming))
    first, _, second = report(study, pd.DataFrame(rows), pd.DataFrame()).sentences
    assert first == (
        "Of 2 variants that finished a trial, 2 were trained again with fresh replicates; of these, a "
        "learning rate of 0.001 has the best validation accuracy (98.20 %, mean of 2 trials)."
    )
    assert second.startswith(
        "A learning rate of 0.001 instead of 0.0001 cannot be judged. Without a verdict: test accuracy, +1.10 "
    )


def same_trainings(trials):
    ends = trials["replicate"].astype(str)
    return trials.assign(test_accuracy=0.98, weights_digest="w" + ends, history_digest="h" + ends, parameters=7)


def test_trainings_that_are_the_same_to_the_bit(study, trials, history):
    found = report(study, same_trainings(trials), history)
    assert found.sentences == (
        "A stride instead of max-pooling gives the same test accuracy (bit by bit) and has as many parameters. Not "
        "decided yet: seconds to target (every pair gives the same).",
    )


def test_an_equivalence_says_the_interval_that_decided_it(trials, history):
    study = make_study(report={"metrics": ["test_accuracy"], "margin": {"test_accuracy": 0.01}})
    # differences −0.1, −0.2 and −0.3 points; t(0.95, 2) = 2.91999 times 0.1 / sqrt(3)
    (said,) = report(study, trials, history).sentences
    assert said == (
        "A stride instead of max-pooling is as good in test accuracy (91 % interval −0.38 to −0.02 points)."
    )


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (
            ["max_pool", "stride"],
            "A stride instead of max-pooling needs 107 % more steps to 98 % validation accuracy (100 to 125 %; 1 of 10 "
            "never reached it; base: 0 of 10).",
        ),
        (
            ["max_pool", "stride", "average_pool", "none"],
            "In steps to target, against base (downsample=max_pool): worse with a stride (+107 %, +100 to +125 %; 1 of "
            "10 never reached it, base: 0 of 10); not decided yet with average pooling (every pair gives the same) and "
            "no pooling (100 more replicates may not tell).",
        ),
    ],
)
def test_how_many_never_reached_the_target_is_said_beside_each_time_ratio(levels, expected):
    """Stride takes twice the steps, and one of its ten trainings never reaches the target."""
    design = {"kind": "one_at_a_time", "factors": {"model.downsample": levels}, "replicates": 10}
    study = make_study(design=design, report={"metrics": ["steps_to_target"]})
    rows = []
    for level in levels:
        for replicate in range(10):
            steps = (200 + 10 * replicate) * (2 if level == "stride" else 1) + 3 * (level == "none") * (-1) ** replicate
            reached = np.nan if level == "stride" and replicate == 4 else steps
            rows.append(trial(study, len(rows), {"model.downsample": level}, replicate, steps_to_target=reached))
    found = report(study, pd.DataFrame(rows), pd.DataFrame())
    assert found.sentences[0 if len(levels) == 2 else 1] == expected


def test_what_most_never_reached_takes_at_least(history):
    study = make_study(report={"metrics": ["steps_to_target"]})
    rows = [trial(study, n, POOL, n, steps_to_target=400.0 + n, seconds_to_target=4.0) for n in range(5)]
    late = [*rows, *(trial(study, 5 + n, STRIDE, n, steps_to_target=900.0 if n == 4 else None) for n in range(5))]
    found = report(study, pd.DataFrame(late), history)
    (sentence,) = found.sentences
    # up to 900 / 402 three of the base are seen before all others
    assert sentence == (
        "A stride instead of max-pooling needs at least 124 % more steps to 98 % validation accuracy (4 of 5 never "
        "reached it; base: 0 of 5)."
    )
    assert found.rows[1].contrasts[0].estimate > 2.24


def adaptive(levels, accuracies, replicates, stop=None):
    """Return the report of variants with these test accuracies, of which None is still to be trained."""
    study = make_study(
        design={"kind": "one_at_a_time", "factors": {"model.downsample": levels}, "replicates": replicates},
        report={"metrics": ["test_accuracy"]},
    )
    rows = []
    for level, values in zip(levels, accuracies, strict=True):
        for replicate, accuracy in enumerate(values):
            ended = {"stop_reason": "not_finite"} if stop == (level, replicate) else {}
            rows.append(
                trial(study, len(rows), {"model.downsample": level}, replicate, test_accuracy=accuracy, **ended)
            )
    return report(study, pd.DataFrame(rows), pd.DataFrame())


def test_where_nothing_was_tested_there_is_no_verdict_to_be_undecided():
    found = adaptive(["max_pool", "stride"], [[0.98, 0.981, 0.979, 0.98], [0.985, 0.984, 0.986, 0.985]], 10)
    assert found.headline == (
        "A stride instead of max-pooling cannot be judged. Without a verdict: test accuracy, +0.50 points so far (the "
        "study is unfinished: verdicts come after 10 replicates of each)."
    )


def test_of_many_variants_those_without_a_verdict_are_not_among_the_undecided():
    levels = ["max_pool", "stride", "average_pool", "none"]
    noise = [0.0, 0.001, -0.001, 0.002, -0.002]
    values = [[0.97 + one for one in way] for way in (noise, noise[::-1], noise[2:] + noise[:2], noise)]
    lead, sentence = adaptive(levels, values, 5, stop=("stride", 1)).sentences
    assert lead == (
        "None of 3 variants is better in test accuracy than max-pooling: 2 are not decided yet and 1 has no verdict."
    )
    assert sentence.endswith("; without a verdict with a stride (1 of 5 without a value, base: 0).")
    assert "not decided yet with average pooling (" in sentence
    early = adaptive(levels, [one[:4] for one in values], 5)
    assert early.headline == (
        "In test accuracy, against base (downsample=max_pool): without a verdict with no pooling, a stride and average "
        "pooling (the study is unfinished: verdicts come after 5 replicates of each)."
    )


def test_a_look_that_decided_is_told_where_later_replicates_say_otherwise():
    gone = [0.99, 0.9901, 0.9899, 0.9902, 0.99, 0.97, 0.96, 0.95, 0.97]
    found = adaptive(["max_pool", "stride"], [[0.98] * 9, gone], {"min": 3, "max": 9})
    told = "of the look after 5 replicates, which decided it"
    assert (
        found.headline == f"A stride instead of max-pooling gains 1.00 points of test accuracy (0.96 to 1.05; {told})."
    )


def test_a_target_that_nobody_reached_has_no_ratio():
    study = make_study(report={"metrics": ["steps_to_target"]})
    rows = [trial(study, 5 * place + n, one, n) for place, one in enumerate((POOL, STRIDE)) for n in range(3)]
    found = report(study, pd.DataFrame(rows), pd.DataFrame())
    assert found.sentences == (
        "A stride instead of max-pooling cannot be judged. Without a verdict: steps to target (3 of 3 never reached "
        "it; base: 3 of 3).",
    )
