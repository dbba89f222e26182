"""Predictions as a table in the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from harness.errors import printable
from harness.trained.predicting import Blank, Prediction, Predictions

_MARKS = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("", "")}


def draw_table(predictions: Predictions) -> Table:
    """Return a row a picture: file, true class if known, the two most probable ones, and whether the first is right."""
    knows = any(one.true is not None for one in predictions.classified)
    names = predictions.class_names
    table = Table(box=box.SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("file", overflow="fold")
    for title in (*(("true",) if knows else ()), "predicted", "%", "second", "%", *(("",) if knows else ())):
        table.add_column(title, justify="right" if title == "%" else "left", no_wrap=True)
    for one in predictions.classified:
        first, second = one.ranking[:2]
        cells = [Text(printable(one.file.name))]
        if knows:
            cells.append(Text("" if one.true is None else names[one.true]))
        for label in (first, second):
            cells += [Text(names[label]), Text(_percent(one.probabilities[label]))]
        if knows:
            cells.append(Text(*_MARKS[one.right]))
        table.add_row(*cells)
    for empty in predictions.blank:
        table.add_row(Text(printable(empty.file.name)), *([Text("")] if knows else []), Text("blank", style="dim"))
    return table


def remarks(predictions: Predictions) -> list[str]:
    """Return a line for each picture of which something should be known."""
    told: list[Prediction | Blank] = [*predictions.classified, *predictions.blank]
    return [f"{printable(one.file.name)}: {one.remark}" for one in told if one.remark]


def _percent(share: float) -> str:
    """Return a probability in per cent, to a tenth; no certainty is claimed that is none."""
    return "> 99.9" if 0.9995 <= share < 1 else f"{100 * share:.1f}"
