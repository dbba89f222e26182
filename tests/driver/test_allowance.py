"""Runs that a budget ends, over a store in memory, with workers that answer from a script."""

from __future__ import annotations

import pandas as pd
import pytest
from optuna.trial import TrialState

from harness.driver import Stopped, run_study
from harness.driver.allowance import Allowance, Deadline, Power, allowance_of
from harness.errors import UsageError
from harness.launchers import About
from harness.records import Clocks
from harness.reports import report
from harness.results import load_results
from tests.conftest import ScriptedLauncher, make_result
from tests.driver.conftest import finish, in_optuna, statuses

SEARCH = {
    "kind": "search", "trials": 30, "sampler": "random", "confirm": {"replicates": 2},
    "space": {"train.learning_rate": {"low": 1e-3, "high": 1e-1}},
}  # fmt: skip


def slow(job):
    """An answer that comes at once, and says that it took a hundred hours."""
    return make_result(0.9, clocks=Clocks(train=360_000.0))


class TestTrainings:
    def test_no_more_begin_than_the_study_may_have(self, memory, tiny):
        study = tiny(budget={"trainings": 3})
        outcome = run_study(study, store=memory, launch=ScriptedLauncher(finish))
        assert (outcome.finished, outcome.cut_off) == (3, 0)
        assert outcome.stopped == Stopped("it may have 3 trainings", "budget.trainings")
        assert memory.studies["tiny"].status == "KILLED"
        again = ScriptedLauncher(finish)
        outcome = run_study(study, store=memory, launch=again)
        assert (outcome.finished_here, outcome.stopped.key, again.expected) == (0, "budget.trainings", 0)
        more = run_study(tiny(budget={"trainings": 9}), store=memory, launch=ScriptedLauncher(finish))
        assert (more.finished, more.finished_here, more.stopped) == (4, 1, None)

    def test_as_many_as_the_study_asks_for_are_all_of_it(self, memory, tiny):
        outcome = run_study(tiny(budget={"trainings": 4}), store=memory, launch=ScriptedLauncher(finish))
        assert (outcome.finished, outcome.stopped) == (4, None)
        assert memory.studies["tiny"].status == "FINISHED"

    def test_whole_replicates_come_first(self, memory, tiny):
        study = tiny(budget={"trainings": 6}, **{"design.replicates": 9})
        run_study(study, store=memory, launch=ScriptedLauncher(finish, places=1))
        trials = load_results("tiny", memory).trials
        assert sorted(trials.groupby("variant")["replicate"].apply(list).tolist()) == [[0, 1, 2], [0, 1, 2]]

    def test_a_pack_is_as_large_as_the_budget(self, memory, tiny):
        study = tiny(budget={"trainings": 3}, design={"kind": "factorial", "replicates": 8})
        launcher = ScriptedLauncher(finish, places=1)
        assert run_study(study, store=memory, launch=launcher, pack=8).finished == 3
        assert [len(pack) for pack in launcher.packs] == [3]

    def test_a_search_keeps_room_for_its_confirmations(self, memory, tiny):
        study = tiny(design=SEARCH, budget={"trainings": 12})
        outcome = run_study(study, store=memory, launch=ScriptedLauncher(finish))
        phases = load_results("tiny", memory).trials["phase"].tolist()
        assert (phases.count("search"), phases.count("confirm")) == (8, 4)
        assert outcome.stopped == Stopped(
            "it may have 12 trainings, 4 of them to confirm what was found", "budget.trainings"
        )
        more = run_study(tiny(design=SEARCH), store=memory, launch=ScriptedLauncher(finish))
        assert more.stopped is None
        assert load_results("tiny", memory).trials["phase"].tolist().count("search") == 30


