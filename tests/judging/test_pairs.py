import numpy as np
import pytest
from scipy import stats

from harness.errors import StudyError
from harness.judging import judge_study
from harness.stats import Verdict
from tests.findings.conftest import make_study

RATES = {"model.dense_dropout": [0.0, 0.2, 0.4]}


def of(factors=RATES, metrics=("val_accuracy",), compare="all_pairs", **design):
    return make_study(
        design={"kind": "factorial", "replicates": 5, "factors": factors, **design},
        report={"metrics": list(metrics), "compare": compare},
    )


def judged(study, sample, values, **more):
    samples = {
        one.digest: sample(one.label, val_accuracy=values[place], **{name: each[place] for name, each in more.items()})
        for place, one in enumerate(study.variants)
    }
    return judge_study(study, samples, samples.pop(study.variants[0].digest))


def noise(cells, seed=3):
    return 0.9 + 0.01 * np.random.default_rng(seed).standard_normal((cells, 5))


def test_each_against_each_is_one_family(sample):
    study = of()
    values = 0.9 + 0.001 * np.array([[0.0, 1, 2, 3, 4], [1, 0, 3, 2, 4.5], [4, 3, 0, 1, 2.2]])
    found = judged(study, sample, values)
    digests = [one.digest for one in study.variants]
    (pair,) = found.pairs
    assert (pair.first, pair.second) == (digests[1], digests[2])
    assert pair.contrast.estimate == pytest.approx((values[2] - values[1]).mean())
    assert pair.contrast.p == pytest.approx(stats.ttest_rel(values[2], values[1]).pvalue)
    ps = sorted([pair.contrast.p, *(row[0].p for row in found.contrasts.values())])
    first = min([pair.contrast, *(row[0] for row in found.contrasts.values())], key=lambda one: one.p)
    assert first.p_holm == pytest.approx(min(1, 3 * ps[0]))


def test_only_where_it_is_asked(sample):
    found = judged(of(compare="base"), sample, noise(3))
    assert found.pairs == ()
    assert min(row[0].p_holm for row in found.contrasts.values()) == pytest.approx(
        min(1, 2 * min(row[0].p for row in found.contrasts.values()))
    )


def test_counts_need_no_pairs(sample):
    found = judged(of(metrics=("val_accuracy", "parameters")), sample, noise(3))
    assert [pair.contrast.metric for pair in found.pairs] == ["val_accuracy"]


def test_five_variants_alike_are_seldom_told_apart(sample):
    """10 pairs, at 5 % each a claim in 29 % of studies. Of 150 at most 13 may err, which 2 in 100 would exceed."""
    study, random, false = of({"model.dense_dropout": [0.0, 0.1, 0.2, 0.3, 0.4]}), np.random.default_rng(5), 0
    for _ in range(150):
        found = judged(study, sample, 0.9 + 0.01 * random.standard_normal((5, 5)))
        told = [pair.contrast for pair in found.pairs] + [row[0] for row in found.contrasts.values()]
        assert len(told) == 10
        false += any(one.verdict is not Verdict.UNDECIDED for one in told)
    assert 1 <= false <= 13


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"replicates": {"min": 3, "max": 9}},
            "report.compare must be 'base' with adaptive replicates, got 'all_pairs', which takes a fixed number of "
            "replicates of variants that are all compared. Leave it out, or use another design.",
        ),
        (
            {"factors": {"model.dense_dropout": [0.05 * n for n in range(13)]}},
            "report.compare must be 'base' with more than 12 variants, got 'all_pairs' with 13. Leave it out, or use "
            "fewer levels.",
        ),
    ],
)
def test_what_cannot_be_asked(changes, message):
    with pytest.raises(StudyError) as caught:
        of(**changes)
    assert message in str(caught.value)
