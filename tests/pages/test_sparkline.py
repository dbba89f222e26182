import math

import pytest

from harness.pages.sparkline import place_of, sparkline


@pytest.mark.parametrize(
    ("values", "width", "text"),
    [
        ([], 10, ""),
        ([0, 1, 2, 3, 4, 5, 6, 7], 10, "▁▂▃▄▅▆▇█"),
        ([1.0, 0.0], 10, "█▁"),
        ([0.5, 0.5, 0.5], 10, "▄▄▄"),
        ([0, math.nan, 1, math.inf], 10, "▁ █ "),
        ([math.nan], 10, " "),
        ([0, 0, 1, 3, 4, 4], 3, "▁▅█"),  # means 0, 2, 4: 2 is the fifth of eight equal parts
        ([math.nan, 0, 1, 1], 2, "▁█"),
    ],
)
def test_blocks(values, width, text):
    assert sparkline(values, width) == text


def test_every_value_has_a_place_in_what_is_drawn():
    assert [place_of(index, 6, 3) for index in range(6)] == [0, 0, 1, 1, 2, 2]
    assert [place_of(index, 3, 6) for index in range(3)] == [0, 1, 2]
    assert place_of(99, 100, 48) == 47