class TestTime:
    def test_none_begins_that_would_not_end_in_time(self, memory, tiny):
        """The first two have begun before it is known how long they take."""
        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(slow), minutes=60)
        assert (outcome.finished, outcome.cut_off) == (1, 1) or (outcome.finished, outcome.cut_off) == (2, 0)
        assert outcome.stopped.why.endswith("of the 60 minutes of this run, too few for a training of up to 6000.0 min")
        assert outcome.stopped.key == ""

    def test_a_later_run_knows_how_long_they_take(self, memory, tiny):
        run_study(tiny(**{"design.replicates": 1}), store=memory, launch=ScriptedLauncher(slow))
        launcher = ScriptedLauncher(slow)
        outcome = run_study(tiny(budget={"minutes": 60}), store=memory, launch=launcher)
        assert (launcher.jobs, outcome.finished, outcome.stopped.key) == ([], 2, "budget.minutes")

    def test_a_search_ends_in_time_to_confirm(self, memory, tiny):
        """A training takes an hour; four confirmations by two workers leave 8 of 10 hours to the search."""
        clock = Clock()
        allowance = Allowance(deadline=Deadline(10 * 3600, "the time"), clock=clock)
        for hours, search_goes_on in ((0.0, True), (6.5, True), (7.5, False)):
            clock.now = 3600 * hours
            plan = Searching(to_confirm=4)
            allowance.take("base", 3600.0)
            assert allowance.admits(plan, workers=2)
            assert plan.search_ended is not search_goes_on

    def test_what_is_under_way_when_time_is_over_is_cut_off(self, memory, tiny, monkeypatch):
        clock = Clock()

        class Slow(ScriptedLauncher):
            def poll(self, seconds):
                clock.now += 10
                return super().poll(seconds) if clock.now < 25 else []

        allowance = Allowance(deadline=Deadline(60.0, "the minute", "budget.minutes"), clock=clock)
        monkeypatch.setattr("harness.driver.allowance_of", lambda *_: allowance)
        outcome = run_study(tiny(), store=memory, launch=Slow(finish))
        assert (outcome.finished, outcome.cut_off) == (2, 2)
        assert outcome.stopped == Stopped("the minute are over", "budget.minutes")
        trials = load_results("tiny", memory).trials
        assert trials["status"].tolist() == ["finished", "finished", "killed", "killed"]
        assert set(trials["error"].dropna()) == {"the time that the study may take was over"}
        assert [trial.state for trial in in_optuna(memory)][2:] == [TrialState.FAIL] * 2
        monkeypatch.undo()
        assert run_study(tiny(), store=memory, launch=ScriptedLauncher(finish)).finished == 4

    def test_a_study_that_ends_in_its_last_moment_is_whole(self, memory, tiny, monkeypatch):
        clock = Clock()

        def last(job):
            clock.now += 20
            return finish(job)

        allowance = Allowance(deadline=Deadline(80.0, "the minutes"), clock=clock)
        monkeypatch.setattr("harness.driver.allowance_of", lambda *_: allowance)
        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(last))
        assert clock.now == 80
        assert (outcome.finished, outcome.stopped) == (4, None)

    @pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf")])
    def test_minutes_that_are_none(self, tmp_path, tiny, minutes):
        with pytest.raises(UsageError, match="the minutes of a run must be a number above 0, got"):
            run_study(tiny(), store=tmp_path / "mlruns", launch=ScriptedLauncher(finish), minutes=minutes)
        assert not (tmp_path / "mlruns").exists()


class Meter:
    """Every reading is a kilowatt-hour more."""

    def __init__(self):
        self.readings = 0

    def kwh(self):
        self.readings += 1
        return 1.0


