"""Running again, over a store in memory: nothing is trained twice, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState

from harness.driver import run_study
from harness.driver.resume import require_same_meaning
from harness.errors import StudyError
from harness.plan import open_study
from harness.records import StopReason
from harness.reports import report
from harness.results import load_results
from harness.study import build_study
from tests.conftest import TINY, ScriptedLauncher, changed, make_result
from tests.driver.conftest import finish, in_optuna


class TestGoingOn:
    def test_running_again_trains_nothing_and_starts_no_worker(self, memory, tiny):
        run_study(tiny(), store=memory, launch=ScriptedLauncher(finish))

        launcher = ScriptedLauncher(finish)
        outcome = run_study(tiny(), store=memory, launch=launcher)
        assert (outcome.finished, outcome.finished_here) == (4, 0)
        assert (launcher.expected, launcher.jobs) == (0, [])

    def test_a_larger_budget_adds_what_is_missing(self, memory, tiny):
        run_study(tiny(), store=memory, launch=ScriptedLauncher(finish))
        launcher = ScriptedLauncher(finish)
        run_study(tiny(**{"design.replicates": 3}), store=memory, launch=launcher)
        assert [(job.trial, job.replicate) for job in launcher.jobs] == [(4, 2), (5, 2)]

    def test_a_report_says_what_was_asked_only_when_there_were_results(self, memory, tiny):
        margins = {"report.margin": {"test_accuracy": 0.002}}
        run_study(tiny(**margins), store=memory, launch=ScriptedLauncher(finish))
        assert not [said for said in report(*load_results("tiny", memory)).remarks if "changed" in said]
        margins["report.margin"] = {"test_accuracy": 0.005}
        run_study(tiny(**margins, **{"design.replicates": 3}), store=memory, launch=ScriptedLauncher(finish))
        said = [one for one in report(*load_results("tiny", memory)).remarks if "changed" in one]
        day = f"on {datetime.now(UTC):%Y-%m-%d}, after 4 trials had finished."
        assert said == [
            f"The replicates were changed from 2 to 3 {day}",
            f"The margin of test accuracy was changed from 0.002 to 0.005 {day}",
        ]

    def test_ctrl_c_closes_runs_as_killed_and_the_next_run_goes_on(self, memory, tiny):
        def answer(job):
            if job.trial == 1:
                raise KeyboardInterrupt
            return finish(job)

        launcher = ScriptedLauncher(answer)
        outcome = run_study(tiny(), store=memory, launch=launcher)
        assert outcome.interrupted
        assert launcher.closed
        assert memory.studies["tiny"].status == "KILLED"
        trials = load_results("tiny", memory).trials
        assert trials["status"].tolist() == ["finished", "killed", "killed"]
        assert set(trials["stop_reason"].dropna()) == {"maximum", "interrupted"}
        states = [trial.state for trial in in_optuna(memory)]
        assert states == [TrialState.COMPLETE, TrialState.FAIL, TrialState.FAIL]
        outcome = run_study(tiny(), store=memory, launch=ScriptedLauncher(finish))
        assert (outcome.finished, outcome.finished_here) == (4, 3)

    @pytest.mark.parametrize("last_act", ["tell", "finish"])
    @pytest.mark.parametrize("place", ["memory", "store"])
    def test_a_driver_that_vanishes_loses_and_doubles_nothing(self, request, tiny, monkeypatch, last_act, place):
        """Cut the driver off in the two moments that matter: before recording a result, and before telling Optuna."""
        from harness.plan import Plan
        from harness.store.memory.recording import MemoryRecording
        from harness.store.record.recorder import Recorder

        store = request.getfixturevalue(place)
        recording = MemoryRecording if place == "memory" else Recorder

        class Vanished(BaseException):
            pass

        def vanish(*arguments, **named):
            raise Vanished

        with monkeypatch.context() as patch:
            patch.setattr(*((Plan, "tell", vanish) if last_act == "tell" else (recording, "finish", vanish)))
            for method in ("kill", "close"):
                patch.setattr(recording, method, lambda *arguments: None)
            patch.setattr(Plan, "fail", lambda *arguments, **named: None)
            with pytest.raises(Vanished):
                run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        outcome = run_study(tiny(), store=store, launch=ScriptedLauncher(finish))
        assert outcome.finished == 4
        trials = load_results("tiny", store).trials
        finished = trials[trials["status"] == "finished"]
        assert not finished.duplicated(["digest", "replicate"]).any()
        assert len(finished) == 4
        assert outcome.finished_here == (3 if last_act == "tell" else 4)

    def test_a_diverged_result_that_was_not_told_is_adopted(self, memory, tiny, monkeypatch):
        design = {"kind": "search", "trials": 2, "objectives": ["val_loss"], "space": {"model.dense": [[16], [8]]}}
        study = tiny(design=design)
        metrics = {**make_result().metrics, "val_loss": float("nan")}
        diverged = make_result(stop_reason=StopReason.NOT_FINITE, metrics=metrics)
        from harness.plan import Plan

        def vanish(*arguments):
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(Plan, "tell", vanish)
            with pytest.raises(SystemExit):
                run_study(study, store=memory, launch=ScriptedLauncher(lambda job: diverged, evaluations=()))
        assert run_study(study, store=memory, launch=ScriptedLauncher(finish)).failed == {}


class TestRefusals:
    def test_a_changed_meaning_is_refused_with_the_way_out(self, memory, tiny):
        run_study(tiny(), store=memory, launch=ScriptedLauncher(finish))
        with pytest.raises(StudyError) as caught:
            run_study(tiny(**{"train.learning_rate": 0.1}), store=memory, launch=ScriptedLauncher(finish))
        assert str(caught.value) == (
            "tiny: the study changed since its results were made: train.learning_rate was 0.01, now 0.1. "
            "Put it back, run it under another name (--name NEW), or begin anew with --fresh "
            "(the old results are kept, renamed)."
        )

    def test_code_that_changed_is_named_once(self):
        def study(text):
            given = {name: table for name, table in changed(TINY, {}).items() if name != "model"}
            given["model"] = {"build": "mine.py:network"}
            given["design"] = {"kind": "factorial", "replicates": 1}
            return build_study(given, name="mine", code={"mine.py": text})

        text = "def network(image_shape, classes):\n    return None\n"
        storage = InMemoryStorage()
        open_study(study(text), storage)
        with pytest.raises(StudyError, match=r"were made: the text of mine\.py is another one\. Put it back"):
            require_same_meaning(study(text + "# another\n"), storage)
