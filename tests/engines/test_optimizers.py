import keras
import numpy as np
import pytest

from harness.engines.optimizers import OneCycle, build_optimizer, build_schedule
from harness.study import TrainSpec


def spec(**keys):
    return TrainSpec.model_validate({"max_steps": 100, "learning_rate": 0.1, **keys})


def weights_after(optimizer, gradients, start=1.0):
    weight = keras.Variable([start])
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor([gradient])], [weight])
    return float(weight.numpy()[0])


def test_sgd_with_momentum_by_hand():
    # velocity -0.1 * 2 = -0.2, then 0.5 * -0.2 - 0.1 * 1 = -0.2
    optimizer = build_optimizer(spec(optimizer="sgd", momentum=0.5), 100)
    assert weights_after(optimizer, [2.0, 1.0]) == pytest.approx(1 - 0.2 - 0.2)


def test_adam_moves_by_the_learning_rate_at_first():
    assert weights_after(build_optimizer(spec(optimizer="adam"), 100), [3.0]) == pytest.approx(0.9, abs=1e-6)


def test_adamw_decays_the_weight_beside_the_gradient():
    # decoupled: 1 - 0.1 * 0.5 * 1 = 0.95, then Adam's 0.1
    optimizer = build_optimizer(spec(optimizer="adamw", weight_decay=0.5), 100)
    assert weights_after(optimizer, [3.0]) == pytest.approx(0.95 - 0.1, abs=1e-6)


def test_rmsprop_by_hand():
    # mean square 0.1 * 2 * 2 = 0.4, step 0.1 * 2 / sqrt(0.4)
    optimizer = build_optimizer(spec(optimizer="rmsprop"), 100)
    assert weights_after(optimizer, [2.0]) == pytest.approx(1 - 0.2 / 0.4**0.5, abs=1e-5)


def test_float16_scales_the_loss_and_skips_a_step_that_overflows():
    optimizer = build_optimizer(spec(optimizer="sgd", momentum=0.0, precision="mixed_float16"), 100)
    assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    scale = optimizer.initial_scale
    assert weights_after(optimizer, [2.0 * scale, float("inf")]) == pytest.approx(1 - 0.1 * 2)
    assert float(optimizer.dynamic_scale.numpy()) == scale / 2


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_other_precisions_need_no_loss_scaling(precision):
    assert isinstance(build_optimizer(spec(precision=precision), 100), keras.optimizers.Adam)


def test_constant_schedule():
    assert build_schedule(spec(), 100) == 0.1


@pytest.mark.parametrize(("step", "rate"), [(0, 0.1), (25, 0.1 * (1 + 0.5**0.5) / 2), (50, 0.05), (100, 0.0)])
def test_cosine_schedule_by_hand(step, rate):
    assert float(build_schedule(spec(schedule="cosine"), 100)(step)) == pytest.approx(rate, abs=1e-8)


@pytest.mark.parametrize(
    ("step", "rate"),
    [
        (0, 0.004),  # 0.1 / 25
        (15, 0.052),  # half-way up, the mean of 0.004 and 0.1
        (30, 0.1),
        (65, 0.0500002),  # half-way down, the mean of 0.1 and 4e-7
        (100, 4e-7),  # 0.1 / 250,000
    ],
)
def test_one_cycle_schedule_by_hand(step, rate):
    assert float(build_schedule(spec(schedule="one_cycle"), 100)(step)) == pytest.approx(rate, rel=1e-4, abs=2e-9)


def test_one_cycle_rises_and_then_falls_and_has_no_jump():
    rates = np.array([float(OneCycle(1.0, 1000)(step)) for step in range(0, 1001, 10)])
    assert rates.argmax() == 30
    assert (np.diff(rates[:31]) > 0).all()
    assert (np.diff(rates[30:]) < 0).all()
    assert abs(np.diff(rates)).max() < 0.06


def test_one_cycle_of_a_single_step_is_finite():
    assert float(OneCycle(1.0, 1)(0)) == pytest.approx(0.04)


def test_the_schedule_is_followed_step_by_step():
    # one cycle over 10 steps: 0.04, then a third of the way along the half cosine that reaches 1 at step 3
    optimizer = build_optimizer(spec(optimizer="sgd", momentum=0.0, learning_rate=1.0, schedule="one_cycle"), 10)
    second = 0.04 + 0.96 * (1 - np.cos(np.pi / 3)) / 2
    assert weights_after(optimizer, [1.0, 1.0], start=0.0) == pytest.approx(-0.04 - second, rel=1e-5)


def test_one_cycle_survives_saving():
    loaded = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(OneCycle(0.5, 20)))
    assert float(loaded(3)) == float(OneCycle(0.5, 20)(3))
