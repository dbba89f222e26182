import numpy as np
import pytest

from harness.engines import BatchOrder, steps_for


def test_the_stream_is_one_fresh_permutation_after_the_other():
    batches = BatchOrder(images=5, batch_size=2, seed=7).take(10)
    assert batches.shape == (10, 2)
    assert batches.dtype == np.int32
    random = np.random.Generator(np.random.PCG64(7))
    epochs = [random.permutation(5) for _ in range(4)]
    np.testing.assert_array_equal(batches.ravel(), np.concatenate(epochs))
    assert len({tuple(epoch) for epoch in epochs}) > 1


def test_every_image_is_seen_once_an_epoch_although_batches_span_epochs():
    stream = BatchOrder(images=7, batch_size=3, seed=1).take(21).ravel()
    for epoch in stream.reshape(9, 7):
        assert sorted(epoch) == list(range(7))


@pytest.mark.parametrize("calls", [(1,) * 10, (3, 7), (0, 9, 0, 1), (10,)])
def test_how_it_is_taken_makes_no_difference(calls):
    whole = BatchOrder(images=5, batch_size=3, seed=2).take(10)
    order = BatchOrder(images=5, batch_size=3, seed=2)
    np.testing.assert_array_equal(np.concatenate([order.take(steps) for steps in calls]), whole)


def test_a_batch_may_hold_more_than_all_images():
    batches = BatchOrder(images=3, batch_size=8, seed=0).take(3)
    assert batches.shape == (3, 8)
    assert [np.bincount(batches.ravel())[image] for image in range(3)] == [8, 8, 8]


def test_the_seed_makes_the_order():
    first, same, other = (BatchOrder(100, 10, seed).take(10) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("epochs", "images", "batch_size", "steps"),
    [
        (1, 55_000, 64, 859),  # 859.4
        (30, 50_000, 100, 15_000),
        (5, 60_000, 32, 9375),
        (0.5, 1000, 10, 50),
        (0.001, 10, 10, 1),
    ],
)
def test_steps_for_epochs(epochs, images, batch_size, steps):
    assert steps_for(epochs, images, batch_size) == steps
