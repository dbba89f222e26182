import pandas as pd
import pytest

from harness.errors import UsageError
from harness.findings.comparison import Side, compare_sides
from harness.judging import Conclusion
from harness.study import build_study
from tests.findings.conftest import POOL, STRIDE, make_study, trial


def side(name, shift=0.0, study=None, variants=(POOL, STRIDE), **values):
    study = study or make_study(report={"metrics": ["test_accuracy"]})
    rows = [
        trial(study, 5 * place + replicate, settings, replicate, **{
              "test_accuracy": 0.98 + 0.001 * replicate + shift * (1 + 0.1 * replicate),
              "run_id": f"{name}-{place}-{replicate}", **values})
        for place, settings in enumerate(variants)
        for replicate in range(5)
    ]  # fmt: skip
    return Side(name, study, pd.DataFrame(rows))


def test_common_variants_are_paired():
    found = compare_sides(side("old"), side("new", 0.01), (), {}, non_inferior=False)
    assert found.conclusion is Conclusion.HOLDS
    assert [row[:2] for row in found.table.rows] == [("base", "test accuracy"), ("downsample=stride", "test accuracy")]
    # means 98.20 and 98.20 + 1.2 points
    assert found.table.rows[0][2:5] == ("98.20", "99.40", "+1.20 points")
    assert found.table.rows[0][-1] == "better; spreads 2.00 times as widely, interval widened"
    assert found.remarks == ()


def test_a_variant_that_only_one_has_is_left_out():
    found = compare_sides(side("old"), side("new", -0.01, variants=(STRIDE,)), (), {}, non_inferior=False)
    assert [label for label, _ in found.contrasts] == ["downsample=stride"]
    assert found.conclusion is Conclusion.FAILS


def test_a_margin_that_was_named_afterwards_is_said():
    study = make_study(report={"metrics": ["test_accuracy"], "margin": {"test_accuracy": 0.002}})
    found = compare_sides(
        side("old", study=study), side("new", study=study), (), {"test_accuracy": 0.01}, non_inferior=False
    )
    assert found.remarks[0] == (
        "Named after the trainings, on the command line: the margin of test accuracy, 0.01 (the study's is 0.002). "
        "Unless it was fixed before, verdicts that go by it may be chosen by their outcome."
    )
    same = compare_sides(
        side("old", study=study), side("new", study=study), (), {"test_accuracy": 0.002}, non_inferior=False
    )
    assert same.remarks == ()


def test_non_inferior_says_so():
    found = compare_sides(side("old"), side("new", -0.001), (), {"test_accuracy": 0.005}, non_inferior=True)
    assert found.conclusion is Conclusion.HOLDS
    assert {row[-1] for row in found.table.rows} == {"not inferior"}


def test_non_inferior_needs_a_margin():
    with pytest.raises(UsageError, match="needs a margin for test_accuracy"):
        compare_sides(side("old"), side("new"), (), {}, non_inferior=True)


def test_where_no_digest_is_shared_labels_are():
    other = make_study(seed=1, train={"learning_rate": 1e-3, "batch_size": 64, "max_steps": 1000})
    found = compare_sides(side("old"), side("new", 0.01, study=other), ("test_accuracy",), {}, non_inferior=False)
    assert len(found.contrasts) == 2
    assert found.remarks == (
        "Variants were matched by their labels: what else defines them differs between the two.",
        "The two have different seeds: a pair shares neither split nor batch order.",
    )


def test_nothing_in_common_is_refused():
    with pytest.raises(UsageError, match="old and new have no finished variant in common: base; downsample=stride"):
        compare_sides(side("old", variants=(POOL,)), side("new", variants=(STRIDE,)), (), {}, non_inferior=False)


def test_seconds_of_unequal_machines_are_not_compared():
    found = compare_sides(side("old"), side("new", device="gpu"), ("train_seconds",), {}, non_inferior=False)
    assert found.conclusion is Conclusion.UNDECIDED
    assert found.remarks == ("Seconds are not compared: device cpu and gpu.",)
    assert found.table.rows[0][2:4] == ("–", "–")


def test_seconds_beside_which_others_used_the_machine_are_left_out_and_said():
    busy = side("new", foreign_load=0.5)
    found = compare_sides(side("old"), busy, ("train_seconds",), {}, non_inferior=False)
    count = len(busy.trials)
    assert found.remarks == (
        f"new: Seconds of all {count} trials are left out: others used the machine while they ran.",
    )
    assert found.table.rows[0][2:4] == ("–", "–")
    assert len(compare_sides(side("old"), busy, ("test_accuracy",), {}, non_inferior=False).remarks) == 0


