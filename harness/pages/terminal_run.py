"""One run in a terminal: what `harness show RUN` prints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.escaping import plain, throughout
from harness.findings.run import RunReport
from harness.pages.sparkline import place_of, sparkline

_CURVE = 48
"""Characters of a learning curve at most."""
_BESIDE = 58
"""Columns that stand beside a curve."""
_BY_STEP = re.compile(r"(?P<key>.+?)([+%])step\2(?P<step>\d+)\2timestamp\2\d+\2[0-9a-f-]+(\2compressed)?\.(png|webp)")
"""A file of `MlflowClient.log_image`; each picture has a small one besides."""


def render_run(run: RunReport, places: Mapping[str, str], files: Sequence[Path], width: int) -> RenderableType:
    """Return what a run is, its figures, its learning curve and its artifacts.

    Args:
        run: what is shown.
        places: what the heading says of where it is: "name" of the run, "folder" of its artifacts, "model" if there is
            one.
        files: the artifacts, relative to that folder.
        width: columns of the terminal.
    """
    places = throughout(dict(places), plain)
    parts: list[RenderableType] = [
        Text(f"{run.name}  {places['name']}", style="bold"),
        Text(run.question),
        Text(),
        _pairs(run.facts),
        Text(),
        Columns([_block(heading, pairs) for heading, pairs in run.figures.items() if pairs], padding=(0, 4)),
        _curves(run, width),
        Text(),
        _artifacts(places["folder"], files),
        *([Text(f"model: {places['model']}", style="italic")] if "model" in places else []),
    ]
    return Group(*parts)


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


def _curves(run: RunReport, width: int) -> RenderableType:
    """Return a line for each curve, and one for the target below them."""
    if not run.curves:
        return Text("learning curve: no evaluation was recorded", style="dim")
    room = max(8, min(_CURVE, width - _BESIDE))
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="italic")
    for heading in ("learning curve", "first", "", "last", "best", "at step"):
        table.add_column(heading, justify="right" if heading in ("first", "best", "at step") else "left", no_wrap=True)
    for curve in run.curves:
        drawn = Text(sparkline(curve.values, room), style="cyan")
        title = Text(curve.title, style="dim")
        table.add_row(title, curve.first, drawn, curve.last, curve.best, f"{curve.best_step:,}")
    if run.target:
        table.add_row(*_target_line(run, room))
    return table


def _target_line(run: RunReport, room: int) -> tuple[Text | str, ...]:
    """Return the cells of the line that says what the target was, and marks where it was first held."""
    said = f"target {run.target}"
    if run.reached is None:
        return Text(said, style="yellow"), "", Text("not reached", style="yellow"), "", "", ""
    index = next((place for place, step in enumerate(run.steps) if step >= run.reached), len(run.steps) - 1)
    mark = " " * place_of(index, len(run.steps), room) + "▲"
    return Text(said, style="green"), "", Text(mark, style="green"), "reached", "", f"{run.reached:,}"


def _artifacts(folder: str, files: Sequence[Path]) -> RenderableType:
    if not files:
        return Text("artifacts: none", style="dim")
    parts: list[RenderableType] = [Text(f"artifacts, in {folder}", style="italic")]
    for parent in dict.fromkeys(path.parent for path in files):
        names = "  ".join(
            plain(name).replace(" ", "\u00a0")
            for name in _names([path.name for path in files if path.parent == parent])
        )
        within = "" if parent == Path() else f"{plain(parent.as_posix())}/: "
        parts.append(Padding(Text(within + names), (0, 0, 0, 2), expand=False))
    return Group(*parts)


def _names(files: Sequence[str]) -> list[str]:
    """Return names of files; of pictures by step, which MLflow keeps under long ones, what they are of and when."""
    found: dict[str, set[int]] = {}
    names = []
    for name in files:
        if match := _BY_STEP.fullmatch(name):
            found.setdefault(match["key"], set()).add(int(match["step"]))
        else:
            names.append(name)
    for key, steps in found.items():
        when = f"{len(steps)} steps, {min(steps):,} to {max(steps):,}" if len(steps) > 1 else f"step {min(steps):,}"
        names.append(f"{key} at {when}")
    return names
