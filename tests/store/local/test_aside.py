"""`--fresh` renames a study in two databases, in one step as far as anybody can see."""

from __future__ import annotations

import pytest

from harness.driver import run_study
from harness.results import load_results
from harness.store import aside as naming
from harness.store import open_store
from harness.store.local import aside
from harness.store.local.database import open_client
from harness.store.local.files.folder import LOCKS
from harness.store.local.optuna_storage import open_storage, study_names
from harness.store.record.experiments import experiment_names
from tests.conftest import ScriptedLauncher, make_result


def finish(job):
    return make_result()


def names(store):
    in_mlflow = [name for name in experiment_names(open_client(store)) if name != "Default"]
    return sorted(in_mlflow), sorted(study_names(open_storage(store)))


def run(study, store, **options):
    return run_study(study, store=store, launch=ScriptedLauncher(finish), **options)


def test_the_old_has_one_name_in_both_and_the_new_one_is_whole(store, tiny):
    run(tiny(**{"design.replicates": 1}), store)
    outcome = run(tiny(), store, fresh=True)
    assert names(store) == (["tiny", outcome.aside], ["tiny", outcome.aside])
    assert len(load_results(outcome.aside, store).trials) == 2
    assert load_results("tiny", store).trials["trial"].tolist() == [0, 1, 2, 3]


def test_twice_in_a_second(store, tiny, monkeypatch):
    class Clock(naming.datetime):
        @classmethod
        def now(cls, zone=None):
            return cls(2026, 1, 2, 3, 4, 5, tzinfo=zone)

    monkeypatch.setattr(naming, "datetime", Clock)
    run(tiny(), store)
    first, second, third = (run(tiny(), store, fresh=True).aside for _ in range(3))
    assert first == "tiny until 2026-01-02 03.04.05"
    assert (second, third) == (f"{first} (2)", f"{first} (3)")
    assert names(store) == (sorted(["tiny", first, second, third]), sorted(["tiny", first, second, third]))


def test_there_is_nothing_to_put_aside(store, tiny):
    assert run(tiny(), store, fresh=True).aside is None
    assert names(store) == (["tiny"], ["tiny"])


@pytest.mark.parametrize("cut", ["rename_studies", "rename_experiment"])
@pytest.mark.parametrize("then", ["run", "fresh", "repair"])
def test_whoever_comes_next_finishes_what_was_cut_off(store, tiny, monkeypatch, cut, then):
    run(tiny(), store)
    with monkeypatch.context() as patch:

        def killed(*arguments):
            raise KeyboardInterrupt

        patch.setattr(aside, cut, killed)
        with pytest.raises(KeyboardInterrupt):
            aside.put_aside("tiny", store, open_client(store), open_storage(store))
    assert aside.half_aside(store) == ["tiny"]
    if then == "repair":
        found = open_store(store).conditions(repair=str)
        (cut_off,) = (condition for condition in found if condition.text.startswith("tiny: was being renamed"))
        assert cut_off.mend().startswith("is called 'tiny until ")
        ((new,), (same,)) = names(store)
        assert new == same
        assert new.startswith("tiny until ")
        return
    outcome = run(tiny(), store, fresh=then == "fresh")
    assert (outcome.finished, outcome.finished_here) == (4, 4)
    assert outcome.aside is not None
    assert names(store) == (["tiny", outcome.aside], ["tiny", outcome.aside])
    assert aside.half_aside(store) == []
    assert not list((store / LOCKS).glob("*.aside"))
