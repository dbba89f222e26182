import pandas as pd

from harness.findings.facts import facts_of
from harness.findings.questions import unsettled
from tests.findings.conftest import make_study, trial

FACTORS = {"kind": "factorial", "replicates": 2, "factors": {"model.batch_norm": [False, True]}}


def finding(steps=188, momentum=0.99, accuracies=((0.87, 0.2), (0.87, 0.2)), design=FACTORS, settings=None):
    study = make_study(
        design=design, model={"preset": "hvass02", "batch_norm_momentum": momentum}, target=None, report={}
    )
    settings = settings or {"model.batch_norm": True}
    rows = [trial(study, 9, {}, 0, steps=steps, train_accuracy=0.9, val_accuracy=0.3)]
    rows += [
        trial(study, number, settings, number, steps=steps, train_accuracy=trained, val_accuracy=validated)
        for number, (trained, validated) in enumerate(accuracies)
    ]
    return unsettled.analyse(facts_of(study, pd.DataFrame(rows), pd.DataFrame())).remarks


def test_unsettled_averages_are_told_with_what_is_left_of_their_beginning():
    # 0.99^188 = 0.151; the base has no batch normalisation, whatever its accuracies
    assert finding() == (
        "batch_norm=true: 87.00 % training accuracy, 20.00 % validation accuracy after 188 steps. The likely cause are "
        "the moving averages of batch normalisation, which evaluations use: 15 % of their initial values are left "
        "with a momentum of 0.99. Set model.batch_norm_momentum lower, to 0.9 say, or train for more steps.",
    )


def test_one_of_two():
    (said,) = finding(accuracies=((0.87, 0.2), (0.87, 0.85)))
    assert said.startswith("batch_norm=true: In 1 of 2 trainings: 87.00 % training accuracy, 20.00 %")


def test_nothing_is_said_where_the_averages_had_settled_or_validation_keeps_up():
    assert finding(steps=600) == ()  # 0.99^600 = 0.0024
    assert finding(momentum=0.9) == ()
    assert finding(accuracies=((0.87, 0.78), (0.9, 0.9))) == ()


def test_a_momentum_that_varies_is_that_of_the_variant():
    design = {"kind": "listed", "replicates": 2, "variants": [
        {"model.batch_norm": True, "model.batch_norm_momentum": 0.999}]}  # fmt: skip
    (said,) = finding(steps=600, design=design, settings=design["variants"][0])
    assert "55 % of their initial values are left with a momentum of 0.999" in said  # 0.999^600 = 0.549
