"""What a run says at its start of a study whose replicates were changed; two variants each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.findings.questions.looks import say_going_on, say_looks
from harness.records import asked_by
from tests.findings.conftest import make_study

FACTORS = {"model.downsample": ["max_pool", "stride"]}


def asked(*often, finished=None):
    """Return a study, and what was asked of it, each time when all that was asked before had finished."""
    there, known = 0, []
    for least, most in often:
        known.append(replace(asked_by(make_study(), finished=2 * there), replicates=(least, most)))
        there = most
    if finished is not None:
        known[-1] = replace(known[-1], finished=finished)
    replicates = most if least == most else {"min": least, "max": most}
    return make_study(design={"kind": "factorial", "replicates": replicates, "factors": FACTORS}), known


@pytest.mark.parametrize(
    ("often", "text"),
    [
        (
            [(5, 5), (10, 10)],
            "This study was looked at with 5 replicates before: what follows is its second look, and is judged at "
            "0.44 % instead of 4.5 %.",
        ),
        (
            [(5, 5), (10, 10), (20, 20)],
            "This study was looked at with 5 and 10 replicates before: what follows is its third look, and is judged "
            "at 0.17 % instead of 4.5 %.",
        ),
        (
            [(3, 12), (3, 30)],
            "This study was looked at with 3, 5, 7, 9 and 12 replicates before: what follows are looks after 15, 19, "
            "24 and 30; the last is judged at 0.11 % instead of 3.8 %.",
        ),
        ([(10, 10), (5, 5)], "This study was looked at with 10 replicates before: it is judged by what there is."),
        ([(5, 5)], ""),
        ([(1, 1), (5, 5)], ""),  # one pair tells nothing
    ],
)
def test_going_on_says_what_it_costs(often, text):
    assert say_going_on(*asked(*often)) == text


def test_a_change_before_the_first_look_counts_what_there_was():
    assert say_going_on(*asked((10, 10), (5, 5), finished=3)) == (
        "This study had 2 replicates when their number was changed: what follows is judged at 0.2 % instead of 4.5 %."
    )
    assert say_going_on(*asked((10, 10), (5, 5), finished=0)) == ""


def test_looks_are_listed():
    assert say_looks(asked((3, 30))[0]) == "looks after 3, 5, 7, 9, 12, 15, 19, 24 and 30 replicates"
    assert say_looks(*asked((5, 5), (10, 10))) == "looks after 5 and 10 replicates"
    assert say_looks(asked((5, 5))[0]) == ""
