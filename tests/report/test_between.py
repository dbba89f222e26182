import pandas as pd
import pytest

from harness.errors import UsageError
from harness.judging import Outcome
from harness.report.between import Side, compare_between
from tests.report.conftest import POOL, STRIDE, make_study, trial


def side(name, shift=0.0, study=None, variants=(POOL, STRIDE), **values):
    study = study or make_study(report={"metrics": ["test_accuracy"]})
    rows = [
        trial(study, 5 * place + replicate, settings, replicate,
              test_accuracy=0.98 + 0.001 * replicate + shift * (1 + 0.1 * replicate), **values)
        for place, settings in enumerate(variants)
        for replicate in range(5)
    ]  # fmt: skip
    return Side(name, study, pd.DataFrame(rows))


def test_common_variants_are_paired():
    found = compare_between(side("old"), side("new", 0.01), (), {}, non_inferior=False)
    assert found.outcome is Outcome.HOLDS
    assert [row[:2] for row in found.table.rows] == [("base", "test accuracy"), ("downsample=stride", "test accuracy")]
    # means 98.20 and 98.20 + 1.2 points
    assert found.table.rows[0][2:5] == ("98.20", "99.40", "+1.20 points")
    assert found.table.rows[0][-1] == "better"
    assert found.remarks == ()


def test_a_variant_that_only_one_has_is_left_out():
    found = compare_between(side("old"), side("new", -0.01, variants=(STRIDE,)), (), {}, non_inferior=False)
    assert [label for label, _ in found.contrasts] == ["downsample=stride"]
    assert found.outcome is Outcome.FAILS


def test_non_inferior_says_so():
    found = compare_between(side("old"), side("new", -0.001), (), {"test_accuracy": 0.005}, non_inferior=True)
    assert found.outcome is Outcome.HOLDS
    assert {row[-1] for row in found.table.rows} == {"not inferior"}


def test_non_inferior_needs_a_margin():
    with pytest.raises(UsageError, match="needs a margin for test_accuracy"):
        compare_between(side("old"), side("new"), (), {}, non_inferior=True)


def test_where_no_digest_is_shared_labels_are():
    other = make_study(seed=1, train={"learning_rate": 1e-3, "batch_size": 64, "max_steps": 1000})
    found = compare_between(side("old"), side("new", 0.01, study=other), ("test_accuracy",), {}, non_inferior=False)
    assert len(found.contrasts) == 2
    assert found.remarks == (
        "Variants were matched by their labels: what else defines them differs between the two.",
        "The two have different seeds: a pair shares neither split nor batch order.",
    )


def test_nothing_in_common_is_refused():
    with pytest.raises(UsageError, match="old and new have no finished variant in common: base; downsample=stride"):
        compare_between(side("old", variants=(POOL,)), side("new", variants=(STRIDE,)), (), {}, non_inferior=False)


def test_seconds_of_unequal_machines_are_not_compared():
    found = compare_between(side("old"), side("new", device="gpu"), ("train_seconds",), {}, non_inferior=False)
    assert found.outcome is Outcome.UNDECIDED
    assert found.remarks == ("Seconds are not compared: device cpu and gpu.",)
    assert found.table.rows[0][2:4] == ("–", "–")
