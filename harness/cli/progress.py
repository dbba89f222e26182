"""What `harness run` shows while it runs: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Iterator

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from harness.driver import Observer, Progress, Running
from harness.launchers import Death, Notice, Silence
from harness.metrics import METRICS
from harness.pages.sparkline import sparkline
from harness.records import ENDINGS, Evaluated, Event, Failed, Finished, Started, StopReason
from harness.study import Study

_CURVE = 12
"""Characters of a learning curve in the live table."""


@contextlib.contextmanager
def watching(study: Study, told: bool = False) -> Iterator[Observer]:
    """Show a run's progress; gives the observer that the driver tells.

    Args:
        study: that is run.
        told: whether it was said that another study trains on this machine.
    """
    console = Console(markup=False, emoji=False, highlight=False)
    metric = study.target.metric if study.target else study.objectives[0]
    metric = metric if METRICS[metric].evaluated else ("val_accuracy" if study.data.validation else "train_accuracy")
    view = View(console, study, metric, told)
    if not console.is_terminal:
        yield view.plain
        return
    with Live(console=console, refresh_per_second=4, transient=True) as live:

        def observe(progress: Progress, event: Event | Notice | None) -> None:
            view.say(progress, event)
            view.follow(progress, event)
            live.update(view.table(progress))

        live.update(Text("starting workers ..."))
        yield observe


class View:
    """What a run looks like on a terminal, and what of it is said in lasting lines.

    Args:
        console: to print on.
        study: that is run.
        metric: whose learning curves are shown.
        told: whether it was said that another study trains on this machine.
    """

    def __init__(self, console: Console, study: Study, metric: str, told: bool = False) -> None:
        self.console, self.study, self.metric, self.told = console, study, metric, told
        self.labels: dict[int, str] = {}
        self.curves: dict[int, list[float]] = {}
        self.announced = self.warned = self.charged = False

    def plain(self, progress: Progress, event: Event | Notice | None) -> None:
        """Say what began, and what ended, a line each."""
        if not self.announced:
            self.announced = True
            self._line(
                f"{self.study.name}: {progress.remaining} trainings to do, {progress.done} done before, "
                f"{progress.workers} at a time"
            )
        self.say(progress, event)

    def say(self, progress: Progress, event: Event | Notice | None) -> None:
        """Print a lasting line for a trial that ended, and before the first what it costs to go on with the study."""
        if not self.charged:
            self.charged = True
            if any(one.late and one.replicates != progress.asked[0].replicates for one in progress.asked):
                from harness.findings.questions.looks import say_going_on

                if cost := say_going_on(self.study, progress.asked):
                    self._line(cost, style="yellow")
        for trial, running in progress.running.items():
            self.labels[trial] = f"#{trial} {running.assignment.variant.label} · r{running.assignment.replicate}"
        if isinstance(event, Finished):
            result = event.result
            value = result.metrics.get(self.metric)
            scored = "no scores" if value is None else self._value(value)
            total = progress.done + progress.remaining
            beside = " beside others" if result.disturbed else ""
            self._line(
                f"{self.labels.get(event.trial, event.trial)}: {self._ended(result.stop_reason)} after "
                f"{result.steps:,} steps, {result.clocks.train:.1f} s{beside}; {scored}",
                f"{progress.done} of {total}{_left(progress)}",
            )
            told = self.told and bool(result.studies_beside)
            if (
                result.disturbed
                and not (self.warned or told)
                and any(METRICS[name].unit.clocked for name in self.study.metrics)
            ):
                self.warned = True
                who = "another study trains" if result.studies_beside else "other programs are busy"
                self._line(f"{who} on this machine: seconds of trials beside them are not compared", style="yellow")
        elif isinstance(event, Failed):
            self._line(f"{self.labels.get(event.trial, event.trial)}: FAILED: {event.message}", style="red")
        elif isinstance(event, Death):
            trials = ", ".join(self.labels.get(trial, str(trial)) for trial in event.trials)
            self._line(f"{trials or 'a worker'}: {event.message}", style="red")
        elif isinstance(event, Silence):
            trials = ", ".join(self.labels.get(trial, str(trial)) for trial in event.trials)
            self._line(f"{trials}: {event.message}" if trials else event.message, style="yellow")

    def _ended(self, reason: StopReason) -> str:
        """Say why a training ended; of a target, which it was."""
        target, goal = self.study.target, ""
        if target is not None:
            metric = METRICS[target.metric]
            goal = metric.show_given(target.value) if metric.unit.symbol else metric.show_goal(target.value)
        return ENDINGS[reason].live.format(goal)

    def _line(self, text: str, tail: str = "", style: str = "") -> None:
        line = Text(text, style=style)
        if tail:
            line.append(f"  [{tail}]", style="dim")
        try:
            self.console.print(line, soft_wrap=not self.console.is_terminal)
            self.console.file.flush()
        except OSError:  # `harness run x | head`, a terminal that closed: nobody reads on, but the results are wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def _value(self, value: float) -> str:
        metric = METRICS[self.metric]
        return f"{metric.title} {metric.show_with_unit(value)}"

    def follow(self, progress: Progress, event: Event | Notice | None) -> None:
        """Keep the learning curves of the trials in flight."""
        if isinstance(event, Evaluated):
            self.curves.setdefault(event.trial, []).append(event.metrics.get(self.metric, math.nan))
        elif isinstance(event, Started):  # for the second time, if its worker died
            self.curves.pop(event.trial, None)
        self.curves = {trial: curve for trial, curve in self.curves.items() if trial in progress.running}

    def table(self, progress: Progress) -> Table:
        """Return the live table: a row a trial in flight, and where the run stands.

        A label is never cut. Where the terminal is too narrow for it, the curve is left out, then how far the target
        is; then it goes on below.
        """
        unbounded = self.console.options.update(width=1000)
        for left_out in ((), ("curve",), ("curve", "distance")):
            table = self._table(progress, left_out)
            if self.console.measure(table, options=unbounded).maximum <= self.console.width:
                break
        return table

    def _table(self, progress: Progress, left_out: tuple[str, ...]) -> Table:
        total = progress.done + progress.remaining
        over = not progress.running and not progress.remaining
        stands = ", ending the workers ..." if over else _left(progress)
        table = Table(
            title=f"{self.study.question}",
            caption=f"{progress.done} of {total} trainings done{stands}",
            title_justify="left",
            caption_justify="left",
            box=None,
            pad_edge=False,
            header_style="bold",
            show_header=not over,
        )
        named = METRICS[self.metric].short or METRICS[self.metric].title
        columns = {"trial": "trial", "variant": "variant", "replicate": "r", "steps": "steps", "value": named}
        columns["curve"] = "curve"
        if self._goal is not None:
            columns["distance"] = f"to {METRICS[self.metric].show_given(self._goal)}"
        columns["time"] = "time"
        shown = [name for name in columns if name not in left_out]
        for name in shown:
            left = name in ("variant", "curve")
            table.add_column(columns[name], justify="left" if left else "right", no_wrap=name != "variant",
                             overflow="fold", style="cyan" if name == "curve" else None)  # fmt: skip
        for trial, running in progress.running.items():
            cells = self._row(trial, running)
            table.add_row(*(cells[name] for name in shown))
        return table

    @property
    def _goal(self) -> float | None:
        """The target's value, if the metric shown is the target's; None without."""
        target = self.study.target
        return target.value if target and target.metric == self.metric else None

    def _row(self, trial: int, running: Running) -> dict[str, Text | str]:
        last: Evaluated | None = running.last
        job = running.assignment
        if running.trained:
            steps = "drawing pictures"
        else:
            steps = f"{last.step if last else 0:,} / {running.max_steps:,}" if running.max_steps else "preparing"
        value = last.metrics.get(self.metric) if last else None
        shown = "" if value is None else METRICS[self.metric].show_with_unit(value)
        shown = shown if value is None or math.isfinite(value) else "not finite"
        curve = sparkline(self.curves.get(trial, []), _CURVE)
        return {
            "trial": str(trial),
            "variant": job.variant.label,
            "replicate": str(job.replicate),
            "steps": steps,
            "value": shown,
            "curve": curve,
            "distance": "" if self._goal is None else self._distance(value, self._goal),
            "time": f"{time.monotonic() - running.began:.0f} s",
        }

    def _distance(self, value: float | None, target: float) -> Text:
        """Say how far the last evaluation is from the target; one that it holds is an end, or must be held again."""
        if value is None or math.isnan(value):
            return Text("")
        metric = METRICS[self.metric]
        higher = metric.better == "higher"
        away = target - value if higher else value - target
        if away <= 0:
            return Text("held", style="green")
        sign = "+" if higher else "−"
        return Text(f"{sign}{metric.show(away)}{metric.unit.points}", style="yellow")


def _left(progress: Progress) -> str:
    seconds = progress.seconds_left
    if progress.remaining and progress.allowed < (math.inf if seconds is None else seconds):
        return f", {duration(max(0.0, progress.allowed))} of its budget left"
    if seconds is None or not progress.remaining:
        return ""
    return f", about {duration(seconds)} left"


def duration(seconds: float) -> str:
    """Write seconds as people say them: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
