import pandas as pd

from harness.findings.questions.method import held_fixed
from harness.reports import report
from tests.findings.conftest import make_study
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
    # six trials of a minute each, one after the other; 8 + 2 + 1.5 + 0.5 + 0.1 seconds each with one thread
    assert told["Spent"] == (
        "6 minutes, without pauses; 1.2 core-minutes: all clocks of a finished training times its threads."
    )


def test_processors_of_one_name_are_told_apart(study, trials, history):
    trials["processor_model"] = "family 6, model 143, stepping 8"
    trials["instructions"] = ["avx2"] * 2 + ["avx2+amx_bf16"] * 4
    assert report(study, trials, history).measured["Machine"] == (
        "Xeon 8581C (cpu, family 6, model 143, stepping 8, avx2+amx_bf16, 1 thread, 2 workers at a time): 4 trials; "
        "Xeon 8581C (cpu, family 6, model 143, stepping 8, avx2, 1 thread, 2 workers at a time): 2 trials."
    )


def test_without_trials_only_the_rules_are_told(study):
    assert set(report(study, pd.DataFrame(), pd.DataFrame()).measured) == {
        *("Clock", "Splits", "Replicates"),
    }


def test_adaptive_replicates_say_what_they_saved(trials, history):
    given = {"kind": "factorial", "replicates": {"min": 3, "max": 30}}
    study = make_study(design={**given, "factors": {"model.downsample": ["max_pool", "stride"]}})
    found = report(study, trials, history)
    told = found.measured
    assert told["Replicates"].startswith(
        "Planned: 3 replicates of each variant, then up to 30 of those whose comparison with the reference is "
        "undecided."
    )
    assert told["Replicates"].endswith("It took 6 trainings; 30 of every variant would have been 60: 54 were saved.")
    assert "The data are looked at after 3, 5, 7, 9, 12, 15, 19, 24 and 30 replicates" in found.statistics["Looks"]
