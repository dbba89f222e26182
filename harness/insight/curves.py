"""The learning curves of one training: loss and accuracy on twin axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.insight.tiles import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOSS, _ACCURACY = "#D55E00", "#0072B2"  # Okabe and Ito's vermillion and blue: told apart by the colour-blind
_LINES = {"train": ("--", "s"), "val": ("-", "o"), "test": ("", "^")}
_NAMES = {"train": "training", "val": "validation", "test": "test"}
_MARKED = 40
"""Points beyond which the line shows where they are by itself."""


def draw_curves(history: Mapping[str, Mapping[int, float]], target: float | None = None) -> Figure:
    """Draw loss (left) and accuracy (right) against training steps.

    Args:
        history: ``train_loss``, ``train_accuracy``, ``val_loss`` and so on -> step -> value, in order of steps. Scores
            of the test split, which are few, are marks without a line.
        target: accuracy at which the training was to end.
    """
    figure = new_figure(760, 400)
    left = figure.add_axes((0.1, 0.14, 0.79, 0.68))
    right = left.twinx()
    lines = []
    for name, points in history.items():
        split, _, kind = name.partition("_")
        dash, mark = _LINES[split]
        axes, colour = (left, _LOSS) if kind == "loss" else (right, _ACCURACY)
        lines += axes.plot(
            list(points),
            list(points.values()),
            linestyle=dash,
            marker=mark if split == "test" or len(points) <= _MARKED else None,
            markersize=4,
            color=colour,
            label=f"{_NAMES[split]} {kind}",
        )
    if target is not None:
        lines.append(right.axhline(target, color=_ACCURACY, linewidth=0.8, alpha=0.7, label="target"))
    left.set_xlabel("training steps")
    left.set_ylabel("loss", color=_LOSS)
    right.set_ylabel("accuracy", color=_ACCURACY)
    right.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %")
    left.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    left.set_ylim(bottom=0)
    left.grid(axis="x", color="0.92")
    for axes in (left, right):
        axes.spines["top"].set_visible(False)
    figure.suptitle("Loss and accuracy during training", fontsize=11)
    figure.legend(handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0.935), ncols=5, frameon=False, fontsize=8)
    return figure
