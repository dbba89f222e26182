import keras
import numpy as np
import pytest

from harness.engines.optimizers import build_optimizer, learning_rates
from harness.study import TrainSpec


def spec(**keys):
    return TrainSpec.model_validate({"max_steps": 100, "learning_rate": 0.1, **keys})


def rate_at(step, total=100, **keys):
    return learning_rates(spec(**keys), total)[step]


def weights_after(optimizer, gradients, start=1.0, rates=(0.1, 0.1), decay=0.0):
    weight = keras.Variable([start])
    for gradient, rate in zip(gradients, rates, strict=False):
        optimizer.set(rate, decay)
        optimizer.keras.apply([keras.ops.convert_to_tensor([gradient])], [weight])
    return float(weight.numpy()[0])


def test_sgd_with_momentum_by_hand():
    # velocity -0.1 * 2 = -0.2, then 0.5 * -0.2 - 0.1 * 1 = -0.2
    optimizer = build_optimizer(spec(optimizer="sgd", momentum=0.5))
    assert weights_after(optimizer, [2.0, 1.0]) == pytest.approx(1 - 0.2 - 0.2)


def test_adam_moves_by_the_learning_rate_at_first():
    assert weights_after(build_optimizer(spec(optimizer="adam")), [3.0]) == pytest.approx(0.9, abs=1e-6)


def test_adamw_decays_the_weight_beside_the_gradient():
    # decoupled: 1 - 0.1 * 0.5 * 1 = 0.95, then Adam's 0.1
    optimizer = build_optimizer(spec(optimizer="adamw"))
    assert weights_after(optimizer, [3.0], decay=0.5) == pytest.approx(0.95 - 0.1, abs=1e-6)


def test_rmsprop_by_hand():
    # mean square 0.1 * 2 * 2 = 0.4, step 0.1 * 2 / sqrt(0.4)
    optimizer = build_optimizer(spec(optimizer="rmsprop"))
    assert weights_after(optimizer, [2.0]) == pytest.approx(1 - 0.2 / 0.4**0.5, abs=1e-5)


def test_float16_scales_the_loss_and_skips_a_step_that_overflows():
    optimizer = build_optimizer(spec(optimizer="sgd", momentum=0.0, precision="mixed_float16"))
    assert isinstance(optimizer.keras, keras.optimizers.LossScaleOptimizer)
    scale = optimizer.keras.initial_scale
    assert weights_after(optimizer, [2.0 * scale, float("inf")]) == pytest.approx(1 - 0.1 * 2)
    assert float(optimizer.keras.dynamic_scale.numpy()) == scale / 2


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_other_precisions_need_no_loss_scaling(precision):
    assert isinstance(build_optimizer(spec(precision=precision)).keras, keras.optimizers.Adam)


def test_constant_schedule():
    rates = learning_rates(spec(), 100)
    assert rates.dtype == np.float32
    assert (rates == np.float32(0.1)).all()
    assert rates.shape == (100,)


@pytest.mark.parametrize(("step", "rate"), [(0, 0.1), (25, 0.1 * (1 + 0.5**0.5) / 2), (50, 0.05), (99, 2.467e-5)])
def test_cosine_schedule_by_hand(step, rate):
    assert rate_at(step, schedule="cosine") == pytest.approx(rate, rel=1e-4)


def test_cosine_schedule_is_that_of_keras():
    theirs = keras.optimizers.schedules.CosineDecay(0.1, decay_steps=50)
    np.testing.assert_allclose(
        learning_rates(spec(schedule="cosine"), 50), [float(theirs(step)) for step in range(50)], rtol=1e-5
    )


@pytest.mark.parametrize(
    ("step", "rate"),
    [
        (0, 0.004),  # 0.1 / 25
        (15, 0.052),  # half-way up, the mean of 0.004 and 0.1
        (30, 0.1),
        (65, 0.0500002),  # half-way down, the mean of 0.1 and 4e-7
        (99, 5.0764e-05),  # 4e-7 + (0.1 - 4e-7) (1 + cos(69 pi / 70)) / 2
    ],
)
def test_one_cycle_schedule_by_hand(step, rate):
    assert rate_at(step, schedule="one_cycle") == pytest.approx(rate, rel=1e-3)


def test_one_cycle_rises_and_then_falls_and_has_no_jump():
    rates = learning_rates(spec(learning_rate=1.0, schedule="one_cycle"), 1000)[::10]
    assert rates.argmax() == 30
    assert (np.diff(rates[:31]) > 0).all()
    assert (np.diff(rates[30:]) < 0).all()
    assert abs(np.diff(rates)).max() < 0.06


def test_one_cycle_of_a_single_step_is_finite():
    assert rate_at(0, total=1, learning_rate=1.0, schedule="one_cycle") == pytest.approx(0.04)


def test_the_rates_given_are_followed_step_by_step():
    optimizer = build_optimizer(spec(optimizer="sgd", momentum=0.0))
    assert weights_after(optimizer, [1.0, 1.0], start=0.0, rates=[0.04, 0.28]) == pytest.approx(-0.32)
