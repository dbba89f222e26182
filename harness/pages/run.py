"""One run in a terminal: what `harness show RUN` prints."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.escaping import plain, throughout
from harness.findings.wording import counted
from harness.metrics import CLOCKS, EVALUATED, METRICS, RECORDED, SECONDS, known
from harness.pages.sparkline import place_of, sparkline
from harness.records import ENDINGS, StopReason
from harness.study import Study, TargetSpec

if TYPE_CHECKING:
    import pandas as pd

_CURVE = 48
"""Characters of a learning curve at most."""
_BESIDE = 58
"""Columns that stand beside a curve."""


def render_run(
    study: Study,
    row: Mapping[str, Any],
    history: pd.DataFrame,
    places: Mapping[str, str],
    files: Sequence[Path],
    width: int,
) -> RenderableType:
    """Return what a run is, its figures, its learning curve and its artifacts.

    Args:
        study: the study.
        row: as in :attr:`harness.results.RunResults.row`.
        history: a row an evaluation.
        places: what the heading says of where it is: "name" of the run, "folder" of its artifacts, "model" if there is
            one.
        files: the artifacts, relative to that folder.
        width: columns of the terminal.
    """
    row, places = throughout(dict(row), plain), throughout(dict(places), plain)
    parts: list[RenderableType] = [
        Text(f"{plain(study.name)}#{row['trial']}  {places['name']}", style="bold"),
        Text(plain(study.question)),
        Text(),
        _pairs(facts(study, row)),
        Text(),
        Columns([_block(heading, pairs) for heading, pairs in figures(row).items() if pairs], padding=(0, 4)),
        _curves(study.target, row, history, width),
        Text(),
        _artifacts(places["folder"], files),
        *([Text(f"model: {places['model']}", style="italic")] if "model" in places else []),
    ]
    return Group(*parts)


def facts(study: Study, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a run is and how it ended, as (name, text)."""
    where = [str(row[name]) for name in ("processor", "device", "backend") if row.get(name)]
    counts = [
        counted(int(row[name]), noun)
        for name, noun in (("threads", "thread"), ("workers", "worker"))
        if _is_number(row.get(name))
    ]
    began = row.get("started")
    when = "" if _is_missing(began) else f"{began:%Y-%m-%d %H:%M:%S} UTC"
    return [
        ("variant", row["variant"]),
        ("replicate", f"{row['replicate']} ({row['phase']})"),
        ("status", ended(study.target, row)),
        ("began", when),
        ("ran on", ", ".join([*where, *counts])),
        ("run id", row["run_id"]),
    ]


def ended(target: TargetSpec | None, row: Mapping[str, Any]) -> str:
    """Return a run's status and why it ended, e.g. "finished: reached the target of 94 % validation accuracy"."""
    status, error, reason = row["status"], row.get("error"), row.get("stop_reason")
    if isinstance(error, str) and error:
        return f"{status}: {error}"
    goal = target.in_words.removeprefix("a ") if target else ""
    return f"{status}: {ENDINGS[StopReason(reason)].told.format(goal)}" if reason in set(StopReason) else str(status)


def figures(row: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return heading -> (name, value with its unit) of everything that was measured; what was not is left out."""
    seconds = {clock: row.get(f"{clock}_seconds") for clock in CLOCKS}
    return {
        "measured": _titled(row, known("evaluated", "scored", "end")),
        "progress": _titled(row, known("progress")),
        "seconds": [(clock, SECONDS.write(spent)) for clock, spent in seconds.items() if _is_number(spent)],
        "network": _titled(row, known("built")),
    }


def _titled(row: Mapping[str, Any], names: Sequence[str]) -> list[tuple[str, str]]:
    found = [(RECORDED[name], row.get(name)) for name in names]
    return [(metric.title, metric.show_with_unit(value)) for metric, value in found if _is_number(value)]


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, numbers.Real) and not math.isnan(value)


def _is_missing(value: Any) -> bool:
    return value is None or value != value  # pandas' NaT, like NaN, is not equal to itself


def _pairs(pairs: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in pairs:
        if text:
            table.add_row(name, str(text))
    return table


def _block(heading: str, pairs: Sequence[tuple[str, str]]) -> Table:
    """Return a small table of figures that stands beside others, with an empty line below it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="italic")
    table.add_column(heading, no_wrap=True, style="dim")
    table.add_column(justify="right", no_wrap=True)
    for name, text in (*pairs, ("", "")):
        table.add_row(name, text)
    return table


def _curves(target: TargetSpec | None, row: Mapping[str, Any], history: pd.DataFrame, width: int) -> RenderableType:
    """Return a line for each curve, and one for the target below them."""
    evaluations = history.dropna(subset=list(EVALUATED), how="all")
    names = [name for name in ("val_accuracy", "val_loss") if evaluations[name].notna().any()]
    names = names or [name for name in ("train_accuracy", "train_loss") if evaluations[name].notna().any()]
    if not names:
        return Text("learning curve: no evaluation was recorded", style="dim")
    room = max(8, min(_CURVE, width - _BESIDE))
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="italic")
    for heading in ("learning curve", "first", "", "last", "best", "at step"):
        table.add_column(heading, justify="right" if heading in ("first", "best", "at step") else "left", no_wrap=True)
    steps = [int(step) for step in evaluations["step"]]
    for name in names:
        metric, values = METRICS[name], [float(value) for value in evaluations[name]]
        best = best_of(name, values)
        table.add_row(
            Text(metric.title, style="dim"),
            metric.show_with_unit(values[0]),
            Text(sparkline(values, room), style="cyan"),
            metric.show_with_unit(values[-1]),
            metric.show_with_unit(values[best]),
            f"{steps[best]:,}",
        )
    if target is not None:
        table.add_row(*_target_line(target, row, steps, room))
    return table


def best_of(metric: str, values: Sequence[float]) -> int:
    """Return the place of the best value, the first of equal ones; 0 if none is a number."""
    known = [place for place, value in enumerate(values) if not math.isnan(value)]
    sign = 1 if METRICS[metric].better == "higher" else -1
    return max(known, key=lambda place: sign * values[place], default=0)


def _target_line(target: TargetSpec, row: Mapping[str, Any], steps: Sequence[int], room: int) -> tuple[Text | str, ...]:
    """Return the cells of the line that says what the target was, and marks where it was first held."""
    said = f"target {METRICS[target.metric].show_given(target.value)}"
    reached = row.get("steps_to_target")
    if not _is_number(reached) or reached is None:
        return Text(said, style="yellow"), "", Text("not reached", style="yellow"), "", "", ""
    index = next((place for place, step in enumerate(steps) if step >= reached), len(steps) - 1)
    mark = " " * place_of(index, len(steps), room) + "▲"
    return Text(said, style="green"), "", Text(mark, style="green"), "reached", "", f"{int(reached):,}"


def _artifacts(folder: str, files: Sequence[Path]) -> RenderableType:
    if not files:
        return Text("artifacts: none", style="dim")
    parts: list[RenderableType] = [Text(f"artifacts, in {folder}", style="italic")]
    for parent in dict.fromkeys(path.parent for path in files):
        names = "  ".join(plain(path.name).replace(" ", "\u00a0") for path in files if path.parent == parent)
        within = "" if parent == Path() else f"{plain(parent.as_posix())}/: "
        parts.append(Padding(Text(within + names), (0, 0, 0, 2)))
    return Group(*parts)
