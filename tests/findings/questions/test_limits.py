import pandas as pd
import pytest

from harness.reports import report
from tests.findings.conftest import POOL, STRIDE, make_study, trial


def test_images_that_changed_between_trials_are_named(study, trials, history):
    trials["data_digest"] = ["aaaa"] * (len(trials) - 1) + ["bbbb"]
    (remark,) = [text for text in report(study, trials, history).remarks if "images" in text]
    assert remark.startswith(f"The images of {study.data.name} changed between trials (aaaa and bbbb)")


@pytest.mark.parametrize(("odd", "told"), [(-0.0001, 1), (0.0001, 0)])
def test_the_permutation_test_may_not_agree(odd, told):
    # five pairs of 0.4 points and an odd one: t = 4.9, p = 0.005; of 64 flips 4 are as extreme, or 2 if it agrees
    study = make_study(report={"metrics": ["test_accuracy"]})
    rows = [trial(study, n, POOL, n, test_accuracy=0.98) for n in range(6)]
    rows += [trial(study, 6 + n, STRIDE, n, test_accuracy=0.98 + gain) for n, gain in enumerate([0.004] * 5 + [odd])]
    remarks = report(study, pd.DataFrame(rows), pd.DataFrame()).remarks
    said = [remark for remark in remarks if "does not confirm" in remark]
    assert len(said) == told
    assert all(remark.endswith("does not confirm: downsample=stride in test accuracy (p = 0.062).") for remark in said)


def test_remarks_name_what_limits_the_numbers(study, trials, history):
    trials.loc[trials["trial"] == 5, "workers"] = 1
    trials.loc[trials["trial"] == 0, "status"] = "killed"
    trials.loc[trials["trial"] == 1, "stop_reason"] = "not_finite"
    assert report(study, trials, history).remarks == (
        "Not in the numbers: 1 killed of 6 trials.",
        "Some variants have only 2 finished trials: intervals and p-values lean on differences that are about normally "
        "distributed.",
        "1 training diverged, to losses or weights that are no finite numbers: no scores, and the target counts as "
        "missed.",
        "Seconds are not compared for downsample=stride, because the trials ran in different places: workers 1 and 2.",
        "The answer took 5 trainings: 1.2 core-minutes of processors, by the recorded clocks.",
    )


def test_equal_trainings_that_took_unequally_long_are_said(study, trials, history):
    """Three of one variant on one machine: 8, 8 and 15.2 seconds for as many steps."""
    trials.loc[trials["trial"] == 2, "train_seconds"] = 15.2
    (said,) = [text for text in report(study, trials, history).remarks if "slowest" in text]
    assert said.startswith("Of equal trainings the slowest took 1.9 times as long a step as the fastest (base): ")
    trials.loc[trials["trial"] == 5, "train_seconds"] = 16
    (said,) = [text for text in report(study, trials, history).remarks if "slowest" in text]
    assert "took 2.0 times as long a step as the fastest (downsample=stride; 2 of 2 variants are uneven): " in said


def test_a_time_budget_that_others_used_is_said(study, trials, history):
    trials.loc[trials["trial"].isin([0, 1]), "stop_reason"] = "time_budget"
    trials.loc[trials["trial"].isin([1, 2]), "foreign_load"] = 0.5
    (said,) = [text for text in report(study, trials, history).remarks if "time budget" in text]
    assert said.startswith("1 training ended by the time budget while others used the machine: with fewer steps")


@pytest.mark.parametrize(
    "changes",
    [
        {"train_seconds": 11.9},  # less than half as long again
        {"train_seconds": 16.0, "steps": 2000},  # twice the steps
        {"train_seconds": 16.0, "processor": "Xeon 6972P"},  # elsewhere
        {"train_seconds": 16.0, "foreign_load": 0.5},  # left out, which is said by another sentence
        {"train_seconds": 0.4},  # over before the machine has settled
        {"train_seconds": 1.6, "stop_reason": "not_finite"},
    ],
    ids=lambda changes: next(reversed(changes)),
)
def test_trainings_that_are_not_equal_or_nearly_as_long_are_not_uneven(study, trials, history, changes):
    trials.loc[trials["trial"] == 2, list(changes)] = list(changes.values())
    assert not any("slowest" in text for text in report(study, trials, history).remarks)


def test_trials_that_never_began_do_not_change_the_images(study, trials, history):
    killed = trial(study, 6, {"model.downsample": "stride"}, 3, status="killed", stop_reason="interrupted")
    killed |= dict.fromkeys(("data_digest", "processor", "threads", "workers", "git_revision", "version"))
    both = pd.concat([trials, pd.DataFrame([killed])], ignore_index=True)
    found = report(study, both, history)
    assert "Not in the numbers: 1 killed of 7 trials." in found.remarks
    assert not any("changed between trials" in text for text in found.remarks)
    changed = report(study, both.assign(data_digest=["a", "b", "a", "a", "a", "a", None]), history)
    assert any(text.startswith("The images of mnist changed between trials (a and b)") for text in changed.remarks)


def test_trials_of_other_variants_are_said(study, trials, history):
    found = report(study, trials.assign(digest=[*trials["digest"][:5], "0123456789ab"]), history)
    assert "1 trial of variants that the study does not plan: downsample=stride." in found.remarks


def test_spreads_that_differ_are_said():
    study = make_study(report={"metrics": ["test_accuracy"]})
    wild = [0.98, 0.93, 0.96, 0.97, 0.9]
    rows = [trial(study, n, POOL, n, test_accuracy=0.98 + 0.0001 * (n % 3)) for n in range(5)]
    rows += [trial(study, 5 + n, STRIDE, n, test_accuracy=value) for n, value in enumerate(wild)]
    found = report(study, pd.DataFrame(rows), pd.DataFrame())
    (said,) = [remark for remark in found.remarks if "steady" in remark]
    assert said == (
        "Trainings differ in how steady they are: against the base, downsample=stride spreads 391 times as widely in "
        "test accuracy. Intervals there are widened. "
        "A failure that is rare may be missing from 5 pairs."
    )


@pytest.mark.parametrize(("replicates", "told"), [(3, 1), (4, 0)])
def test_times_that_no_p_could_have_decided_are_said(replicates, told):
    study = make_study(report={"metrics": ["steps_to_target"]})
    rows = [trial(study, n, POOL, n, steps_to_target=500.0 + n) for n in range(replicates)]
    rows += [trial(study, 50 + n, STRIDE, n, steps_to_target=[490.0, None][n % 2]) for n in range(replicates)]
    remarks = report(study, pd.DataFrame(rows), pd.DataFrame()).remarks
    assert (
        "With 3 replicates steps to target cannot be decided where a training misses its target: p is at least 0.1, "
        "and 0.05 is needed. 4 replicates can."
    ) in remarks or not told
    assert sum("misses its target" in remark for remark in remarks) == told
