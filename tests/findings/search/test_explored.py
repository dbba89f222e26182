import numpy as np
import pytest

from harness.findings.search.explored import place_of


@pytest.mark.parametrize(
    ("levels", "cell", "place"),
    [
        (([], [16], [32, 8]), "[32, 8]", 2),
        (([], [16]), "[]", 0),
        (("max_pool", "stride"), "stride", 1),
        ((3, 5), 5.0, 1),
        ((3, 5), np.int64(3), 0),
        ((True, False), "false", 1),
    ],
)
def test_cells_are_found_among_the_levels(levels, cell, place):
    assert place_of(levels, cell) == place
