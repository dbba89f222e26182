import pandas as pd

from harness.findings.facts import facts_of
from harness.findings.questions.unfinished import analyse
from tests.findings.conftest import POOL, STRIDE, make_study, trial
from tests.findings.test_rows import explored, search

BOTH = ["max_pool", "stride"]


def said(study, rows):
    return analyse(facts_of(study, pd.DataFrame(rows), pd.DataFrame())).before


def grid(replicates, levels=BOTH, **changes):
    design = {"kind": "factorial", "replicates": replicates, "factors": {"model.downsample": levels}}
    return make_study(design=design, report={"metrics": ["test_accuracy"]}, **changes)


def test_nothing_is_said_of_a_whole_study(study, trials, history):
    assert analyse(facts_of(study, trials, history)).before == ()


def test_what_failed_is_not_missing(study, trials, history):
    trials.loc[trials["trial"] == 5, ["status", "stop_reason"]] = ["failed", None]
    assert analyse(facts_of(study, trials, history)).before == ()


def test_what_was_cut_off_is(study, trials, history):
    trials.loc[trials["trial"] == 5, ["status", "stop_reason"]] = ["killed", "interrupted"]
    (sentence,) = analyse(facts_of(study, trials, history)).before
    assert sentence.startswith("This study is unfinished: 5 of 6 trainings are done, 2 whole replicates of every")


def test_variants_without_a_training_are_named():
    study = grid(3, [*BOTH, "none"], budget={"minutes": 4, "trainings": 7})
    rows = [trial(study, 0, POOL, 0), trial(study, 1, STRIDE, 0)]
    assert said(study, rows) == (
        "This study is unfinished: 2 of 9 trainings are done, 0 whole replicates of every variant. downsample=none has "
        "none. Its budget: 7 trainings and 4 minutes, of which 2.0 are spent.",
    )


def test_an_adaptive_study_says_what_its_next_look_needs():
    study = grid({"min": 3, "max": 30})
    rows = [trial(study, 2 * n + k, way, n) for n in range(2) for k, way in enumerate((POOL, STRIDE))]
    assert said(study, rows) == (
        "This study is unfinished: 4 trainings done, 2 more before the next look, 2 whole replicates of every variant.",
    )


def test_after_a_look_it_says_what_is_open_and_what_would_decide_it():
    study = grid({"min": 3, "max": 30})
    accuracies = [(0.98, 0.981), (0.979, 0.9812), (0.981, 0.9815)]
    rows = [
        trial(study, 2 * n + k, (POOL, STRIDE)[k], n, test_accuracy=pair[k])
        for n, pair in enumerate(accuracies)
        for k in range(2)
    ]
    (sentence,) = said(study, rows)
    assert sentence.startswith(
        "This study is unfinished: 6 trainings done, 4 more before the next look, 3 whole replicates of every variant. "
        "Undecided so far: a stride in test accuracy (about "
    )
    assert sentence.endswith(" more replicates, but all 30 may not do).")


def test_a_decided_study_has_nothing_missing():
    study = grid({"min": 3, "max": 30})
    accuracies = [(0.98, 0.9900), (0.981, 0.9911), (0.982, 0.9919)]
    rows = [
        trial(study, 2 * n + k, (POOL, STRIDE)[k], n, test_accuracy=pair[k])
        for n, pair in enumerate(accuracies)
        for k in range(2)
    ]
    assert said(study, rows) == ()


def test_a_search_says_how_far_it_came_and_whether_its_best_are_confirmed():
    study = search()  # of 4 trainings
    rows = [explored(study, 0, 1e-4, 0.97), explored(study, 1, 1e-3, 0.99)]
    assert said(study, rows) == (
        "This study is unfinished: of its search 2 of 4 trainings are done, and nothing is confirmed, so that nothing "
        "is claimed.",
    )

    def confirm(number, rate, replicate, **values):
        return trial(study, number, {"train.learning_rate": rate}, replicate, phase="confirm", **values)

    rows += [confirm(2 + n, (1e-4, 1e-3)[n % 2], 1000 + n // 2) for n in range(6)]
    assert said(study, rows) == (
        "This study is unfinished: of its search 2 of 4 trainings are done; what was best of these is confirmed. More "
        "of it may find better.",
    )
    assert said(study, rows[:-1]) == (
        "This study is unfinished: of its search 2 of 4 trainings are done, and the confirmations are not all there, "
        "so that there are no verdicts yet.",
    )
    assert said(study, [*rows, explored(study, 8, 2e-3, 0.9), explored(study, 9, 3e-3, 0.9)]) == ()
