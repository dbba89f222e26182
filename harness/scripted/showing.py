"""A training while it goes on: curves that grow in a notebook, lines of text elsewhere."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from harness.metrics import METRICS
from harness.study import Variant

_CURVES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")

Rows = Sequence[Mapping[str, float]]


@contextlib.contextmanager
def watch(variant: Variant) -> Iterator[Callable[[Rows], None]]:
    """Show a training; gives what takes its evaluations so far, each time that there may be more of them.

    Args:
        variant: what is trained.
    """
    shown = 0
    show = _curves(variant) if _in_a_notebook() else _lines

    def take(rows: Rows) -> None:
        nonlocal shown
        if len(rows) > shown:
            show(rows, shown)
            shown = len(rows)

    yield take


def _in_a_notebook() -> bool:
    """Whether this process is a notebook's: one whose output can be replaced."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _lines(rows: Rows, before: int) -> None:
    for row in rows[before:]:
        values = [f"{METRICS[name].title} {METRICS[name].show_with_unit(row[name])}" for name in _CURVES if name in row]
        print(f"step {row['step']:,.0f}: {', '.join(values)}", flush=True)


def _curves(variant: Variant) -> Callable[[Rows, int], None]:
    """Return what shows the curves in the output of a cell, in place of those that it showed before."""
    display: Any = import_module("IPython.display")
    target = variant.target
    goal = target.value if target and target.metric.endswith("accuracy") else None
    handle: Any = None

    def show(rows: Rows, _: int) -> None:
        nonlocal handle
        picture = display.Image(picture_of(rows, goal))
        if handle is None:
            handle = display.display(picture, display_id=True)
        else:
            handle.update(picture)

    return show


def picture_of(rows: Rows, target: float | None = None) -> bytes:
    """Return the learning curves as a PNG.

    Args:
        rows: an evaluation each.
        target: accuracy at which the training is to end.
    """
    from harness.insight import draw_curves, own_style

    curves = {name: {int(row["step"]): row[name] for row in rows if name in row} for name in _CURVES}
    with own_style():
        figure = draw_curves({name: points for name, points in curves.items() if points}, target)
        file = io.BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()
