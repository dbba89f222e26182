import pandas as pd
import pytest

from harness.trials import spent_on


def frame(*rows):
    columns = ("started", "ended", "error", "threads", "pack", "train", "compile")
    table = pd.DataFrame(rows, columns=columns)
    for name in ("started", "ended"):
        table[name] = pd.Timestamp("2026-03-01T10:00Z") + pd.to_timedelta(table[name], unit="min")
    table = table.rename(columns={"train": "train_seconds", "compile": "compile_seconds"})
    clocks = {f"{name}_seconds": 1.0 for name in ("evaluate", "prepare", "record")}
    return table.assign(**clocks, refit_seconds=None, kwh=None)


def test_trials_side_by_side_share_the_minutes_and_pauses_count_nothing():
    trials = frame(
        (0, 3, None, 1, 1, 50.0, 7.0),
        (1, 2, None, 1, 1, 20.0, 7.0),
        (2, 4, "ValueError: no", 1, 1, None, None),
        (60, 61, None, 2, 4, 10.0, 7.0),
    )
    spent = spent_on(trials)
    assert spent.seconds == 60 * (4 + 1)
    # every trial has 3 seconds of other clocks; the last has two threads, and shares them with three more
    assert spent.core_seconds == pytest.approx(60 + 30 + 3 + 20 * 2 / 4)


def test_what_a_driver_that_vanished_left_open_is_not_counted():
    """It was closed by the next run, a day later."""
    trials = frame((0, 1, None, 1, 1, 30.0, 5.0), (1, 1440, "its run was killed", 1, 1, None, None))
    assert spent_on(trials).seconds == 60


def test_energy_is_summed_where_it_was_measured():
    trials = frame((0, 1, None, 1, 1, 1.0, 1.0), (1, 2, None, 1, 1, 1.0, 1.0), (2, 3, None, 1, 1, 1.0, 1.0))
    assert spent_on(trials).kwh is None
    assert spent_on(trials.assign(kwh=[0.25, None, 0.5])).kwh == 0.75


def test_nothing_was_spent_on_no_trials():
    assert spent_on(frame()).seconds == spent_on(frame()).core_seconds == 0
