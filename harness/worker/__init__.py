"""Jobs → events and artifacts. A worker only trains; it knows no Optuna and no MLflow.

Clocks are kept apart, and read when the device is done: compile, train, evaluate, record. The training clock, which
`seconds_to_target` comes from, runs during training steps alone (as AlgoPerf's rules have it).
"""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.machine import load_between, look
from harness.records import Event, Fingerprint, Finished, Job, Resources, Started, TrainingOver, TrialResult
from harness.study import DataSpec, check_class_weights, check_classes
from harness.worker.artifacts import summarise, write_artifacts
from harness.worker.session import Decide, Emit, Session, all_timing
from harness.worker.training import Schedule, evaluation_steps, max_steps, train

if TYPE_CHECKING:
    import keras
    import numpy as np
    import numpy.typing as npt

    from harness.data import ImageData
    from harness.engines import Device, Engine, Images, Means, PackEngine, Training

__all__ = ["Event", "evaluation_steps", "import_libraries", "max_steps", "run_jobs", "summarise"]


def run_jobs(
    jobs: Sequence[Job], resources: Resources, folder: Path, emit: Emit, decide: Decide | None = None
) -> list[TrialResult]:
    """Train, and write the artifacts of each job to a folder of its own, named after its trial.

    Args:
        jobs: what to train: one job, or a pack of jobs of one program (:attr:`harness.study.Variant.program`), which
            train side by side in one vectorised program. Each is still evaluated, stopped and recorded on its own;
            seconds that they spend together count for each of them.
        resources: what this process may use.
        folder: of this machine, for those folders.
        emit: takes each event as it happens.
        decide: for a prunable job, says after each evaluation whether to prune.

    Returns:
        The result of each job, which also goes out in its last event.

    Raises:
        HarnessError: for missing data, an impossible network, a backend without an engine, or without one for packs.
    """
    # Imported here so that a driver can name this module without loading a backend.
    from harness.engines import configure, describe_device

    threads = configure(resources.threads, resources.gpu_share)
    started = time.perf_counter()
    sessions = [_session(job, resources, folder, emit, decide) for job in jobs]
    trainings = [_training(session) for session in sessions]
    schedule = Schedule(trainings[0].spec, len(trainings[0].images), trainings[0].total_steps)
    engine = _engine(trainings)
    for session in sessions:
        session.watch.seconds["prepare"] = time.perf_counter() - started
    fingerprint = _fingerprint(threads, resources.workers, describe_device(), len(jobs))
    for session, training in zip(sessions, trainings, strict=True):
        session.fingerprint = fingerprint
        emit(_started(session, fingerprint, training.total_steps))
    with all_timing(sessions, "compile"):
        engine.warm_up(schedule.longest)
    before = look(resources.driver, resources.beside)
    train(sessions, engine, schedule)
    load = load_between(before, look(resources.driver, resources.beside))
    for session in sessions:
        session.load = load
    if jobs[0].variant.train.refit:
        del engine  # its program is free for the second training
        with all_timing(sessions, "refit"):
            engine = _refit(sessions, resources.data_folder)
    with all_timing(sessions, "evaluate"):
        logits = engine.logits([session.data.test.images for session in sessions])
    engine.write_back()
    return [_finish(session, scores) for session, scores in zip(sessions, logits, strict=True)]


def _started(session: Session, fingerprint: Fingerprint, total_steps: int) -> Started:
    data = session.data
    return Started(
        trial=session.job.trial,
        fingerprint=fingerprint,
        costs=session.costs,
        data_digest=data.digest,
        max_steps=total_steps,
        image_shape=data.image_shape,
        classes=data.classes,
        class_names=() if session.job.variant.data.image_set.facts else data.class_names,
        images={name: len(getattr(data, name).labels) for name in ("train", "validation", "test")},
    )


def _session(job: Job, resources: Resources, folder: Path, emit: Emit, decide: Decide | None) -> Session:
    """Load the images of a job and build its network."""
    from harness.cost import costs_of, total_of

    data = _load(job.variant.data, *_split(job), resources.data_folder)
    check_classes(job.metrics, data.classes)
    check_class_weights(job.variant, data.classes)
    model = _network(job, data)
    costs = total_of(costs_of(job.variant.model, model, data.image_shape, data.classes))
    return Session(job, folder / str(job.trial), data, model, costs, emit, decide)


