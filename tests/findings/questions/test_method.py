import pandas as pd
import pytest

from harness.findings.questions.method import held_fixed
from harness.reports import report
from tests.findings.conftest import POOL, STRIDE, make_study, trial
from tests.findings.test_rows import search


def test_held_fixed_leaves_out_what_varies_and_what_is_unused(study):
    held = held_fixed(study)
    assert "model.downsample" not in held
    assert held["model.conv"] == "16@5x5 36@5x5"
    assert held["train.optimizer"] == "adam"
    assert "train.momentum" not in held  # of sgd only
    assert "model.initializer_stddev" in held  # hvass02 draws from a truncated normal


def test_a_factor_within_a_list_is_not_held_fixed():
    design = {"kind": "factorial", "factors": {"model.conv.0.filters": [8, 16]}}
    assert "model.conv" not in held_fixed(make_study(design=design))
    assert "train.learning_rate" not in held_fixed(search())


def test_how_it_was_measured(study, trials, history):
    trials.loc[trials["trial"] == 5, ["status", "stop_reason", "error"]] = ["failed", None, "out of memory"]
    told = report(study, trials, history).measured
    assert told["Trials"] == (
        "6 trials: 5 finished and 1 failed. Trainings ended by: maximum 5. Trial 5 failed: out of memory."
    )
    assert told["Machine"] == "Xeon 8581C (cpu, 1 thread, 2 workers at a time): 6 trials."
    assert told["Versions"].startswith("harness 0.1.0; tensorflow 2.21.0; Keras 3.15.1; Python 3.11.9")
    assert told["When"] == "2026-03-01 10:00 to 2026-03-01 10:06 UTC; 48.0 seconds of training in all."
    assert "seed 0" in told["Replicates"]


def test_without_trials_only_the_rules_are_told(study):
    assert set(report(study, pd.DataFrame(), pd.DataFrame()).measured) == {
        *("Clock", "Splits", "Statistics", "Replicates"),
    }


def test_images_that_changed_between_trials_are_named(study, trials, history):
    trials["data_digest"] = ["aaaa"] * (len(trials) - 1) + ["bbbb"]
    (remark,) = [text for text in report(study, trials, history).remarks if "images" in text]
    assert remark.startswith(f"The images of {study.data.name} changed between trials (aaaa and bbbb)")


def test_adaptive_replicates_say_what_they_saved(trials, history):
    given = {"kind": "factorial", "replicates": {"min": 3, "max": 30}}
    study = make_study(design={**given, "factors": {"model.downsample": ["max_pool", "stride"]}})
    told = report(study, trials, history).measured
    assert told["Replicates"].startswith(
        "Planned: 3 replicates of each variant, then up to 30 of those whose comparison with the reference is "
        "undecided."
    )
    assert told["Replicates"].endswith("It took 6 trainings; 30 of every variant would have been 60: 54 were saved.")
    assert "The data were looked at after 3, 5, 8, 12, 18 and 30 replicates" in told["Statistics"]


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
        "1 training broke off because the loss was not a number.",
        "Seconds are not compared for downsample=stride, because the trials ran in different places: workers 1 and 2.",
    )


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
