import numpy as np

from harness.trials.samples import make_sample


def columns(**changes):
    given = {
        "status": ["finished", "finished", "failed", "finished"],
        "stop_reason": ["maximum", "not_finite", "", "target"],
        "replicate": [0, 1, 2, 1],
        "steps": [100.0, 60.0, np.nan, 80.0],
        "test_accuracy": [0.97, 0.1, np.nan, 0.98],
        "parameters": [np.nan, 890.0, 890.0, 890.0],
        "variant": ["stride"] * 4,
    }
    return {name: np.array(values) for name, values in (given | changes).items()}


def test_it_has_what_was_measured_of_the_finished_trials():
    sample = make_sample("stride", columns(), "workers 1 and 2")
    assert (sample.label, sample.withheld, sample.finished) == ("stride", "workers 1 and 2", 3)
    assert set(sample.columns) == {"test_accuracy", "parameters", "replicate", "steps", "stop_reason"}
    assert sample.columns["steps"].tolist() == [100, 60, 80]


def test_replicates_are_marked_beside_which_others_used_the_machine():
    busy = columns(foreign_load=[0.0, 0.4, 0.9, np.nan], studies_beside=[0.0, 0.0, 1.0, np.nan])
    assert make_sample("stride", busy).disturbed == {1}  # the one that failed is not compared anyway
    assert make_sample("stride", columns()).disturbed == frozenset()


def test_a_count_is_known_from_any_trial_that_was_started():
    status = ["running", "failed", "failed", "failed"]
    assert make_sample("stride", columns(status=status)).counts == {"parameters": 890}
    assert make_sample("stride", columns(parameters=[np.nan] * 4)).counts == {"parameters": None}


def test_of_a_replicate_that_was_trained_twice_the_last_counts_and_of_one_that_diverged_no_score():
    sample = make_sample("stride", columns())
    assert sample.by_replicate("test_accuracy").to_dict() == {0: 0.97, 1: 0.98}
    twice = make_sample("stride", columns(stop_reason=["maximum", "maximum", "", "not_finite"]))
    assert np.isnan(twice.by_replicate("test_accuracy")[1])
    assert twice.by_replicate("parameters")[1] == 890
