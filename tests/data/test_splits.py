import re

import numpy as np
import pytest

from harness.data.splits import split_positions
from harness.errors import StudyError
from harness.study import DataSpec

LABELS = np.repeat([0, 1], [20, 10])  # file order: all of class 0 first


def spec(validation, split, train_images=None):
    return DataSpec(name="folder", folder="x", validation=validation, split=split, train_images=train_images)


def test_first():
    train, validation = split_positions(LABELS, spec(3, "first"), 0)
    assert validation.tolist() == [0, 1, 2]
    assert train.tolist() == list(range(3, 30))
    assert split_positions(LABELS, spec(3, "first", 2), 0)[0].tolist() == [3, 4]


def test_last():
    train, validation = split_positions(LABELS, spec(3, "last"), 0)
    assert validation.tolist() == [27, 28, 29]
    assert train.tolist() == list(range(27))
    assert split_positions(LABELS, spec(3, "last", 2), 0)[0].tolist() == [0, 1]


def test_stratified_keeps_the_shares_of_the_classes():
    train, validation = split_positions(LABELS, spec(6, "stratified", 12), 5)
    assert np.bincount(LABELS[validation]).tolist() == [4, 2]
    assert np.bincount(LABELS[train]).tolist() == [8, 4]
    assert len({*train, *validation}) == 18
    assert train.tolist() == sorted(train)
    assert validation.tolist() == sorted(validation)


def test_stratified_depends_on_the_seed_alone():
    one, again, two = (split_positions(LABELS, spec(6, "stratified"), seed)[1].tolist() for seed in (1, 1, 2**40))
    assert one == again
    assert one != two
    fewer = split_positions(LABELS, spec(6, "stratified", 12), 1)[1].tolist()
    assert one == fewer


@pytest.mark.parametrize("split", ["first", "last", "stratified"])
def test_without_validation(split):
    train, validation = split_positions(LABELS, spec(0, split), 0)
    assert train.tolist() == list(range(30))
    assert len(validation) == 0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (spec(30, "first"), "data.validation must be below 30, the training images there are, got 30. Leave some"),
        (spec(10, "last", 21), "data.train_images must be at most 20 (30 training images less 10 for validation), got"),
        (spec(1, "stratified"), "data.validation: 1 of 30 images in 2 classes cannot be drawn by class, got: The test"),
        (spec(6, "stratified", 23), "data.train_images: 23 of 24 images in 2 classes cannot be drawn by class, got"),
    ],
)
def test_too_few_images(asked, message):
    with pytest.raises(StudyError, match=re.escape(message)):
        split_positions(LABELS, asked, 0)


class TestKFold:
    def test_every_image_is_held_out_once(self):
        parts = [split_positions(LABELS, spec(6, "k_fold"), 3, part) for part in range(5)]
        held = np.sort(np.concatenate([validation for _, validation in parts]))
        assert held.tolist() == list(range(30))
        for train, validation in parts:
            assert np.bincount(LABELS[validation]).tolist() == [4, 2]
            assert sorted([*train, *validation]) == list(range(30))

    def test_beyond_the_last_part_the_images_are_shuffled_anew(self):
        first, again, next_round = (
            split_positions(LABELS, spec(6, "k_fold"), 3, part)[1].tolist() for part in (0, 0, 5)
        )
        assert first == again
        assert first != next_round

    def test_train_images_are_drawn_by_class_from_the_other_parts(self):
        train, validation = split_positions(LABELS, spec(6, "k_fold", 12), 3, 1)
        assert np.bincount(LABELS[train]).tolist() == [8, 4]
        assert not set(train) & set(validation)

    def test_parts_of_unequal_size_are_refused(self):
        with pytest.raises(StudyError, match=r"data.validation must divide 30, .*got 7"):
            split_positions(LABELS, spec(7, "k_fold"), 0)
