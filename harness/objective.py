"""The Optuna objective: a trial becomes a variant, a result becomes the value or values.

The driver uses :meth:`Objective.suggest` and :meth:`Objective.values` through ask and tell. As a callable it is an
objective like any other, and trains in the calling process::

    optuna_study = optuna.create_study(direction="maximize")
    optuna_study.optimize(harness.Objective(harness.load_study("studies/x.toml")), n_trials=20)
"""

from __future__ import annotations

import contextlib
import itertools
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import optuna

from harness.errors import RunError, StudyError
from harness.metrics import METRICS
from harness.records import Evaluated, Event, Failed, Finished, Job, Reply, Seeds, StopReason, TrialResult
from harness.seeds import seeds_of
from harness.store import Store, open_store
from harness.study import Level, Range, Study, Variant, canonical, check_variant

if TYPE_CHECKING:
    from harness.launchers import Launcher

REFUSED = "harness:refused"
"""Trial attribute: why a suggested variant could not be trained."""


class Objective:
    """Builds variants from Optuna trials, suggesting exactly what the study varies.

    Args:
        study: the study.
        replicate: the replicate that a call trains; replicates share seeds across variants.
        store: where a call records, as :func:`harness.store.open_store` takes it; None records nothing.
        experiment: MLflow experiment that a call logs to; by default the study's name and ``.optimize``, apart from
            what `harness run` records, since trial numbers are the caller's.
        data_folder: where image files are looked for first.
        threads: threads of the compute library in this process, for a call; None leaves them as they are. It can be
            set only before the library has computed anything.
    """

    def __init__(
        self,
        study: Study,
        *,
        replicate: int = 0,
        store: str | Path | Store | None = "mlruns",
        experiment: str | None = None,
        data_folder: str | Path | None = None,
        threads: int | None = None,
    ) -> None:
        self.study = study
        self.replicate = replicate
        self.experiment = experiment or f"{study.name}.optimize"
        self.store = None if store is None else open_store(store)
        self.data_folder = None if data_folder is None else Path(data_folder)
        self.threads = threads
        self._choices: dict[str, dict[Any, Level]] = {
            path: {encode(level): level for level in self._levels(path, levels)}
            for path, levels in study.design.dimensions.items()
            if not isinstance(levels, Range)
        }

    def _levels(self, path: str, levels: tuple[Level, ...]) -> list[Level]:
        """The levels of a factor, and the base's if it is not among them."""
        if any(self.study.is_base_level(path, level) for level in levels):
            return list(levels)
        return [self.study.base.settings[path], *levels]

    def suggest(self, trial: optuna.trial.BaseTrial) -> Variant:
        """Return the variant that a trial stands for.

        Raises:
            optuna.TrialPruned: if it cannot be trained: an impossible network, settings that exclude each other, a
                batch larger than the training set. The reason is also in the trial's user attributes.
        """
        settings: dict[str, Level] = {}
        for path, levels in self.study.design.dimensions.items():
            if not isinstance(levels, Range):
                choice = trial.suggest_categorical(path, list(self._choices[path]))
                settings[path] = self._choices[path][choice]
            elif levels.is_integer:
                step = int(levels.step or 1)
                settings[path] = trial.suggest_int(path, int(levels.low), int(levels.high), step=step, log=levels.log)
            else:
                settings[path] = trial.suggest_float(path, levels.low, levels.high, step=levels.step, log=levels.log)
        try:
            variant = self.study.variant(settings)
            check_variant(variant, *self._image_facts(variant))
        except StudyError as error:
            trial.set_user_attr(REFUSED, str(error))
            raise optuna.TrialPruned(str(error)) from None
        return variant

    def _image_facts(self, variant: Variant) -> tuple[tuple[int, int, int], int]:
        from harness.data import image_facts

        return image_facts(variant.data, self.data_folder)

    def parameters(self, variant: Variant) -> dict[str, Any]:
        """Return what :meth:`suggest` would have to be given to build this variant: path -> encoded level."""
        encoded: dict[str, Any] = {}
        for path, level in variant.settings.items():
            choices = self._choices.get(path)
            if choices is None:
                encoded[path] = level
                continue
            same = [key for key, choice in choices.items() if canonical(choice) == canonical(level)]
            encoded[path] = same[0] if same else self._base_choice(path, choices)
        return encoded

    def _base_choice(self, path: str, choices: Mapping[Any, Level]) -> Any:
        return next(key for key, choice in choices.items() if self.study.is_base_level(path, choice))

    def values(self, result: TrialResult) -> list[float]:
        """Return the value of each objective of the study."""
        return [result.value(name) for name in self.study.objectives]

    def told(self, result: TrialResult) -> list[float] | None:
        """Return what Optuna is told of a result; None, which is PRUNED, where it broke off or is not finite."""
        if result.stop_reason in (StopReason.PRUNED, StopReason.NOT_FINITE):
            return None
        values = self.values(result)
        return values if is_rankable(values) else None

    def pruning(self, trial: optuna.Trial) -> Callable[[Mapping[str, float]], bool]:
        """Return what takes the metrics of each evaluation of a trial, and says whether its pruner wants it ended.

        An evaluation that did not measure the objective, or whose value is not finite, is not shown to the pruner.
        """
        numbers = itertools.count(1)

        def decide(metrics: Mapping[str, float]) -> bool:
            value = metrics.get(self.study.objectives[0])
            if value is None or not math.isfinite(value):
                return False
            trial.report(value, next(numbers))
            return bool(trial.should_prune())

        return decide

    def seeds(self, replicate: int, variant: Variant) -> Seeds:
        """Return the seeds of a replicate of a variant: the same for all variants but for what `[seeds]` fixes."""
        return seeds_of(self.study.seed, replicate, variant)

    def __call__(self, trial: optuna.Trial) -> float | tuple[float, ...]:
        """Train the suggested variant in this process, and return its value or values.

        Stops at the target, prunes when the trial's pruner says so, logs to MLflow as the driver does.

        Raises:
            optuna.TrialPruned: for an impossible network, a pruned training, one that diverged, or an objective that is
                not finite.
        """
        variant = self.suggest(trial)
        prunable = len(self.study.objectives) == 1 and METRICS[self.study.objectives[0]].evaluated
        result = self._train(trial.number, variant, self.pruning(trial) if prunable else None)
        trial.set_user_attr("harness:stop_reason", result.stop_reason.value)
        values = self.values(result)
        if result.stop_reason is StopReason.PRUNED:
            raise optuna.TrialPruned(f"pruned after {result.steps} steps")
        if result.stop_reason is StopReason.NOT_FINITE:
            raise optuna.TrialPruned(f"the network diverged: not finite after {result.steps} steps")
        if not is_rankable(values):
            raise optuna.TrialPruned(f"objective is not finite after {result.steps} steps: {values}")
        return values[0] if len(values) == 1 else tuple(values)

    def _train(self, number: int, variant: Variant, prune: Callable[[Mapping[str, float]], bool] | None) -> TrialResult:
        """Train a variant in this process, and record it if there is a store.

        Raises:
            HarnessError: as :func:`harness.worker.run_jobs`. The run is closed as FAILED, or KILLED for Ctrl-C.
        """
        from harness.launchers import Death, InProcessLauncher, Work

        study, seeds = self.study, self.seeds(self.replicate, variant)
        job = Job(
            number, variant, self.replicate, seeds,
            prunable=prune is not None, probes=study.probes, insight=study.insight or "basic",
            metrics=(metrics := study.metrics_of(variant)), code=study.code_of(metrics),
        )  # fmt: skip
        with contextlib.ExitStack() as stack:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="harness-")))
            record = None if self.store is None else stack.enter_context(_recording(self, self.store, job))
            work = Work(trainings=1, scratch=scratch, threads=self.threads, data_folder=self.data_folder)
            launcher = stack.enter_context(contextlib.closing(InProcessLauncher(work)))
            launcher.submit([job])
            while True:
                for event in launcher.poll(1.0):
                    if isinstance(event, Death):
                        raise RunError(event.message)
                    if record is not None:
                        record(event, launcher)
                    if isinstance(event, Evaluated) and prune is not None:
                        launcher.reply(number, Reply.PRUNE if prune(event.metrics) else Reply.GO_ON)
                    elif isinstance(event, Finished):
                        return event.result
                    elif isinstance(event, Failed):
                        raise launcher.error or RunError(event.message)


