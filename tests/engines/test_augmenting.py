import keras
import numpy as np
import pytest

from harness.engines import Training, augment_images, build_engine
from harness.engines.augmenting import Draws, change, placements
from harness.engines.feed import Feed, padded
from harness.network import build_network
from harness.study import Augment, Changes, ModelSpec, TrainSpec

HALF = 0.5
IMAGE = np.arange(1, 13, dtype=np.float32).reshape(3, 4, 1)  # 3 high, 4 wide
ZERO = np.zeros((3, 4, 1), np.float32)


def changed(augment, uniform, image=IMAGE, background=ZERO):
    """One image changed by hand-picked draws."""
    draws = placements(augment, np.array([uniform]), image.shape)
    return np.asarray(change(image[None], draws, background, augment.changes))[0, ..., 0]


def uniform(right=HALF, down=HALF, mirror_x=0.9, mirror_y=0.9, turn=HALF, size=HALF, column=HALF, row=HALF):
    return [right, down, mirror_x, mirror_y, turn, size, column, row]


def test_a_shift_moves_whole_pixels_and_background_comes_in():
    augment = Augment(shift=1)
    np.testing.assert_array_equal(changed(augment, uniform()), IMAGE[..., 0])
    right_and_up = changed(augment, uniform(right=0.99, down=0.0))
    np.testing.assert_array_equal(right_and_up, [[0, 5, 6, 7], [0, 9, 10, 11], [0, 0, 0, 0]])


def test_draws_of_a_shift_are_equally_likely():
    draws = placements(Augment(shift=2), np.random.default_rng(0).random((50_000, 8)), (28, 28, 1))
    values, counts = np.unique(-draws[:, 2], return_counts=True)
    assert values.tolist() == [-2, -1, 0, 1, 2]
    assert counts / 50_000 == pytest.approx([0.2] * 5, abs=0.007)  # 4 standard errors


def test_mirrors():
    np.testing.assert_array_equal(changed(Augment(flip="horizontal"), uniform(mirror_x=0.4)), IMAGE[:, ::-1, 0])
    np.testing.assert_array_equal(changed(Augment(flip="horizontal"), uniform(mirror_y=0.4)), IMAGE[..., 0])
    np.testing.assert_array_equal(changed(Augment(flip="vertical"), uniform(mirror_y=0.4)), IMAGE[::-1, :, 0])
    both = changed(Augment(flip="both"), uniform(mirror_x=0.4, mirror_y=0.4))
    np.testing.assert_array_equal(both, IMAGE[::-1, ::-1, 0])


def test_a_quarter_turn_and_a_half_turn():
    square = np.arange(1, 10, dtype=np.float32).reshape(3, 3, 1)
    background = np.zeros_like(square)
    quarter = changed(Augment(rotate=90.0), uniform(turn=1.0), square, background)
    np.testing.assert_allclose(quarter, np.rot90(square[..., 0], -1), atol=1e-4)
    half = changed(Augment(rotate=180.0), uniform(turn=0.0), square, background)
    np.testing.assert_allclose(half, square[::-1, ::-1, 0], atol=1e-4)


def test_a_zoom_interpolates_about_the_centre():
    row = np.array([[[0.0], [2.0], [4.0], [6.0]]], np.float32)
    larger = changed(Augment(zoom=0.5), uniform(size=1.0), row, np.zeros_like(row))  # half as large again
    np.testing.assert_allclose(larger, [[1, 7 / 3, 11 / 3, 5]], rtol=1e-6)
    smaller = changed(Augment(zoom=0.5), uniform(size=0.0), row, np.zeros_like(row))  # half as large
    # sources at -1.5, 0.5, 2.5, 4.5: what lies beyond the edge is background
    np.testing.assert_allclose(smaller, [[0, 1, 5, 0]], atol=1e-6)


