"""The judge of a soak tells level from growing; the soak itself is ``make soak``."""

from __future__ import annotations

import dataclasses

import pytest

from tests.faults.soak import Sample, judge, slope

LEVEL = [Sample(0.7 * n, 0.1 * n, 0.5 * n, 400 + n % 3, 1000, 30, 4) for n in range(60)]


def test_a_slope_is_that_of_the_median_pair():
    assert slope([1.0, 2.0, 3.0, 100.0, 5.0]) == pytest.approx(1.0)


def test_what_is_level_is_fine():
    table, wrong = judge(LEVEL)
    assert wrong == []
    assert "seconds of the workers             0.500     0.500" in table


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda n, s: dataclasses.replace(s, driver=s.driver + 0.5 * n), "the driver grows by 0.500 MB a training"),
        (lambda n, s: dataclasses.replace(s, descriptors=30 + n), "descriptors grow by 1.0, threads by 0.0 a training"),
        (
            lambda n, s: dataclasses.replace(s, workers_cpu=0.5 * n + 0.01 * n * n),
            "a training took 0.860 s of the workers at first, 1.520 s at last",
        ),
    ],
)
def test_what_grows_is_said(change, said):
    _, wrong = judge([change(n, sample) for n, sample in enumerate(LEVEL)])
    assert len(wrong) == 1
    assert said in wrong[0]
