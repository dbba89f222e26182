import math
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from harness.callbacks import (
    PruneWhenTold,
    StopAtTarget,
    StopOnNotFinite,
    StopOnPlateau,
    TimeBudget,
    keras_logs,
    stop_callbacks,
    stop_reason,
)
from harness.records import StopReason
from harness.study import DataSpec, ModelSpec, TargetSpec, TrainSpec, Variant


def feed(callback, *epochs):
    """Feed one logs dict an epoch; return the index of the epoch that stopped the training, or None."""
    callback.set_model(SimpleNamespace(stop_training=False))
    callback.on_train_begin()
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_end(epoch, logs)
        assert callback.model.stop_training == (callback.stop_reason is not None)
        if callback.model.stop_training:
            return epoch
    return None


def values(name, *numbers):
    return [{name: number} for number in numbers]


def test_target_on_an_accuracy_is_at_least():
    callback = StopAtTarget("val_accuracy", 0.9)
    assert feed(callback, *values("val_accuracy", 0.5, 0.899, 0.9, 1.0)) == 2
    assert (callback.reached_at, callback.stop_reason) == (2, StopReason.TARGET)


def test_target_on_a_loss_is_at_most():
    callback = StopAtTarget("train_loss", 0.25)
    assert feed(callback, *values("loss", 2.3, 0.26, math.nan, 0.25)) == 3


def test_target_in_a_row_counts_from_the_evaluation_that_completes_the_row():
    callback = StopAtTarget("train_accuracy", 0.9, in_a_row=2)
    assert feed(callback, *values("accuracy", 0.9, 0.8, 0.9, math.nan, 0.9, 0.95, 0.1)) == 5
    assert callback.reached_at == 5


def test_target_that_only_notes_keeps_the_first_time():
    callback = StopAtTarget("val_accuracy", 0.9, stop=False)
    assert feed(callback, *values("val_accuracy", 0.5, 0.9, 0.5, 0.9)) is None
    assert callback.reached_at == 1


def test_target_never_reached():
    callback = StopAtTarget("val_accuracy", 0.9)
    assert feed(callback, *values("val_accuracy", 0.5, math.nan)) is None
    assert (callback.reached_at, callback.stop_reason) == (None, None)


def test_target_is_not_held_where_another_value_is_not_finite():
    callback = StopAtTarget("val_accuracy", 0.1, in_a_row=2)
    logs = [
        {"val_accuracy": 0.2, "loss": 1.0},
        {"val_accuracy": 0.2, "loss": math.nan},
        {"val_accuracy": 0.2, "val_loss": math.inf},
        {"val_accuracy": 0.2, "loss": 1.0},
    ]
    assert feed(callback, *logs) is None
    assert callback.reached_at is None


def test_a_metric_that_is_not_logged_is_passed_over_with_a_warning():
    callback = StopAtTarget("train_accuracy", 0.9)
    with pytest.warns(UserWarning, match="train_accuracy needs 'accuracy' in the logs, got val_loss"):
        assert feed(callback, {"val_loss": 2.3}, {"val_loss": 2.3}) is None


def test_callbacks_forget_an_earlier_training():
    target, plateau = StopAtTarget("val_accuracy", 0.9, in_a_row=2), StopOnPlateau("val_accuracy", 1)
    for _ in range(2):
        assert feed(target, *values("val_accuracy", 0.9, 0.9)) == 1
        assert feed(plateau, *values("val_accuracy", 0.5, 0.5)) == 1


@pytest.mark.parametrize(
    ("metric", "numbers", "min_delta", "stops_at"),
    [
        ("val_loss", (1.0, 0.9, 0.9, 0.95), 0.0, 3),
        ("val_loss", (1.0, 0.9, 0.95, 0.8, 0.8, 0.8), 0.0, 5),
        ("val_accuracy", (0.5, 0.6, 0.6, 0.4), 0.0, 3),
        ("val_accuracy", (0.5, 0.55, 0.59, 0.61), 0.1, 2),
        ("val_accuracy", (0.5, 0.55, 0.61, 0.65, 0.69), 0.1, 4),  # slow gains add up against the last best
        ("val_loss", (math.nan, 1.0, math.nan, 0.5, math.nan, math.nan), 0.0, 5),
        ("val_loss", (math.nan, math.nan), 0.0, 1),
    ],
)
def test_plateau(metric, numbers, min_delta, stops_at):
    callback = StopOnPlateau(metric, evaluations=2, min_delta=min_delta)
    assert feed(callback, *values(metric, *numbers)) == stops_at
    assert callback.stop_reason is StopReason.PLATEAU


def test_not_finite():
    callback = StopOnNotFinite()
    assert feed(callback, {"loss": 1.0}, {"loss": 1.0, "val_loss": math.inf}) == 1
    assert callback.stop_reason is StopReason.NOT_FINITE
    assert feed(StopOnNotFinite(), {"loss": math.nan}) == 0