@contextlib.contextmanager
def _recording(objective: Objective, store: Store, job: Job) -> Iterator[Callable[[Event, Launcher], None]]:
    """Record a trial: open its run, give what takes its events, and close it however the block ends."""
    from harness import provenance

    file = objective.study.source
    source = provenance.source_tags(file.parent if file else Path())
    with store.recording(objective.study, source, objective.experiment) as recording:
        run_id = recording.start(job.trial, job.variant, job.replicate, "design")

        def record(event: Event, launcher: Launcher) -> None:
            if isinstance(event, Finished):
                recording.finish(run_id, event.result, launcher.take(job.trial))
            else:
                recording.take(run_id, event)

        status = "FAILED"
        try:
            yield record
            status = "FINISHED"
        except KeyboardInterrupt:
            status = "KILLED"
            recording.kill(run_id, "interrupted")
            raise
        except Exception as error:
            recording.fail(run_id, f"{type(error).__name__}: {error}")
            raise
        finally:
            recording.close(status)


def encode(level: Level) -> str | int | float | bool:
    """Return a level as a choice that Optuna's storages can keep: structured ones as JSON."""
    return level if isinstance(level, (str, int, float, bool)) else canonical(level)


def is_rankable(values: list[float]) -> bool:
    """Whether every value is finite: Optuna would let infinity win."""
    return all(math.isfinite(value) for value in values)
