"""One training in this process, with its learning curves as they come."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import RunError
from harness.launchers import Death, InProcessLauncher, Work
from harness.records import Evaluated, Failed, Finished, Job, TrialResult
from harness.scripted.showing import watch
from harness.seeds import seeds_of
from harness.study import Level, Study

if TYPE_CHECKING:
    import pandas as pd


class Trainer:
    """Trains one variant of a study once, as a worker would, and records nothing.

    A notebook shows the curves while it trains, anything else a line for each evaluation.

    Args:
        study: the study.
        settings: dotted path -> level of what differs from the base, e.g. ``{"model.downsample": "stride"}``.
        replicate: whose seeds are taken.
        data_folder: where image files are looked for first.
        threads: of the compute library in this process; None leaves them as they are. It can be set only before the
            library has computed anything.

    Attributes:
        variant: what is trained.
        result: how the training ended; None before it has.
        history: a row an evaluation: step, epoch, train_seconds, train_loss, train_accuracy and, where images are
            held out, val_loss and val_accuracy; None before a training has ended.

    Raises:
        StudyError: if a setting is none that the study's tables allow.
    """

    def __init__(
        self,
        study: Study,
        settings: Mapping[str, Level] | None = None,
        *,
        replicate: int = 0,
        data_folder: str | Path | None = None,
        threads: int | None = None,
    ) -> None:
        self.study, self.replicate, self.threads = study, replicate, threads
        self.variant = study.variant(settings or {})
        self.data_folder = None if data_folder is None else Path(data_folder)
        self.result: TrialResult | None = None
        self.history: pd.DataFrame | None = None

    def fit(self, *, show: bool = True) -> pd.DataFrame:
        """Train, and return :attr:`history`. To do so again trains the same again.

        Args:
            show: whether the curves are shown.

        Raises:
            HarnessError: for missing images, an impossible network, or a backend without an engine.
        """
        import pandas as pd

        rows: list[dict[str, float]] = []
        with contextlib.ExitStack() as stack:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="harness-")))
            work = Work(trainings=1, scratch=scratch, threads=self.threads, data_folder=self.data_folder)
            launcher = stack.enter_context(contextlib.closing(InProcessLauncher(work)))
            watching = stack.enter_context(watch(self.variant)) if show else None
            launcher.submit([self._job()])
            while self._goes_on(launcher, rows):
                if watching is not None:
                    watching(rows)
        self.history = pd.DataFrame(rows)
        return self.history

    def _job(self) -> Job:
        study, variant = self.study, self.variant
        seeds = seeds_of(study.seed, self.replicate, variant)
        metrics = study.metrics_of(variant)
        return Job(
            0, variant, self.replicate, seeds, probes=study.probes, insight="none",
            metrics=metrics, code=study.code_of(metrics),
        )  # fmt: skip

    def _goes_on(self, launcher: InProcessLauncher, rows: list[dict[str, float]]) -> bool:
        """Take what has come of the training; return whether more is to come."""
        for event in launcher.poll(1.0):
            match event:
                case Evaluated():
                    known = {"step": event.step, "epoch": event.epoch, "train_seconds": event.train_seconds}
                    rows.append({**known, **event.metrics})
                case Finished():
                    self.result = event.result
                    return False
                case Failed():
                    raise launcher.error or RunError(event.message)
                case Death():
                    raise RunError(event.message)
        return True