def test_time_budget_reads_the_given_clock():
    clock = iter([1.0, 9.9, 10.0]).__next__
    callback = TimeBudget(10, clock)
    assert feed(callback, {}, {}, {}) == 2
    assert callback.stop_reason is StopReason.TIME_BUDGET


def test_time_budget_starts_its_own_clock_with_the_training(monkeypatch):
    now = iter([0.0, 100.0, 104.0, 105.0]).__next__  # made, training begins, two epochs
    monkeypatch.setattr("harness.callbacks.time.perf_counter", now)
    assert feed(TimeBudget(5), {}, {}) == 1


def test_prune_asks_with_our_metric_names():
    asked = []
    callback = PruneWhenTold(lambda metrics: asked.append(dict(metrics)) or len(asked) == 2)
    assert feed(callback, {"val_loss": 2.0}, {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.5}) == 1
    assert asked == [{"val_loss": 2.0}, {"train_loss": 1.0, "train_accuracy": 0.5, "val_loss": 1.5}]
    assert callback.stop_reason is StopReason.PRUNED


def test_our_metrics_as_keras_logs():
    assert keras_logs({"train_loss": 1.0, "train_accuracy": 0.5, "val_loss": 2.0}) == {
        "loss": 1.0,
        "accuracy": 0.5,
        "val_loss": 2.0,
    }


def variant(**train):
    return Variant(
        label="base",
        data=DataSpec(name="mnist", validation=5000),
        model=ModelSpec(conv=[], dense=[]),
        train=TrainSpec.model_validate({"max_steps": 10, **train}),
        target=TargetSpec(metric="val_accuracy", value=0.9, in_a_row=3, stop=False),
    )


def test_a_variant_gets_the_callbacks_it_asks_for_in_order_of_precedence():
    plain = Variant("base", variant().data, variant().model, variant().train)
    assert [type(callback) for callback in stop_callbacks(plain, lambda: 0.0)] == [StopOnNotFinite]

    def clock():
        return 7.0

    def decide(_):
        return False

    callbacks = stop_callbacks(variant(max_seconds=5.0, plateau={"evaluations": 4, "min_delta": 0.1}), clock, decide)
    kinds = [StopOnNotFinite, StopAtTarget, PruneWhenTold, StopOnPlateau, TimeBudget]
    assert [type(callback) for callback in callbacks] == kinds
    _, target, prune, plateau, budget = callbacks
    assert (target.metric, target.value, target.in_a_row, target.stops) == ("val_accuracy", 0.9, 3, False)
    assert prune.decide is decide
    assert (plateau.metric, plateau.evaluations, plateau.min_delta) == ("val_loss", 4, 0.1)
    assert (budget.seconds, budget.clock) == (5.0, clock)


def test_the_first_callback_in_the_list_that_fires_gives_the_reason():
    callbacks = [StopOnNotFinite(), StopAtTarget("val_accuracy", 0.9), TimeBudget(1, lambda: 2.0)]
    assert stop_reason(callbacks) is None
    for callback in callbacks:
        feed(callback, {"val_accuracy": 0.95})
    assert stop_reason(callbacks) is StopReason.TARGET


def fit(callbacks, epochs=6):
    """Train a dense layer on separable points with plain Keras."""
    random = np.random.default_rng(0)
    points = random.normal(size=(64, 2)).astype(np.float32)
    labels = (points[:, 0] > 0).astype(np.int32)
    start = keras.initializers.Constant([[0.0, 0.0], [0.5, -0.5]])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer=start)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.1), loss, metrics=["accuracy"])
    history = model.fit(
        points,
        labels,
        batch_size=16,
        epochs=epochs,
        validation_split=0.25,
        shuffle=False,
        verbose=0,
        callbacks=callbacks,
    )
    return history.history


def test_in_a_real_fit_the_target_ends_the_training_at_the_first_epoch_that_reaches_it():
    accuracies = fit([])["accuracy"]
    reached = next(epoch for epoch, accuracy in enumerate(accuracies) if accuracy >= 0.8)
    assert 0 < reached < 5, "the example should neither start at the target nor miss it"
    callback = StopAtTarget("train_accuracy", 0.8)
    assert fit([callback])["accuracy"] == accuracies[: reached + 1]
    assert (callback.reached_at, callback.stop_reason) == (reached, StopReason.TARGET)


def test_in_a_real_fit_every_callback_sees_the_logs_it_needs():
    asked = []
    quiet = [
        StopOnNotFinite(),
        StopAtTarget("val_loss", 1e-6),
        PruneWhenTold(lambda metrics: asked.append(set(metrics)) or False),
        StopOnPlateau("val_accuracy", 99),
        TimeBudget(1e6),
    ]
    assert len(fit(quiet, epochs=2)["loss"]) == 2
    assert stop_reason(quiet) is None
    assert asked == [{"train_loss", "train_accuracy", "val_loss", "val_accuracy"}] * 2
    budget = TimeBudget(0.0)
    assert len(fit([budget])["loss"]) == 1
    assert budget.stop_reason is StopReason.TIME_BUDGET
