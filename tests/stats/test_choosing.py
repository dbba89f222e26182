import math

import numpy as np
import pytest

from harness.stats import within_one_standard_error

FLAT = np.array([-1.0, 0.0, 1.0])  # standard deviation 1, standard error 1 / sqrt(3) = 0.577


def test_by_hand():
    found = within_one_standard_error([FLAT + up for up in (9.3, 9.5, 10.0, 9.4)], 1)
    assert (found.best, found.places) == (2, (1, 2))
    assert found.error == pytest.approx(1 / math.sqrt(3))


def test_lower_may_be_better():
    found = within_one_standard_error([FLAT + up for up in (10.0, 10.5, 10.6)], -1)
    assert (found.best, found.places) == (0, (0, 1))


def test_parts_that_share_images_have_a_larger_error():
    found = within_one_standard_error([FLAT + up for up in (9.3, 10.0)], 1, overlap=0.25)
    assert found.error == pytest.approx(math.sqrt(1 / 3 + 1 / 4))
    assert found.places == (0, 1)


def test_it_is_the_error_of_the_best_that_counts():
    found = within_one_standard_error([100 * FLAT + 9.9, 0 * FLAT + 10.0], 1)
    assert (found.best, found.error, found.places) == (1, 0.0, (1,))


@pytest.mark.parametrize("samples", [[], [FLAT, FLAT[:1]]])
def test_what_has_no_error_is_refused(samples):
    with pytest.raises(ValueError, match="two values or more"):
        within_one_standard_error(samples, 1)
