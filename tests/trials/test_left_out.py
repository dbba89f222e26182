import pandas as pd

from harness.trials import LeftOut, describe, keep_left_out, left_out_of

ONE = LeftOut("f00", "3", "its test_accuracy must be a number from 0 to 1, got 7.0")


def test_what_was_left_out_is_kept_with_the_table():
    table = pd.DataFrame()
    assert left_out_of(table) == ()
    keep_left_out(table, [ONE])
    assert left_out_of(table) == (ONE,)
    table.attrs["left_out"] = "edited"
    assert left_out_of(table) == ()


def test_in_words():
    assert describe([]) == ""
    assert describe([ONE]) == f"Left out: 1 trial that cannot be read: run f00 (trial 3): {ONE.fault}."
    many = describe([LeftOut("", "", "nothing")] * 7, at_most=1)
    assert many == "Left out: 7 trials that cannot be read: run without an id: nothing; and 6 more."
