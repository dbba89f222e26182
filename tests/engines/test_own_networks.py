"""Networks of the user's train as Keras itself trains them, with all of their state."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from harness.engines import BatchOrder, build_engine
from harness.engines.template import shape_key
from harness.study import TrainSpec
from tests.engines.own_networks import SETTINGS, TEXT, fit, own_network, values_of

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((64, 8, 8, 1), dtype=np.float32)
LABELS = RANDOM.integers(0, 4, 64)
SPEC = TrainSpec(max_steps=20, batch_size=16, optimizer="sgd", learning_rate=0.01)


def trained(network, steps=(3, 4)):
    engine = build_engine(network, SPEC, 20, IMAGES, LABELS, 5)
    engine.warm_up(4)
    for count in steps:
        engine.train(count)
    engine.write_back()
    return engine


@pytest.mark.parametrize("name", SETTINGS)
def test_it_trains_as_keras_does_on_the_same_batches(name):
    ours, theirs = own_network(name), own_network(name)
    engine = trained(ours)
    fit(theirs, IMAGES, LABELS, BatchOrder(64, 16, 5), 7)
    for variable, mine, other in zip(ours.variables, values_of(ours), values_of(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=2e-4, atol=1e-5, err_msg=variable.path)
    np.testing.assert_allclose(engine.logits(IMAGES), theirs.predict(IMAGES, verbose=0), rtol=1e-3, atol=1e-4)


def test_a_program_that_another_training_used_begins_anew():
    first, again = own_network("nested"), own_network("nested")
    one = trained(first)
    program = one._program
    del one
    other = own_network("nested", seed=2, dropout_seed=3)
    assert trained(other)._program is program
    assert trained(again)._program is program
    for mine, theirs in zip(values_of(first), values_of(again), strict=True):
        assert (mine == theirs).all()
    assert any((mine != theirs).any() for mine, theirs in zip(values_of(first), values_of(other), strict=True))


def test_what_differs_in_settings_code_shape_or_precision_shares_no_program():
    base = shape_key(own_network("nested"))
    assert shape_key(own_network("nested", seed=5, dropout_seed=6)) == base
    others = [
        shape_key(own_network("nested", rate=0.25)),
        shape_key(own_network("nested", text=TEXT + "# changed\n")),
        shape_key(own_network("nested", precision="mixed_bfloat16")),
        shape_key(own_network("normalised")),
    ]
    assert len({base, *others}) == 5


def test_mixed_precision_has_float32_logits_and_weights():
    network = own_network("normalised", precision="mixed_bfloat16")
    assert network.layers[-1].name == "logits_float32"
    engine = trained(network)
    logits = engine.logits(IMAGES)
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()
    assert {str(weight.dtype) for weight in network.weights} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