class TestWhatCannotBeCompared:
    def test_runs_that_both_have_are_counted_and_refused(self):
        before, after = side("baseline"), side("mlruns:x", 0.01)
        after.trials.loc[:3, "run_id"] = before.trials.loc[:3, "run_id"]
        with pytest.raises(UsageError) as caught:
            compare_sides(before, after, (), {}, non_inferior=False)
        assert str(caught.value) == (
            "baseline and mlruns:x share 4 of 10 and 10 runs: these would be compared with themselves. Keep a copy of "
            "the report from before the change, e.g. `cp -r reports/pooling_or_stride baseline`, and after it train "
            "into another store (--store)."
        )

    def test_trials_without_ids_share_none(self):
        found = compare_sides(side("a", run_id=""), side("b", 0.01, run_id=None), (), {}, non_inferior=False)
        assert found.conclusion is Conclusion.HOLDS

    def test_other_images_of_the_same_name_are_refused(self):
        with pytest.raises(UsageError) as caught:
            compare_sides(side("a"), side("b", 0.01, data_digest="00aa"), (), {}, non_inferior=False)
        assert str(caught.value) == (
            "a and b were not trained on the same images: base had mnist with the digest 9f86d081884c before and mnist "
            "with the digest 00aa after. What they measured cannot be compared; train one of them again on the images "
            "of the other."
        )

    def test_another_image_set_is_refused_even_without_digests(self):
        fashion = make_study(data={"name": "fashion_mnist", "validation": 5000})
        with pytest.raises(UsageError, match="base had 'mnist' before and 'fashion_mnist' after"):
            compare_sides(side("a"), side("b", study=fashion, data_digest=None), (), {}, non_inferior=False)

    def test_without_digests_a_remark_says_so(self):
        found = compare_sides(side("a", data_digest=None), side("b", 0.01), (), {}, non_inferior=False)
        assert found.remarks == (
            "Whether both had the same images cannot be told: some of their trials have no digest of them.",
        )


def test_settings_that_differ_are_listed_and_equal_ones_are_not():
    train = {"learning_rate": 1e-3, "batch_size": 64, "max_steps": 1000, "evaluate_every": 100}
    data = {"name": "mnist", "validation": 6000}
    other = side("b", study=make_study(seed=3, train=train, data=data, report={"metrics": ["test_accuracy"]}))
    found = compare_sides(side("a"), other, (), {}, non_inferior=False)
    assert found.settings.headings == ("setting", "before", "after")
    assert found.settings.rows == (
        ("data.validation", "5000", "6000"),
        ("train.learning_rate", "0.0001", "0.001"),
        ("seed", "0", "3"),
    )
    assert compare_sides(side("a"), side("b"), (), {}, non_inferior=False).settings is None


def test_replicates_and_factors_that_differ_are_listed():
    design = {"kind": "factorial", "replicates": {"min": 3, "max": 9}, "factors": {"model.downsample": ["stride"]}}
    study = make_study(design=design, report={"metrics": ["test_accuracy"]})
    found = compare_sides(side("a"), side("b", study=study, variants=(STRIDE,)), (), {}, non_inferior=False)
    assert found.settings.rows == (
        ("design.replicates", "3", "min=3 max=9"),
        ("design: model.downsample", "max_pool stride", "stride"),
    )


def costly(text="def cost(labels, logits): return 1.0\n", file="mine.py", **table):
    """A study with a metric of the user's."""
    cost = {"of": f"{file}:cost", "better": "lower", "unit": "euros", "margin": 0.5, **table}
    given = {**make_study().given, "metrics": {"cost": cost}, "report": {"metrics": ["test_cost"]}}
    return build_study(given, name="costly", code={file: text})


def compared_costs(before, after, metrics=()):
    sides = (side("old", study=before, test_cost=2.0), side("new", study=after, test_cost=1.0))
    return compare_sides(*sides, metrics, {}, non_inferior=False)


def test_a_metric_of_the_users_is_compared_where_it_is_the_same_wherever_its_file_lay():
    for metrics in ((), ("test_cost",)):
        found = compared_costs(costly(), costly(file="elsewhere.py", title="price", margin=0.2), metrics)
        assert found.table.rows[0][:5] == ("base", "test price", "2", "1", "-1 euros".replace("-", "\N{MINUS SIGN}"))
        assert ("report.margin.test_cost", "0.5", "0.2") in found.settings.rows


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"unit": "dollars"}, "test_cost of old and new cannot be compared: its unit differs"),
        ({"text": "def cost(labels, logits): return 2.0\n"}, "its function differs"),
        ({"better": "higher", "unit": ""}, "their better and unit differ"),
    ],
)
def test_one_that_is_not_the_same_in_both_is_refused(before, said):
    with pytest.raises(UsageError, match=said):
        compared_costs(costly(**before), costly())


def test_one_that_only_the_second_has_is_refused_and_others_are_compared():
    with pytest.raises(UsageError, match=r"cannot be compared: old has none of that name\. Name others"):
        compared_costs(make_study(), costly())
    found = compared_costs(make_study(), costly(), ("test_accuracy",))
    assert {row[1] for row in found.table.rows} == {"test accuracy"}
