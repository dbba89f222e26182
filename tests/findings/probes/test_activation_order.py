import pandas as pd

from harness.reports import report
from tests.findings.conftest import make_study, trial


def test_networks_that_stay_the_same_function_are_told_from_those_that_do_not():
    levels = ["max_pool", "average_pool", "stride"]
    study = make_study(
        probes=["activation_order"], target=None, report=None,
        design={"kind": "factorial", "replicates": 2, "factors": {"model.downsample": levels}},
    )  # fmt: skip
    moves = {"max_pool": (1e-6, 2e-6), "average_pool": (0.5, 3.25), "stride": (0.0, 0.0)}
    rows = [
        trial(
            study,
            2 * place + replicate,
            {"model.downsample": level},
            replicate,
            order_difference=moves[level][replicate],
        )
        for place, level in enumerate(levels)
        for replicate in range(2)
    ]
    found = report(study, pd.DataFrame(rows), pd.DataFrame())
    assert found.sentences[:2] == (
        "Exchanging activation and pool leaves the function as it is, up to rounding, with max-pooling and a stride: "
        "no logit of any test image moves by more than 2e-06.",
        "It makes another function with average pooling: some logit moves by 3.2 to 3.2.",
    )
    assert "order_difference" in found.scored
