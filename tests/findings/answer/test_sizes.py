import math

import pytest

from harness.findings.answer.sizes import percent, short_ends, short_ratio, short_size, times
from harness.judging import Contrast
from harness.stats import Verdict


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (0.68, "32"),
        (1.67, "67"),
        (0.927, "7.3"),
        (1.02, "2"),
        (0.999, "0.1"),
        (1.0003, "0.03"),
        (0.029, "97"),
        (0.0048, "99.5"),
        (0.00004, "99.996"),
        (1.0, "0"),
        (0.0, "100"),
        (2.499, "150"),
    ],
)
def test_per_cent(ratio, expected):
    assert percent(ratio) == expected


def test_many_times_are_no_per_cent():
    assert [times(ratio) for ratio in (3.0, 3.82, 10.32, 1234.0)] == ["3", "3.8", "10", "1,234"]
    assert [short_ratio(ratio) for ratio in (0.68, 1.67, 2.9, 3.82, 1.0)] == ["−32 %", "+67 %", "+190 %", "×3.8", "0 %"]


def test_sizes_and_ends_in_a_small_cell():
    points = Contrast("test_accuracy", "difference", -0.0073, -0.0088, -0.0058)
    assert (short_size(points), short_ends(points)) == ("−0.73 points", "−0.88 to −0.58")
    faster = Contrast("train_seconds", "ratio", 0.68, 0.63, 0.74)
    assert (short_size(faster), short_ends(faster)) == ("−32 %", "−37 to −26 %")
    slower = Contrast("train_seconds", "ratio", 10.3, 0.5, 12.8)
    assert (short_size(slower), short_ends(slower)) == ("×10", "×0.5 to ×13")
    exact = Contrast("parameters", "exact", 0.5, verdict=Verdict.BETTER)
    assert (short_size(exact), short_ends(exact)) == ("−50 %", "")
    nothing = Contrast("test_accuracy", "difference", math.nan)
    assert (short_size(nothing), short_ends(nothing)) == ("", "")


def test_a_time_of_which_one_end_is_known():
    late = Contrast("steps_to_target", "time_ratio", math.inf, 2.24, math.inf)
    assert (short_size(late), short_ends(late)) == ("at least +124 %", "+124 % or more")
    early = Contrast("steps_to_target", "time_ratio", 0.0, 0.0, 0.4)
    assert (short_size(early), short_ends(early)) == ("at least −60 %", "up to −60 %")
    unknown = Contrast("steps_to_target", "time_ratio", 1.5, 0.0, math.inf)
    assert (short_size(unknown), short_ends(unknown)) == ("+50 %", "any ratio")
    nobody = Contrast("steps_to_target", "time_ratio", math.inf, math.inf, math.inf)
    assert short_size(nobody) == ""
