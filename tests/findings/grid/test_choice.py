import pandas as pd
import pytest

from harness.reports import report
from tests.findings.conftest import make_study, trial

RATES = {"model.dense_dropout": [0.0, 0.25, 0.5]}
FOLDS = {"name": "mnist_5k", "validation": 1000, "split": "k_fold"}
SPREAD = (-0.002, 0.0, 0.002, 0.0)
# four values with a deviation of 0.00163: standard error 0.00082; with the overlap 1/3 of four parts 0.00125


def chosen(
    means, parameters=(300, 200, 200), macs=(9, 9, 9), data=FOLDS, metrics=("val_accuracy",), factors=RATES, **more
):
    study = make_study(
        data=data,
        target=None,
        design={"kind": "factorial", "replicates": 4, "factors": factors},
        report={"metrics": list(metrics)},
    )
    rows = []
    for place, variant in enumerate(study.variants):
        for replicate in range(4):
            values = {
                "val_accuracy": means[place] + SPREAD[replicate],
                "parameters": parameters[place],
                "macs": macs[place],
            }
            values |= {name: column[place] for name, column in more.items() if replicate == 1}
            rows.append(trial(study, len(rows), dict(variant.settings), replicate, **values))
    said = report(study, pd.DataFrame(rows), pd.DataFrame()).sentences
    return next((sentence for sentence in said if sentence.startswith("Chosen")), "")


def test_the_simplest_within_one_standard_error():
    assert chosen([0.950, 0.949, 0.9475]) == (
        "Chosen by the one-standard-error rule: dropout 0.25, mean validation accuracy 94.90, the simplest of 2 "
        "variants within one standard error (0.12 points) of the best; the best mean is 95.00, that of base "
        "(dense_dropout=0)."
    )


def test_of_equal_parameters_fewer_operations_then_the_first_in_the_file():
    near = [0.950, 0.9495, 0.9490]
    assert "rule: base (dense_dropout=0), " in chosen(near, parameters=(200, 200, 200))
    assert "rule: dropout 0.5, " in chosen(near, parameters=(200, 200, 200), macs=(9, 9, 8))


def test_the_best_itself():
    assert chosen([0.950, 0.940, 0.930]) == (
        "Chosen by the one-standard-error rule: base (dense_dropout=0), which has the best mean validation accuracy "
        "(95.00); no other lies within one standard error (0.12 points) of it."
    )
    assert chosen([0.949, 0.950, 0.930]).endswith("(0.12 points) of the best mean, which is its own.")


def test_replicates_that_are_independent_have_a_smaller_error():
    drawn = {"name": "mnist_5k", "validation": 1000}
    assert "no other lies within one standard error (0.08 points)" in chosen([0.950, 0.949, 0.9475], data=drawn)


def test_what_broke_off_is_not_chosen():
    text = chosen([0.950, 0.940, 0.9495], stop_reason=["maximum", "maximum", "not_finite"])
    assert "rule: base (dense_dropout=0), which has the best mean" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"name": "mnist_5k", "validation": 1000}, "metrics": ("test_accuracy",)},
        {"data": {"name": "mnist_5k", "validation": 1000}, "factors": {"model.dense_dropout": [0.0, 0.5]}},
    ],
)
def test_nothing_is_chosen_where_that_is_not_asked(changes):
    assert chosen([0.950, 0.940, 0.930], **changes) == ""


def test_a_cross_validation_chooses_by_what_is_held_out():
    assert chosen([0.950, 0.940, 0.930], metrics=("test_accuracy",)).startswith("Chosen by")
