"""Small real studies, and results made by hand for tests that train nothing."""

from __future__ import annotations

import copy
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.launchers import About, Death, Work
from harness.launchers.serving import left_by
from harness.records import (
    Clocks,
    Evaluated,
    Event,
    Failed,
    Fingerprint,
    Finished,
    Job,
    Reply,
    Started,
    StopReason,
    TrialResult,
)
from harness.store.local.database import DATABASE, open_client
from harness.study import Study, build_study

if TYPE_CHECKING:
    from tests.shelf import Shelf


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in processes that tests start: a shell's background jobs are started without it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _state_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What was run here before is remembered in the user's folder: tests have one of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


TINY: dict[str, Any] = {
    "question": "Is a stride of 2 as good as pooling on 8x8 digits?",
    "insight": "basic",
    "data": {"name": "digits", "validation": 300},
    "model": {"conv": [{"filters": 4}], "dense": [16]},
    "train": {"learning_rate": 0.01, "batch_size": 32, "max_steps": 60, "evaluate_every": 20},
    "target": {"metric": "val_accuracy", "value": 0.99},
    "design": {"kind": "factorial", "replicates": 2, "factors": {"model.downsample": ["max_pool", "stride"]}},
}
"""A study on the 8x8 digits that trains in a second."""

FINGERPRINT = Fingerprint("test processor", "cpu", "tensorflow 2.21.0", "3.15.1", "3.11.7", 1, 2)
COSTS = {"parameters": 1000, "macs": 5000, "activations": 300, "activation_ops": 200, "pool_ops": 100}


def changed(given: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables with some dotted paths set; None removes a key."""
    tables = copy.deepcopy(given)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = tables
        for part in parents:
            place = place.setdefault(part, {})
        if value is None:
            del place[last]
        else:
            place[last] = value
    return tables


@pytest.fixture
def tiny() -> Callable[..., Study]:
    """Build the tiny study with some keys changed: ``tiny(**{"train.max_steps": 3})``; None removes a key."""

    def make(name: str = "tiny", **changes: Any) -> Study:
        return build_study(changed(TINY, changes), name=name, text="# tiny\n")

    return make


def make_result(accuracy: float = 0.9, stop_reason: StopReason = StopReason.MAXIMUM, **changes: Any) -> TrialResult:
    """A result as a worker sends it."""
    values: dict[str, Any] = {
        "stop_reason": stop_reason,
        "steps": 60,
        "epochs": 1.5,
        "metrics": {
            "train_loss": 0.5,
            "train_accuracy": 0.8,
            "val_loss": 0.4,
            "val_accuracy": accuracy,
            "test_loss": 0.45,
            "test_accuracy": accuracy - 0.01,
        },
        "clocks": Clocks(prepare=0.1, compile=1.0, train=2.0, evaluate=0.2, record=0.3),
        "steps_to_target": None,
        "seconds_to_target": None,
        "images_per_second": 960.0,
        "costs": COSTS,
        "fingerprint": FINGERPRINT,
    }
    return TrialResult(**{**values, **changes})


class ScriptedLauncher:
    """Answers each job at once with what a function says: a result, an exception's text, or a death.

    Args:
        answer: takes a job and returns a TrialResult, a Failed, a Death, or raises (Ctrl-C, say).
        places: jobs at a time.
        evaluations: validation accuracies reported before the end, for every job.
        leave: writes what a job leaves into the folder that it is given.
    """

    pending = 0

    def __init__(
        self,
        answer: Callable[[Job], TrialResult | Failed | Death],
        places: int = 2,
        evaluations: Sequence[float] = (0.3, 0.6),
        leave: Callable[[Job, Path], None] | None = None,
    ) -> None:
        self.answer, self.places, self.evaluations, self.leave = answer, places, evaluations, leave
        self.expected = 0
        self.jobs: list[Job] = []
        self.packs: list[list[int]] = []
        self.waiting: list[Job] = []
        self.replies: list[tuple[int, Reply]] = []
        self.closed = False

    def __call__(self, work: Work) -> ScriptedLauncher:
        self.work = work
        return self

    @property
    def about(self) -> About:
        return About("a script", max(self.places, self.work.workers or 0), self.work.threads)

    @property
    def free(self) -> int:
        return 0 if self.closed else max(0, self.places - len(self.waiting))

    def expect(self, trainings: int) -> None:
        self.expected = trainings

    def submit(self, jobs: Sequence[Job]) -> None:
        self.packs.append([job.trial for job in jobs])
        self.jobs.extend(jobs)
        self.waiting.extend(jobs)

    def reply(self, trial: int, reply: Reply) -> None:
        self.replies.append((trial, reply))

    def poll(self, seconds: float) -> list[Event | Death]:
        if not self.waiting:
            time.sleep(seconds)
            return []
        job = self.waiting.pop(0)
        events: list[Event | Death] = [Started(job.trial, FINGERPRINT, COSTS, "0123456789abcdef", 60)]
        events += [
            Evaluated(job.trial, 20 * n, 0.5 * n, 0.7 * n, {"val_accuracy": value, "val_loss": 1 - value})
            for n, value in enumerate(self.evaluations, start=1)
        ]
        answer = self.answer(job)
        if self.leave is not None:
            folder = self.work.scratch / str(job.trial)
            folder.mkdir(parents=True)
            self.leave(job, folder)
        events.append(Finished(job.trial, answer) if isinstance(answer, TrialResult) else answer)
        return events

    def take(self, trial: int) -> Path | None:
        return left_by(trial, self.work.scratch)

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory) -> Path:
    """MLflow's tables, made once: its migrations take a second."""
    store = tmp_path_factory.mktemp("store")
    open_client(store).search_experiments()
    with sqlite3.connect(store / DATABASE) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store / DATABASE


@pytest.fixture(scope="session")
def shelf(tmp_path_factory, empty_database) -> Shelf:
    """A store with real trained networks, for tests of what is done with one afterwards."""
    from tests.shelf import fill_shelf

    return fill_shelf(tmp_path_factory.mktemp("trained"), empty_database)


@pytest.fixture
def store(tmp_path, empty_database) -> Path:
    """A store folder with an empty database."""
    folder = tmp_path / "mlruns"
    folder.mkdir()
    shutil.copy(empty_database, folder / DATABASE)
    return folder
