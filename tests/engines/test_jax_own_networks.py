"""Networks of the user's in the JAX engine, alone and in packs; `make test` runs this with KERAS_BACKEND=jax."""

from __future__ import annotations

import os

import numpy as np
import pytest

from harness.engines import BatchOrder, Training, build_engine, build_pack
from harness.study import TrainSpec
from tests.engines.own_networks import SETTINGS, fit, own_network, values_of

pytestmark = [
    pytest.mark.jax,
    pytest.mark.skipif(os.environ.get("KERAS_BACKEND") != "jax", reason="needs KERAS_BACKEND=jax"),
]

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((64, 8, 8, 1), dtype=np.float32)
LABELS = RANDOM.integers(0, 4, 64)
SPEC = TrainSpec(max_steps=20, batch_size=16, optimizer="sgd", learning_rate=0.01)


def assert_close(ours, theirs):
    for variable, mine, other in zip(ours.variables, values_of(ours), values_of(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=2e-4, atol=1e-5, err_msg=variable.path)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_it_trains_as_keras_does_on_the_same_batches_alone_and_in_a_pack(name):
    alone, theirs = own_network(name), own_network(name)
    engine = build_engine(alone, SPEC, 20, IMAGES, LABELS, 5)
    engine.warm_up(4)
    for count in (3, 4):
        engine.train(count)
    engine.write_back()
    fit(theirs, IMAGES, LABELS, BatchOrder(64, 16, 5), 7)
    assert_close(alone, theirs)

    packed = [own_network(name), own_network(name, seed=2, dropout_seed=3)]
    rates = (SPEC, TrainSpec(max_steps=20, batch_size=16, optimizer="sgd", learning_rate=0.03))
    pack = build_pack([Training(network, spec, 20, IMAGES, LABELS, order)
                       for network, spec, order in zip(packed, rates, (5, 6), strict=True)])  # fmt: skip
    pack.warm_up(4)
    for count in (3, 4):
        pack.train(count)
    pack.write_back()
    assert_close(packed[0], theirs)
    second = own_network(name, seed=2, dropout_seed=3)
    fit(second, IMAGES, LABELS, BatchOrder(64, 16, 6), 7, learning_rate=0.03)
    assert_close(packed[1], second)


def test_networks_of_other_settings_are_no_pack():
    trainings = [
        Training(own_network("nested", rate=rate), SPEC, 20, IMAGES, LABELS, 5) for rate in (0.5, 0.25)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="networks of one shape, got 2"):
        build_pack(trainings)
