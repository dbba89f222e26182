"""Workers of the fault tool: in this process, with results and files that are functions of variant and replicate."""

from __future__ import annotations

import hashlib
import io
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from harness.launchers import About, Death, Work
from harness.launchers.serving import left_by
from harness.records import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Job,
    Reply,
    Started,
    TrainingOver,
    TrialResult,
)
from tests.conftest import COSTS, FINGERPRINT, make_result
from tests.faults.inject import Injector

MODEL = Path(__file__).with_name("model.keras")
"""A small network of the tiny study, trained by nobody."""

STEPS = (20, 40, 60)
IMAGES = {"train": 1137, "validation": 300, "test": 360}


def accuracy(digest: str, replicate: int, step: int = STEPS[-1]) -> float:
    """The validation accuracy of a training: any number, but always the same."""
    text = hashlib.sha256(f"{digest} {replicate}".encode()).digest()
    return 0.5 + int.from_bytes(text[:6]) / 2**48 / 4 + step / 1000


def evaluation(digest: str, replicate: int, step: int) -> dict[str, float]:
    """The metrics of one evaluation."""
    value = accuracy(digest, replicate, step)
    return {"train_loss": 1.5 - value, "train_accuracy": value - 0.05, "val_loss": 1.25 - value, "val_accuracy": value}


def result(digest: str, replicate: int) -> TrialResult:
    """What a training ends with."""
    value = accuracy(digest, replicate)
    metrics = {**evaluation(digest, replicate, STEPS[-1]), "test_loss": 1.3 - value, "test_accuracy": value - 0.01}
    digests = {name: hashlib.sha256(f"{name} {digest} {replicate}".encode()).hexdigest()[:16] for name in ("weights",)}
    return make_result(metrics=metrics, digests=digests)


def files(digest: str, replicate: int) -> dict[str, bytes]:
    """The artifacts of a training as they are kept, but for the model: path -> content."""
    rows = [f"{step},{accuracy(digest, replicate, step)!r}\n" for step in STEPS]
    return {
        "history.csv": "".join(["step,val_accuracy\n", *rows]).encode(),
        "summary.txt": f"layers of {digest}, replicate {replicate}\n".encode(),
        "insight/network.png": _picture(),
    }


def _picture() -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.new("L", (4, 4), 128).save(content, "PNG")
    return content.getvalue()


class Workers:
    """A launcher whose jobs are done as soon as they are asked about, two at a time.

    What it does on disk is not the driver's: it is no boundary. A job's files are begun when it is handed out, so that
    a driver that dies leaves them half-made.
    """

    def __init__(self, injector: Injector, broken: int | None = None, interrupted: int | None = None) -> None:
        self.injector, self.broken, self.interrupted = injector, broken, interrupted
        self.jobs: list[Job] = []
        self.trained = 0

    pending = 0

    def __call__(self, work: Work) -> Workers:
        self.scratch = work.scratch
        return self

    @property
    def about(self) -> About:
        return About("the fault tool", 2, 1)

    def expect(self, trainings: int) -> None:
        pass

    @property
    def free(self) -> int:
        return max(0, 2 - len(self.jobs))

    def submit(self, jobs: Sequence[Job]) -> None:
        self.jobs.extend(jobs)
        with self.injector.off():
            for job in jobs:
                self._write(job, "history.csv", b"step,val_acc")

    def _write(self, job: Job, name: str, content: bytes) -> None:
        place = self.scratch / str(job.trial) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def reply(self, trial: int, reply: Reply) -> None:
        pass

    def poll(self, seconds: float) -> list[Event | Death]:
        job = self.jobs.pop(0)
        digest, replicate = job.variant.digest, job.replicate
        with self.injector.off():
            for name, content in files(digest, replicate).items():
                self._write(job, name, content)
            self._write(job, "steps/conv_1 weights/20.png", _picture())
            self._write(job, "model.keras", MODEL.read_bytes())
        self.trained += 1
        if self.trained == self.interrupted:
            os.kill(os.getpid(), signal.SIGINT)
        started = Started(job.trial, FINGERPRINT, COSTS, "0123456789abcdef", STEPS[-1], (8, 8, 1), 10, IMAGES)
        if self.trained == self.broken:
            return [started, Failed(job.trial, "it broke", "the whole story")]
        return [
            started,
            *(
                Evaluated(job.trial, step, 0.5 * step, 0.03 * step, evaluation(digest, replicate, step))
                for step in STEPS
            ),
            TrainingOver(job.trial),
            Finished(job.trial, result(digest, replicate)),
        ]

    def take(self, trial: int) -> Path | None:
        return left_by(trial, self.scratch)

    def close(self) -> None:
        self.jobs.clear()