def test_a_square_is_cut_out_and_may_lie_partly_outside():
    cut = changed(Augment(cutout=2), uniform(column=0.5, row=0.34))  # centre at column 2, row 1: begins one before
    np.testing.assert_array_equal(cut, [[1, 0, 0, 4], [5, 0, 0, 8], [9, 10, 11, 12]])
    corner = changed(Augment(cutout=2), uniform(column=0.0, row=0.0))
    np.testing.assert_array_equal(corner, [[0, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])


def test_the_background_is_that_of_each_place():
    background = np.full((3, 4, 1), -2, np.float32)
    background[0, 0] = 7
    moved = changed(Augment(shift=1), uniform(right=0.99, down=HALF), background + IMAGE, background)
    np.testing.assert_array_equal(moved - background[..., 0], [[0, 1, 2, 3], [0, 5, 6, 7], [0, 9, 10, 11]])


def test_colour_moves_together():
    image = np.concatenate([IMAGE, 10 * IMAGE, -IMAGE], axis=2)
    draws = placements(Augment(shift=1, rotate=30.0, zoom=0.2), np.random.default_rng(1).random((1, 8)), image.shape)
    found = np.asarray(change(image[None], draws, np.zeros((3, 4, 3), np.float32), Changes(True, True, False)))[0]
    np.testing.assert_allclose(found[..., 1], 10 * found[..., 0], rtol=1e-5)
    np.testing.assert_allclose(found[..., 2], -found[..., 0], rtol=1e-5)


def test_the_stream_does_not_depend_on_how_it_is_taken_nor_on_amounts():
    augment = Augment(shift=3, rotate=20.0, cutout=4)
    whole = Draws(augment, (28, 28, 1), 16, 5).take(7)
    parts = Draws(augment, (28, 28, 1), 16, 5)
    np.testing.assert_array_equal(np.concatenate([parts.take(3), parts.take(0), parts.take(4)]), whole)
    assert whole.shape == (7, 16, 10)
    alone = Draws(Augment(shift=3), (28, 28, 1), 16, 5).take(7)
    squares = Draws(Augment(cutout=4), (28, 28, 1), 16, 5).take(7)
    np.testing.assert_array_equal(whole[..., 6:], squares[..., 6:])  # the same squares, whatever else is done
    assert set(np.unique(alone[..., 2])) == {-3, -2, -1, 0, 1, 2, 3}
    assert Draws(Augment(), (28, 28, 1), 16, 5).take(7).shape == (7, 0, 10)
    assert not np.array_equal(Draws(augment, (28, 28, 1), 16, 6).take(7), whole)


RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((50, 8, 8, 1), dtype=np.float32)
LABELS = RANDOM.integers(0, 4, 50)
FULL = {"shift": 2, "flip": "horizontal", "rotate": 10.0, "zoom": 0.1, "cutout": 3}


def training(augment, images=IMAGES, seed=7, **keys):
    spec = TrainSpec.model_validate({"max_steps": 20, "batch_size": 16, "augment": augment, **keys})
    network = ModelSpec.model_validate({"conv": [{"filters": 4}], "dense": [8]})
    background = np.full((8, 8, 1), 0.25, np.float32)
    return Training(build_network(network, (8, 8, 1), 4, 1), spec, 20, images, LABELS, 5, seed, background)


def test_an_engine_trains_on_the_changed_images():
    """As it would on a set that holds them, in the order in which they are shown."""
    with_draws = training(FULL)
    steps = Feed(with_draws).take(4)
    shown = np.concatenate([
        change(IMAGES[batch], draws, with_draws.background, with_draws.spec.augment.changes)
        for batch, draws in zip(steps.indices, steps.draws, strict=True)
    ])  # fmt: skip
    engine = build_engine(*with_draws)
    engine.warm_up()
    ours = [engine.train(1) for _ in range(4)]
    twin = training({}).model
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    twin.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False)
    seen = LABELS[steps.indices.ravel()]
    theirs = twin.fit(shown, seen, batch_size=16, shuffle=False, verbose=0).history["loss"]
    assert np.mean([means.loss for means in ours]) == pytest.approx(theirs[0], rel=1e-5)
    engine.write_back()
    for weight, twin_weight in zip(with_draws.model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(weight, twin_weight, rtol=1e-4, atol=1e-6)


def test_an_evaluation_sees_the_images_as_they_are():
    engine = build_engine(*training(FULL))
    np.testing.assert_allclose(engine.logits(IMAGES), build_engine(*training({})).logits(IMAGES), rtol=1e-6)


def test_amounts_are_inputs_of_one_program():
    first = build_engine(*training({"shift": 1}))
    first.train(3)
    program = first._program
    del first
    assert build_engine(*training({"shift": 2, "flip": "both"}))._program is program
    assert build_engine(*training({"rotate": 2.0}))._program is not program
    assert build_engine(*training({"cutout": 2}))._program is not program
    assert build_engine(*training({}))._program is not program


def test_images_are_changed_as_the_first_batch_is():
    spec = Augment.model_validate(FULL)
    background = np.full((8, 8, 1), 0.25, np.float32)
    found = augment_images(spec, IMAGES[:16], 7, background)
    (draws,) = Draws(spec, (8, 8, 1), 16, 7).take(1)
    np.testing.assert_array_equal(found, change(IMAGES[:16], draws, background, spec.changes))
    assert found.dtype == np.float32


def test_padding_adds_steps_of_zeros():
    steps = padded(Feed(training(FULL)).take(2), 4)
    assert [part.shape for part in steps] == [(4, 16), (4,), (4, 16, 10)]
    assert all(not part[2:].any() and part[:2].any() for part in steps)