class TestEnergy:
    def test_none_begins_that_would_take_more_and_each_trial_records_its_part(self, memory, tiny, monkeypatch):
        study = tiny(budget={"kwh": 7}, **{"design.replicates": 9})
        meter = Meter()
        monkeypatch.setattr("harness.driver.EnergyMeter", lambda: meter)
        outcome = run_study(study, store=memory, launch=ScriptedLauncher(finish, places=1))
        trials = load_results("tiny", memory).trials
        # one reading a trial, and another one where a second had passed
        assert trials["kwh"].min() >= 1
        assert trials["kwh"].sum() <= meter.readings
        assert 1 <= outcome.finished <= 7
        assert outcome.stopped.key == "budget.kwh"
        assert "of its 7 kWh are spent, and a training takes" in outcome.stopped.why
        again = run_study(study, store=memory, launch=ScriptedLauncher(finish, places=1))
        assert (again.finished_here, again.stopped.key) == (0, "budget.kwh")
        told = report(*load_results("tiny", memory))
        assert "Its budget: 7 kWh, of which " in told.sentences[1]
        assert "kWh of the whole machine, by its counters (CodeCarbon)." in told.measured["Spent"]

    def test_what_earlier_runs_took_counts(self):
        power = Power(Meter(), most=10, spent=8.0, trainings=4)
        assert power.refusal(1) == ""
        assert power.refusal(2) == "8 of its 10 kWh are spent, and a training takes 2"
        assert power.since_last() == 1.0
        power.read()
        assert power.refusal(1) == "10 of its 10 kWh are spent, and a training takes 1.8"

    def test_workers_elsewhere_are_not_measured(self, tmp_path, tiny):
        class Elsewhere(ScriptedLauncher):
            about = About("a cluster", 2, 1, here=False)

        with pytest.raises(UsageError, match="must not be given where workers are on other machines, got 3: their"):
            run_study(tiny(budget={"kwh": 3}), store=tmp_path / "mlruns", launch=Elsewhere(finish))
        assert not (tmp_path / "mlruns").exists()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Searching:
    """A plan of a search with a queue of confirmations behind it, as far as an allowance asks."""

    finished = running = 0
    awaits, upcoming, search_ended = True, "", False

    def __init__(self, to_confirm):
        self.to_confirm = to_confirm

    @property
    def searching(self):
        return not self.search_ended

    def end_search(self):
        self.search_ended = True


def trials_of(*minutes, seconds=90.0):
    begins = pd.Timestamp("2026-03-01T10:00Z")
    rows = [(begins + pd.Timedelta(minutes=a), begins + pd.Timedelta(minutes=b), None) for a, b in minutes]
    table = pd.DataFrame(rows, columns=["started", "ended", "error"])
    clocks = {f"{name}_seconds": 0.0 for name in ("evaluate", "compile", "prepare", "record", "refit")}
    return table.assign(train_seconds=seconds, kwh=None, threads=1, pack=1, digest="d", status="finished", **clocks)


def test_the_minutes_of_a_study_are_those_of_all_its_runs(tiny):
    study = tiny(budget={"minutes": 10})
    allowance = allowance_of(study, None, began=1000.0, read=lambda: trials_of((0, 4), (100, 102)))
    assert allowance._deadline == Deadline(1000.0 + 60 * 4, "the 10 minutes of all runs", "budget.minutes")
    assert allowance._longest("d") == allowance._longest("another") == 90.0


def test_the_earlier_of_two_limits_counts(tiny):
    study = tiny(budget={"minutes": 10})
    for minutes, title in ((3, "the 3 minutes of this run"), (5, "the 10 minutes of all runs")):
        allowance = allowance_of(study, minutes, began=0.0, read=lambda: trials_of((0, 6)))
        assert allowance._deadline.title == title


def test_without_a_limit_nothing_is_read(tiny):
    def read():
        raise AssertionError

    assert allowance_of(tiny(budget={"trainings": 3}), None, 0.0, read).left == float("inf")


def test_a_report_says_first_what_the_budget_left_out(memory, tiny):
    study = tiny(budget={"trainings": 5}, **{"design.replicates": 4})
    run_study(study, store=memory, launch=ScriptedLauncher(finish, places=1))
    assert statuses(memory) == ["finished"] * 5
    assert report(*load_results("tiny", memory)).sentences[1] == (
        "This study is unfinished: 5 of 8 trainings are done, 2 whole replicates of every variant. To judge what there "
        "is, run it with design.replicates = 3, which takes 1 more training: a look that is charged. Its budget: 5 "
        "trainings."
    )