def _split(job: Job) -> tuple[int, int]:
    """Return the seed of the split and its part, 0 where they do not matter: images are then the same ones."""
    data = job.variant.data
    return job.seeds.split if data.is_drawn else 0, job.seeds.part if data.split == "k_fold" else 0


def _network(job: Job, data: ImageData) -> keras.Model:
    from harness.network import network_of

    return network_of(job.variant, data.image_shape, data.classes, job.seeds.weights, job.seeds.dropout)


def _training(session: Session) -> Training:
    from harness.engines import Training

    job, images, labels = session.job, session.data.train.images, session.data.train.labels
    total = max_steps(job.variant.train, len(images))
    background = session.data.background(job.variant.train.augment.fill_value)
    seeds = job.seeds
    return Training(session.model, job.variant.train, total, images, labels, seeds.order, seeds.augment, background)


def _engine(trainings: Sequence[Training]) -> PackEngine:
    from harness.engines import build_engine, build_pack

    return _Alone(build_engine(*trainings[0])) if len(trainings) == 1 else build_pack(trainings)


def _refit(sessions: Sequence[Session], data_folder: Path | None) -> PackEngine:
    """Train afresh on all images, each network for as many epochs as it took before; the sessions hold the new ones."""
    from harness.engines import steps_for

    trainings, lengths = [], []
    for session in sessions:
        job = session.job
        epochs = session.kept.epoch
        session.data = _load(job.variant.data, *_split(job), data_folder, hold_out=False)
        session.model = _network(job, session.data)
        trainings.append(_training(session))
        lengths.append(steps_for(epochs, len(session.data.train.images), job.variant.train.batch_size))
    engine = _engine(trainings)
    engine.warm_up(max(lengths))
    done = 0
    for length in sorted(set(lengths)):
        engine.train(length - done)
        done = length
        for index, session in enumerate(sessions):
            if lengths[index] == length:
                engine.freeze(index)
                session.refit_steps = length
    return engine


def _finish(session: Session, logits: npt.NDArray[np.float32]) -> TrialResult:
    """Write the artifacts of a trained network, measure it, and send its result."""
    from harness.worker.probes import probe
    from harness.worker.scores import score

    data = session.data
    session.emit(TrainingOver(session.job.trial))
    with session.watch.timing("record"):
        session.look_at_the_end(logits)
        session.keep_weights(session.kept.step, last=True)
        write_artifacts(session, logits)
        probed = {} if session.diverged else probe(session.job, session.folder, data, session.model, logits)
    with session.watch.timing("evaluate"):
        scores = score(logits, data.test.labels, session.job.metrics, session.job.code)
    result = session.result({**scores, **probed})
    session.emit(Finished(session.job.trial, result))
    return result


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

    def keep(self, index: int) -> None:  # noqa: ARG002
        self._engine.keep()

    def restore(self, index: int) -> None:  # noqa: ARG002
        self._engine.restore()

    def logits(self, images: Sequence[Images]) -> list[npt.NDArray[np.float32]]:
        return [self._engine.logits(images[0])]

    def write_back(self) -> None:
        self._engine.write_back()


def import_libraries() -> None:
    """Import what :func:`run_jobs` needs: a worker does so before it has a job.

    Raises:
        HarnessError: if there is no engine for the Keras backend.
    """
    from harness import callbacks, cost, data, engines, gallery, insight, network  # noqa: F401  all that a job needs

    insight.import_libraries()
    engines.import_backend()


@functools.lru_cache(maxsize=1)
def _load(spec: DataSpec, seed: int, part: int, folder: Path | None, hold_out: bool = True) -> ImageData:
    """Load images once for all trials of this process that share them: the engines then share them on the device."""
    from harness.data import load_images

    return load_images(spec, seed, folder, part, hold_out)


def _fingerprint(threads: int, workers: int, device: Device, pack: int) -> Fingerprint:
    import platform

    import keras

    return Fingerprint(
        processor=device.processor,
        device=device.device,
        backend=device.backend,
        keras=keras.__version__,
        python=platform.python_version(),
        threads=threads,
        workers=workers,
        pack=pack,
        processor_model=device.model,
        instructions=device.instructions,
    )
