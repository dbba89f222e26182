"""What `harness run` shows while it runs: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from harness.driver import Observer, Progress, Running
from harness.launchers import Death
from harness.records import Evaluated, Event, Failed, Finished, StopReason
from harness.study import METRICS, Study

_REASONS = {
    StopReason.MAXIMUM: "done",
    StopReason.TIME_BUDGET: "time budget used up",
    StopReason.PLATEAU: "no longer improving",
    StopReason.NOT_FINITE: "loss not finite",
    StopReason.PRUNED: "pruned",
}


@contextlib.contextmanager
def watching(study: Study) -> Iterator[Observer]:
    """Show a run's progress; gives the observer that the driver tells."""
    console = Console(markup=False, emoji=False, highlight=False)
    metric = study.target.metric if study.target else study.objectives[0]
    metric = metric if METRICS[metric].evaluated else ("val_accuracy" if study.data.validation else "train_accuracy")
    view = _View(console, study, metric)
    if not console.is_terminal:
        yield view.plain
        return
    with Live(console=console, refresh_per_second=4, transient=True) as live:

        def observe(progress: Progress, event: Event | Death | None) -> None:
            view.say(progress, event)
            live.update(view.table(progress))

        live.update(Text("starting workers ..."))
        yield observe


class _View:
    def __init__(self, console: Console, study: Study, metric: str) -> None:
        self.console, self.study, self.metric = console, study, metric
        self.labels: dict[int, str] = {}
        self.announced = False

    def plain(self, progress: Progress, event: Event | Death | None) -> None:
        """Say what began, and what ended, a line each."""
        if not self.announced:
            self.announced = True
            self._line(
                f"{self.study.name}: {progress.remaining} trainings to do, {progress.done} done before, "
                f"{progress.workers} at a time"
            )
        self.say(progress, event)

    def say(self, progress: Progress, event: Event | Death | None) -> None:
        """Print a lasting line for a trial that ended."""
        for trial, running in progress.running.items():
            self.labels[trial] = f"#{trial} {running.assignment.variant.label} · r{running.assignment.replicate}"
        if isinstance(event, Finished):
            result = event.result
            value = result.metrics.get(self.metric, float("nan"))
            total = progress.done + progress.remaining
            self._line(
                f"{self.labels.get(event.trial, event.trial)}: {self._ended(result.stop_reason)} after "
                f"{result.steps:,} steps, {result.clocks.train:.1f} s; {self._value(value)}",
                f"{progress.done} of {total}{_left(progress)}",
            )
        elif isinstance(event, Failed):
            self._line(f"{self.labels.get(event.trial, event.trial)}: FAILED: {event.message}", style="red")
        elif isinstance(event, Death):
            trials = ", ".join(self.labels.get(trial, str(trial)) for trial in event.trials)
            self._line(f"{trials or 'a worker'}: {event.message}", style="red")

    def _ended(self, reason: StopReason) -> str:
        """Say why a training ended; of a target, which it was."""
        target = self.study.target
        if reason is not StopReason.TARGET or target is None:
            return _REASONS[reason]
        metric = METRICS[target.metric]
        value = f"{100 * target.value:g} %" if metric.unit == "share" else f"a {metric.title} of {target.value:g}"
        return f"reached the target of {value}"

    def _line(self, text: str, tail: str = "", style: str = "") -> None:
        line = Text(text, style=style)
        if tail:
            line.append(f"  [{tail}]", style="dim")
        try:
            self.console.print(line, soft_wrap=True)
            self.console.file.flush()
        except BrokenPipeError:  # `harness run x | head`: nobody reads on, but the trainings are wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def _value(self, value: float) -> str:
        metric = METRICS[self.metric]
        shown = f"{value * 100:.2f} %" if metric.unit == "share" else f"{value:.4f}"
        return f"{metric.title} {shown}"

    def table(self, progress: Progress) -> Table:
        """Return the live table: a row a trial in flight, and where the run stands."""
        total = progress.done + progress.remaining
        table = Table(
            title=f"{self.study.question}",
            caption=f"{progress.done} of {total} trainings done{_left(progress)}",
            title_justify="left",
            caption_justify="left",
            box=None,
            pad_edge=False,
        )
        for heading in ("trial", "variant", "replicate", "steps", METRICS[self.metric].title, "seconds"):
            table.add_column(heading, header_style="bold", justify="left" if heading == "variant" else "right")
        for trial, running in progress.running.items():
            table.add_row(str(trial), *self._row(running))
        return table

    def _row(self, running: Running) -> tuple[str, ...]:
        last: Evaluated | None = running.last
        job = running.assignment
        steps = f"{last.step if last else 0:,} / {running.max_steps:,}" if running.max_steps else "preparing"
        value = last.metrics.get(self.metric) if last else None
        shown = "" if value is None else self._value(value).removeprefix(METRICS[self.metric].title).strip()
        if self.study.target and value is not None:
            target = self.study.target.value
            shown += f" of {target * 100:g} %" if METRICS[self.metric].unit == "share" else f" of {target:g}"
        return job.variant.label, str(job.replicate), steps, shown, f"{time.monotonic() - running.began:.0f}"


def _left(progress: Progress) -> str:
    seconds = progress.seconds_left
    if seconds is None or not progress.remaining:
        return ""
    return f", about {duration(seconds)} left"


def duration(seconds: float) -> str:
    """Write seconds as people say them: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
