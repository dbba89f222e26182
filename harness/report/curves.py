"""Learning curves: which points of the history are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from harness.report.comparison import Curve, CurveFigure, Line, Row
from harness.report.wording import counted
from harness.study import METRICS, Study

MOST_CURVES = 10
_MOST_REPLICATES = 10
_MOST_POINTS = 200
_POINTS_IN_ALL = 8000
"""What keeps a figure readable, and a page with two of them well under 1 MB."""


def curve_figures(study: Study, rows: Sequence[Row], history: pd.DataFrame) -> tuple[CurveFigure, ...]:
    """Return the accuracy against steps and, if all seconds may be compared, against training seconds.

    Args:
        study: the study.
        rows: rows in the order in which they are shown; the first ten with curves are drawn. In a search that has
            confirmed variants, only those.
        history: tidy history.
    """
    metric = "val_accuracy" if study.data.validation else "train_accuracy"
    known = history[history[metric].notna()]
    measured = set(known["trial"].unique().tolist())
    confirmed = any(row.phase == "confirm" and row.finished for row in rows)
    shown = [row for row in rows if not confirmed or row.phase == "confirm"]
    found = [row for row in shown if not measured.isdisjoint(row.trials)]
    if not found:
        return ()
    left_out = tuple(row.label for row in found[MOST_CURVES:])
    drawn = [(row, _frames(known, row)) for row in found[:MOST_CURVES]]
    bottom = _bottom(drawn, metric)
    target = study.target.value if study.target and study.target.metric == metric else None
    axes = [("step", "steps", "steps")]
    if not any(row.withheld for row, _ in drawn):
        axes.append(("train_seconds", "seconds", "training seconds"))
    title = METRICS[metric].title
    lines = sum(1 + min(len(frames), _MOST_REPLICATES) for _, frames in drawn)
    most = max(10, min(_MOST_POINTS, _POINTS_IN_ALL // lines))
    return tuple(
        CurveFigure(
            name=f"{metric}_by_{name}",
            title=f"{title.capitalize()} against {words}",
            x_title=words,
            y_title=f"{title} (%)",
            target=None if target is None else 100 * target,
            bottom=bottom,
            curves=tuple(_curve(row.label, frames, column, metric, most) for row, frames in drawn),
            left_out=left_out,
            description=_describe(drawn, title, words, metric, column),
        )
        for column, name, words in axes
    )


def _frames(known: pd.DataFrame, row: Row) -> list[pd.DataFrame]:
    return [frame for _, frame in known[known["trial"].isin(row.trials)].groupby("trial")]


def _curve(label: str, frames: list[pd.DataFrame], column: str, metric: str, most: int) -> Curve:
    """Return the lines of one variant; the mean ends where the first replicate does, or it would jump there."""
    lines = [_line(frame[column].to_numpy(), 100 * frame[metric].to_numpy(), most) for frame in frames]
    common = set(frames[0]["step"]).intersection(*(frame["step"] for frame in frames[1:]))
    steps = sorted(common)
    aligned = [frame.drop_duplicates("step", keep="last").set_index("step").loc[steps] for frame in frames]
    x = np.mean([frame[column].to_numpy() if column != "step" else np.array(steps) for frame in aligned], axis=0)
    y = np.mean([frame[metric].to_numpy() for frame in aligned], axis=0)
    return Curve(label, _line(x, 100 * y, most), tuple(lines[:_MOST_REPLICATES]))


def _line(x: np.ndarray, y: np.ndarray, most: int) -> Line:
    known = ~(np.isnan(x.astype(float)) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) > most:
        kept = np.unique(np.linspace(0, len(x) - 1, most).round().astype(int))
        x, y = x[kept], y[kept]
    return Line(tuple(x.astype(float).tolist()), tuple(y.tolist()))


def _bottom(drawn: list[tuple[Row, list[pd.DataFrame]]], metric: str) -> float:
    """Return where the axis starts, in per cent: the last stretch of the worst curve fills a good part of it.

    Curves shoot up from 10 % in a few steps and spend the rest within a point or two of each other.
    """
    last = min(float(np.mean([frame[metric].iloc[-1] for frame in frames])) for _, frames in drawn)
    lowest = min(float(frame[metric].min()) for _, frames in drawn for frame in frames)
    return max(100 * lowest, math.floor(100 - 5 * (100 - 100 * last)), 0.0)


def _describe(drawn: list[tuple[Row, list[pd.DataFrame]]], title: str, words: str, metric: str, column: str) -> str:
    ends = []
    for row, frames in drawn:
        height = 100 * float(np.mean([frame[metric].iloc[-1] for frame in frames]))
        at = float(np.mean([frame[column].iloc[-1] for frame in frames]))
        ends.append(f"{row.label} ends at {height:.2f} % after {at:,.0f} {words}")
    return f"Line chart of {title} against {words} for {counted(len(drawn), 'variant')}: {'; '.join(ends)}."
