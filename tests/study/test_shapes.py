"""Shapes from the published networks, and the rules at the edges."""

from __future__ import annotations

import pytest

from harness.errors import ImpossibleNetwork
from harness.study import ModelSpec, block_shapes, window_output


@pytest.mark.parametrize(
    ("preset", "sides"),
    [
        ("hvass02", [28, 14, 14, 7]),
        ("hvass13b", [28, 14, 14, 7]),
        ("digitcnn", [24, 12, 8, 4]),
        ("keras_two_conv", [26, 13, 11, 5]),
        ("keras_one_conv", [26, 13]),
        ("keras_dense", []),
    ],
)
def test_published_shapes(preset, sides):
    shapes = block_shapes(ModelSpec.model_validate({"preset": preset}), (28, 28, 1))
    assert [side for pair in shapes for side in (pair[0][0], pair[1][0])] == sides


@pytest.mark.parametrize(
    ("size", "window", "stride", "padding", "output"),
    [
        (28, 5, 1, "same", 28),
        (28, 5, 2, "same", 14),
        (7, 2, 2, "same", 4),
        (7, 2, 2, "valid", 3),
        (28, 5, 2, "valid", 12),
        (4, 5, 1, "valid", 0),
        (1, 2, 2, "valid", 0),
        (1, 2, 2, "same", 1),
    ],
)
def test_window_output(size, window, stride, padding, output):
    assert window_output(size, window, stride, padding) == output


def test_a_pool_that_does_not_fit():
    model = ModelSpec.model_validate(
        {"conv": [{"filters": 1}] * 4, "dense": [], "pool_padding": "valid", "padding": "same"}
    )
    assert [end[0] for _, end in block_shapes(model, (28, 28, 1))] == [14, 7, 3, 1]
    with pytest.raises(ImpossibleNetwork, match="block 4 pools a map of 1x1 below 1x1"):
        block_shapes(model, (8, 8, 1))
