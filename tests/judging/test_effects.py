"""Effects of a grid judged beside its cells, with what can be worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from harness.judging import compare, judge_study
from harness.stats import Verdict
from tests.findings.conftest import make_study

RATES, DROPOUTS = [1e-3, 3e-3, 1e-2], [0.0, 0.25, 0.5]


def grid(rates=RATES, dropouts=DROPOUTS, metrics=("val_accuracy",), replicates=5, **changes):
    factors = {"train.learning_rate": list(rates), "model.dense_dropout": list(dropouts)}
    return make_study(
        design={"kind": "factorial", "replicates": replicates, "factors": factors},
        report={"metrics": list(metrics), **changes.pop("report", {})},
        **changes,
    )


def judged(study, sample, values, failed=None, **columns):
    """Judge ``values[cell]``, an array a cell in the order of the variants, of which ``failed[cell]`` broke."""
    name = study.metrics[0]
    samples = {
        variant.digest: replace(
            sample(variant.label, **{name: values[place]}, **{key: each[place] for key, each in columns.items()}),
            failed=(failed or {}).get(place, frozenset()),
        )
        for place, variant in enumerate(study.variants)
    }
    base = samples.pop(study.variants[0].digest)
    return judge_study(study, samples, base)


def width(contrast):
    return contrast.high - contrast.low


def noisy(cells, replicates, seed=1):
    return 0.9 + 0.01 * np.random.default_rng(seed).standard_normal((cells, replicates))


def test_parts_of_a_cross_validation_count_for_less_in_effects_too(sample):
    folds = grid(data={"name": "mnist_5k", "validation": 800, "split": "k_fold"})
    values = noisy(9, 5)
    effect = judged(folds, sample, values).effects[0]
    # learning rate 0.003 is cells 3 to 5, 0.001 is cells 0 to 2
    differences = values[3:6].mean(0) - values[:3].mean(0)
    error = differences.std(ddof=1) * math.sqrt(1 / 5 + 1 / 4)
    assert effect.contrast.estimate == pytest.approx(differences.mean())
    # a fixed number of replicates spends nine tenths of the error
    assert effect.contrast.p == pytest.approx(2 * stats.t.sf(abs(differences.mean()) / error, 4) / 0.9)
    assert effect.contrast.high - effect.contrast.low == pytest.approx(2 * stats.t.ppf(1 - 0.0225, 4) * error)
    assert effect.contrast.more.even is None


def test_effects_and_cells_are_one_family_of_which_main_effects_have_half(sample):
    values = noisy(9, 5)
    found = judged(grid(), sample, values)
    mains = [one.contrast for one in found.effects if one.main]
    others = [one.contrast for one in found.effects if not one.main] + [row[0] for row in found.contrasts.values()]
    assert (len(mains), len(others)) == (4, 12)
    # each main effect has an eighth of the error, each of the others a 24th: three times as much
    each = [(one.p * 8, one) for one in mains] + [(one.p * 24, one) for one in others]
    first = min(each, key=lambda pair: pair[0])
    assert first[1].p_holm == pytest.approx(min(1, first[0]))


def test_what_main_effects_have_claimed_they_leave_to_the_cells(sample):
    # the rate 0.003 gives 10 points and 0.01 20 points more, whatever the dropout, with little spread
    values = np.concatenate([noisy(3, 5, seed) * 0.01 + up for seed, up in ((1, 0.8), (2, 0.9), (3, 1.0))])
    found = judged(grid(), sample, values)
    verdicts = {one.levels: one.contrast.verdict for one in found.effects if one.main}
    assert verdicts == {
        ("0.003",): Verdict.BETTER,
        ("0.01",): Verdict.BETTER,
        ("0.25",): Verdict.UNDECIDED,
        ("0.5",): Verdict.UNDECIDED,
    }
    assert {one.contrast.verdict for one in found.effects if not one.main} == {Verdict.UNDECIDED}
    better = [digest for digest, row in found.contrasts.items() if row[0].verdict is Verdict.BETTER]
    assert better == [variant.digest for variant in grid().variants[3:]]


def test_effects_of_seconds_are_on_logarithms(sample):
    study = grid(
        [1e-3, 3e-3], [0.0, 0.5], metrics=("train_seconds",), replicates=3, report={"margin": {"train_seconds": 1}}
    )
    noise = np.array([1.0, 1.01, 1.03])
    # a rate doubles the seconds, dropout takes three times as many, both together 12 times: twice the product
    values = [10 * noise, 30 * noise**2, 20 * noise**1.5, 120 * noise]
    found = {(one.factors, one.levels): one.contrast for one in judged(study, sample, values).effects}
    rate, dropout, both = found.values()
    assert {one.kind for one in found.values()} == {"ratio"}
    powers = (1.25 - 1.5, 1.5 - 1.25, 1 + 1 - 1.5 - 2)  # of the noise: means of exponents, then exponents added up
    noise_of = [math.exp(np.log(noise).mean() * power) for power in powers]
    assert rate.estimate == pytest.approx(math.sqrt(2 * 4) * noise_of[0])
    assert dropout.estimate == pytest.approx(math.sqrt(3 * 6) * noise_of[1])
    assert both.estimate == pytest.approx(2 * noise_of[2])
    assert math.isnan(both.p_equivalent)  # a margin in seconds says nothing of a ratio of ratios
    assert not math.isnan(rate.p_equivalent)


def test_accuracies_in_steps_average_to_finer_ones(sample):
    study = grid([1e-3, 3e-3], [0.0, 0.5], data={"name": "mnist_5k", "validation": 500})
    values = np.full((4, 5), 0.9)
    values[2:] += 0.002  # an image more for the second rate, in every cell and replicate
    found = judged(study, sample, values)
    # a pair spreads by half an image, 0.001, or more; the mean over two cells by that over the root of 2
    rate, _, both = [one.contrast for one in found.effects]
    cell = next(iter(found.contrasts.values()))[0]
    assert width(cell) == pytest.approx(2 * stats.t.ppf(1 - 0.0225, 4) * 0.001 / math.sqrt(5))
    assert width(rate) == pytest.approx(width(cell) / math.sqrt(2))
    assert width(both) == pytest.approx(width(cell) * math.sqrt(2))


def test_a_margin_makes_effects_equivalent(sample):
    study = grid([1e-3, 3e-3], [0.0, 0.5], report={"margin": {"val_accuracy": 0.05}})
    found = judged(study, sample, noisy(4, 5) * 0.001 + 0.9)
    assert {one.contrast.verdict for one in found.effects} == {Verdict.EQUIVALENT}


def test_a_replicate_that_a_cell_lacks_is_left_out(sample):
    study = grid([1e-3, 3e-3], [0.0, 0.5], replicates=4)
    values = list(noisy(4, 4))
    values[2] = values[2][:3]
    assert judged(study, sample, values).effects == (), "the study is unfinished"
    found = judged(study, sample, values, failed={2: frozenset({3})})
    assert {one.contrast.pairs for one in found.effects} == {3}
    assert [row[0].pairs for row in found.contrasts.values()] == [4, 3, 4]


def test_effects_to_come_take_their_part_of_the_error_already(sample):
    """Else single cells would be claimed while a grid is unfinished that its report takes back."""
    study = grid([1e-3, 3e-3], [0.0, 0.5], replicates=4)
    values = list(noisy(4, 4))
    values[1] = values[0] + [0.020, 0.021, 0.019, 0.021]
    whole = judged(study, sample, values)
    weights = [whole.contrasts[variant.digest][0] for variant in study.variants[1:3]]
    values[3] = values[3][:3]
    unfinished = judged(study, sample, values)
    for variant, before in zip(study.variants[1:3], weights, strict=True):
        found = unfinished.contrasts[variant.digest][0]
        assert found.p == before.p
        # 3 cells, an interaction and two main effects that have half of all: the smallest p counts eight times
        assert found.p_holm <= min(1.0, 8 * found.p)
    smallest = min((row[0] for row in unfinished.contrasts.values() if row[0].tested), key=lambda one: one.p)
    assert smallest.p_holm == pytest.approx(8 * smallest.p)
    assert smallest.verdict is Verdict.BETTER


def test_too_few_replicates_that_all_cells_have_are_no_effects_and_said(sample):
    study = grid([1e-3, 3e-3], [0.0, 0.5], replicates=3)
    values = list(noisy(4, 3))
    values[2] = values[2][:1]
    found = judged(study, sample, values, failed={2: frozenset({1, 2})})
    assert found.effects == ()
    assert found.no_effects == {"val_accuracy": "1 replicate of which every combination has a value"}


def test_a_metric_that_some_training_has_no_value_of_has_no_effects(sample):
    study = grid([1e-3, 3e-3], [0.0, 0.5], metrics=("val_accuracy", "steps_to_target", "train_seconds", "parameters"))
    accuracy = noisy(4, 5)
    accuracy[3, 0] = np.nan
    steps = np.full((4, 5), 500.0) + np.arange(20).reshape(4, 5)
    steps[1, 2:] = np.nan
    withheld = "device cpu and gpu"
    samples = {
        one.digest: sample(
            one.label,
            withheld=withheld if place == 3 else "",
            val_accuracy=accuracy[place],
            steps_to_target=steps[place],
        )
        for place, one in enumerate(study.variants)
    }
    base = samples.pop(study.variants[0].digest)
    found = judge_study(study, samples, base)
    assert found.effects == ()
    assert found.no_effects == {
        "val_accuracy": "1 of 20 trainings have no value",
        "steps_to_target": "3 of 20 trainings never reached the target",
        "train_seconds": "not compared: device cpu and gpu",
    }


def test_nothing_before_every_combination_is_trained(sample):
    study = grid([1e-3, 3e-3], [0.0, 0.5])
    some = {one.digest: sample(val_accuracy=noisy(1, 5)[0]) for one in study.variants[1:3]}
    found = judge_study(study, some, sample(val_accuracy=noisy(1, 5)[0]))
    assert (found.effects, found.no_effects) == ((), {"val_accuracy": "not every combination has a finished training"})


@pytest.mark.parametrize(
    "factors",
    [{"model.dense_dropout": [0.0, 0.5]}, {"model.dense_dropout": [0.5], "train.learning_rate": [1e-3, 1e-2]}],
)
def test_one_factor_has_no_effects_beside_its_cells(sample, factors):
    study = make_study(
        design={"kind": "factorial", "replicates": 3, "factors": factors}, report={"metrics": ["val_accuracy"]}
    )
    found = judged(study, sample, noisy(2, 3))
    assert (found.effects, dict(found.no_effects)) == ((), {})


def test_many_interactions_are_not_tested(sample):
    study = grid([1e-4 * 2**n for n in range(6)], [0.1 * n for n in range(8)])
    found = judged(study, sample, noisy(48, 5))
    assert len(found.effects) == 5 + 7  # and none of 35 interactions


def test_an_adaptive_grid_looks_at_its_effects_as_at_its_cells(sample):
    adaptive = {"min": 3, "max": 12}
    study = grid([1e-3, 3e-3], [0.0, 0.5], replicates=adaptive)
    values = noisy(4, 5)
    found = judged(study, sample, values)
    fixed = judged(grid([1e-3, 3e-3], [0.0, 0.5]), sample, values)
    wider = {
        width(one.contrast) / width(other.contrast) for one, other in zip(found.effects, fixed.effects, strict=True)
    }
    digest = study.variants[1].digest
    cell = width(found.contrasts[digest][0]) / width(fixed.contrasts[digest][0])
    assert cell > 1.05  # what a look may spend is paid for
    assert all(each == pytest.approx(cell) for each in wider)


@pytest.mark.parametrize("overlap", [False, True])
def test_grids_without_effects_are_seldom_told_to_have_some(sample, overlap):
    """A report that claims anything of a 3 x 3 grid where nothing differs: at most 5 % are promised.

    Of 200 studies at most 16 may, which 2 in 100 such tests would exceed at 5 %. With two families it would be 9 % of
    them, with folds taken as independent 20 %.
    """
    changes = {"data": {"name": "mnist_5k", "validation": 800, "split": "k_fold"}} if overlap else {}
    study = grid(**changes)
    random = np.random.default_rng(7)
    shared = 0.2 if overlap else 0.0  # two folds' training sets share three quarters; the correlation is 1/5
    false = 0
    for _ in range(200):
        noise = math.sqrt(1 - shared) * random.standard_normal((9, 5)) + math.sqrt(shared) * random.standard_normal(
            (9, 1)
        )
        found = judged(study, sample, 0.9 + 0.01 * noise)
        claims = [one.contrast.verdict for one in found.effects] + [row[0].verdict for row in found.contrasts.values()]
        false += any(verdict in (Verdict.BETTER, Verdict.WORSE) for verdict in claims)
    assert 2 <= false <= 16


def test_the_plan_and_the_report_judge_alike(sample):
    study, values = grid(), noisy(9, 5)
    samples = {
        one.digest: sample(one.label, val_accuracy=each) for one, each in zip(study.variants, values, strict=True)
    }
    base = samples.pop(study.variants[0].digest)
    alone, beside = compare(study, samples, base), judge_study(study, samples, base).contrasts
    assert [row[0].p_holm for row in alone.values()] == [row[0].p_holm for row in beside.values()]
    assert list(alone) == list(beside)


SCREENED = {
    "train.learning_rate": [1e-3, 1e-2],
    "model.dense_dropout": [0.0, 0.5],
    "model.activation": ["relu", "tanh"],
    "model.batch_norm": [False, True],
}


def screening(**keys):
    return make_study(
        design={"kind": "screening", "replicates": 5, "factors": SCREENED, **keys}, report={"metrics": ["val_accuracy"]}
    )


def test_a_screening_is_judged_by_its_halves_and_compares_no_single_variants(sample):
    study = screening()
    values = noisy(8, 5)
    tanh = np.array([variant.settings["model.activation"] == "tanh" for variant in study.variants])
    values[tanh] += 0.05
    found = judged(study, sample, values)
    assert {*found.contrasts.values()} == {()}
    assert [one.factors for one in found.effects] == [(path,) for path in SCREENED]  # and no interactions
    effect = found.effects[2]
    differences = values[tanh].mean(0) - values[~tanh].mean(0)
    assert effect.contrast.estimate == pytest.approx(differences.mean())
    assert effect.contrast.p == pytest.approx(stats.ttest_1samp(differences, 0).pvalue / 0.9)
    assert effect.contrast.p_holm == pytest.approx(4 * effect.contrast.p)  # four effects are the family
    assert (effect.levels, effect.against, effect.contrast.verdict) == (("tanh",), ("relu",), Verdict.BETTER)


def test_where_nothing_is_mixed_two_factors_together_are_judged_too(sample):
    found = judged(screening(resolution=5), sample, noisy(16, 5))
    assert [len(one.factors) for one in found.effects] == [1] * 4 + [2] * 6
