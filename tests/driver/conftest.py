"""What the scripted workers of these tests answer, and what the store says then."""

from __future__ import annotations

import optuna
import pytest

from harness.results import load_results
from harness.store.memory.store import MemoryStore
from tests.conftest import make_result


@pytest.fixture
def memory():
    return MemoryStore()


def finish(job):
    return make_result(0.9 if job.variant.label == "base" else 0.8)


def statuses(store, name="tiny"):
    return load_results(name, store).trials["status"].tolist()


def in_optuna(store, name="tiny"):
    """Return the trials that Optuna's storage has of a study."""
    with store.hold(name) as hold:
        return optuna.load_study(study_name=name, storage=hold.storage).trials
