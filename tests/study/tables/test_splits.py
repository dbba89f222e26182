import re

import pytest

from harness.errors import StudyError
from harness.study import DataSpec


def spec(**keys):
    return DataSpec(name="folder", folder="x", **keys)


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ({"validation": 0}, 30),
        ({"validation": 10}, 20),
        ({"validation": 10, "train_images": 20}, 20),
        ({"validation": 10, "train_images": 7}, 7),
        ({"validation": 6, "split": "k_fold"}, 24),
    ],
)
def test_images_that_are_left(keys, left):
    assert spec(**keys).images_to_train_on(30) == left


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"validation": 30}, "data.validation must be below 30, the training images there are, got 30. Leave some to"),
        (
            {"validation": 10, "train_images": 21},
            "data.train_images must be at most 20 (30 training images less 10 for validation), got 21.",
        ),
        (
            {"validation": 7, "split": "k_fold"},
            "data.validation must divide 30, the training images there are, with split = 'k_fold', got 7. With 6 "
            "there are 5 folds.",
        ),
    ],
)
def test_too_few_images(keys, message):
    with pytest.raises(StudyError, match=re.escape(message)):
        spec(**keys).images_to_train_on(30)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"validation": 1437}, "validation must be below 1437, the training images of digits, got 1437. Leave some"),
        (
            {"validation": 437, "train_images": 1001},
            "train_images must be at most 1000 (1437 training images of digits less 437 for validation), got 1001.",
        ),
        (
            {"validation": 100, "split": "k_fold"},
            "validation must divide 1437, the training images of digits, with split = 'k_fold', got 100. With "
            "479 there are 3 folds.",
        ),
    ],
)
def test_a_built_in_set_is_known_when_the_file_is_read(keys, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        DataSpec(name="digits", **keys)
