"""Jobs → events and artifacts. A worker only trains; it knows no Optuna and no MLflow.

Clocks are kept apart, and read when the device is done: compile, train, evaluate, record. The training clock, which
`seconds_to_target` comes from, runs during training steps alone (as AlgoPerf's rules have it).
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import Event, Fingerprint, Finished, Job, Resources, Started, TrialResult
from harness.study import DataSpec, TrainSpec
from harness.worker.artifacts import summarise, write_artifacts
from harness.worker.session import Decide, Emit, Session, evaluation_steps

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from harness.data import ImageData
    from harness.engines import Engine, Images, Means, PackEngine

__all__ = ["Event", "evaluation_steps", "import_libraries", "max_steps", "run_job", "run_jobs", "summarise"]


def run_job(job: Job, resources: Resources, emit: Emit, decide: Decide | None = None) -> TrialResult:
    """Train one network; see :func:`run_jobs`."""
    return run_jobs([job], resources, emit, decide)[0]


def run_jobs(jobs: Sequence[Job], resources: Resources, emit: Emit, decide: Decide | None = None) -> list[TrialResult]:
    """Train, and write the artifacts of each job to its output folder.

    Args:
        jobs: what to train: one job, or a pack of jobs of one program (:attr:`harness.study.Variant.program`), which
            train side by side in one vectorised program. Each is still evaluated, stopped and recorded on its own;
            seconds that they spend together count for each of them.
        resources: what this process may use.
        emit: takes each event as it happens.
        decide: for a prunable job, says after each evaluation whether to prune.

    Returns:
        The result of each job, which also goes out in its last event.

    Raises:
        HarnessError: for missing data, an impossible network, a backend without an engine, or without one for packs.
    """
    # Imported here so that a driver can name this module without loading a backend.
    from harness.cost import total_costs
    from harness.engines import Training, build_engine, build_pack, configure, describe_device, mean_scores
    from harness.network import build_network

    threads = configure(resources.threads)
    started = time.perf_counter()
    sessions, trainings = [], []
    for job in jobs:
        variant, seeds = job.variant, job.seeds
        data = _load(variant.data, seeds.split if variant.data.split == "stratified" else 0, job.data_folder)
        shape, classes = data.image_shape, data.classes
        model = build_network(
            variant.model, shape, classes, seeds.weights, variant.train.precision, seeds.dropout
        )  # fmt: skip
        total = max_steps(variant.train, len(data.train.images))
        costs = total_costs(variant.model, shape, classes)
        sessions.append(Session(job, data, model, costs, emit, decide))
        trainings.append(Training(model, variant.train, total, data.train.images, data.train.labels, seeds.order))
    engine = _Alone(build_engine(*trainings[0])) if len(jobs) == 1 else build_pack(trainings)
    for session in sessions:
        session.watch.seconds["prepare"] = time.perf_counter() - started
    fingerprint = _fingerprint(threads, resources.workers, describe_device(), len(jobs))
    for session in sessions:
        emit(Started(session.job.trial, fingerprint, session.costs, session.data.digest, total))
    steps = list(evaluation_steps(jobs[0].variant.train, len(trainings[0].images), total))
    with _all_timing(sessions, "compile"):
        engine.warm_up(max(after - before for before, after in zip([0, *steps], steps, strict=False)))
    _train(sessions, engine, steps)
    with _all_timing(sessions, "evaluate"):
        logits = engine.logits([session.data.test.images for session in sessions])
    engine.write_back()
    results = []
    for session, scores in zip(sessions, logits, strict=True):
        with session.watch.timing("record"):
            write_artifacts(session.job, session.data, scores, session.model, session.history)
        result = session.result(mean_scores(scores, session.data.test.labels))
        emit(Finished(session.job.trial, result))
        results.append(result)
    return results


def _train(sessions: Sequence[Session], engine: PackEngine, steps: Sequence[int]) -> None:
    """Train until each session's callbacks have ended it or the last step is done."""
    from harness.engines import mean_scores

    running = list(sessions)
    done = 0
    for step in steps:
        with _all_timing(running, "train"):
            trained = engine.train(step - done)
        done = step
        validated: list[Means | None] = [None] * len(sessions)
        if len(sessions[0].data.validation.images):
            with _all_timing(running, "evaluate"):
                logits = engine.logits([session.data.validation.images for session in sessions])
                validated = [
                    mean_scores(scores, session.data.validation.labels)
                    for session, scores in zip(sessions, logits, strict=True)
                ]
        for index, session in enumerate(sessions):
            if session in running:
                session.note(step, trained[index], validated[index])
                if session.is_over:
                    engine.freeze(index)
                    running.remove(session)
        if not running:
            return


@contextmanager
def _all_timing(sessions: Sequence[Session], name: str) -> Iterator[None]:
    """Count the time of the block for every session."""
    counted = list(sessions)
    start = time.perf_counter()
    try:
        yield
    finally:
        for session in counted:
            session.watch.seconds[name] += time.perf_counter() - start


class _Alone:
    """An engine of one network, used as a pack."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def warm_up(self, steps: int = 1) -> float:
        return self._engine.warm_up(steps)

    def train(self, steps: int) -> list[Means]:
        return [self._engine.train(steps)]

    def freeze(self, index: int) -> None:
        """Nothing to do: it is not trained any more."""

    def logits(self, images: Sequence[Images]) -> list[npt.NDArray[np.float32]]:
        return [self._engine.logits(images[0])]

    def write_back(self) -> None:
        self._engine.write_back()


def import_libraries() -> None:
    """Import what :func:`run_jobs` needs: a worker does so before it has a job.

    Raises:
        HarnessError: if there is no engine for the Keras backend.
    """
    from harness import callbacks, cost, data, engines, insight, network  # noqa: F401  all that a job needs

    insight.import_libraries()
    engines.import_backend()


@functools.lru_cache(maxsize=1)
def _load(spec: DataSpec, seed: int, folder: Path | None) -> ImageData:
    """Load images once for all trials of this process that share them: the engines then share them on the device."""
    from harness.data import load_images

    return load_images(spec, seed, folder)


def max_steps(train: TrainSpec, images: int) -> int:
    """Return how many steps a training takes at most."""
    from harness.engines import steps_for

    if train.max_steps is not None:
        return train.max_steps
    assert train.max_epochs is not None
    return steps_for(train.max_epochs, images, train.batch_size)


def _fingerprint(threads: int, workers: int, device: tuple[str, str, str], pack: int) -> Fingerprint:
    import platform

    import keras

    kind, processor, backend = device
    return Fingerprint(
        processor=processor,
        device=kind,
        backend=backend,
        keras=keras.__version__,
        python=platform.python_version(),
        threads=threads,
        workers=workers,
        pack=pack,
    )
