import sys

import pytest

from benchmarks.measure import table, time_in_turn, time_process


def test_a_table_has_its_numbers_on_the_right():
    assert table(["what", "s"], [["floor", "1.0"], ["us", "12.5"]]).splitlines() == [
        "| what  |    s |",
        "|-------|-----:|",
        "| floor |  1.0 |",
        "| us    | 12.5 |",
    ]


def test_processes_are_timed_in_turn_each_in_a_new_folder():
    code = "import pathlib, time; assert not list(pathlib.Path().glob('mark')); open('mark', 'w'); time.sleep(0.2)"
    timings = time_in_turn({"a": [sys.executable, "-c", code], "b": [sys.executable, "-c", "pass"]}, 2, {}, quiet=True)
    assert [len(timing.seconds) for timing in timings.values()] == [2, 2]
    assert min(timings["a"].seconds) >= 0.2
    assert timings["a"].median > timings["b"].median


def test_one_that_fails_says_why():
    with pytest.raises(SystemExit, match=r"ended with 1 in (.|\n)*ValueError: no"):
        time_process([sys.executable, "-c", "raise ValueError('no')"], {})
