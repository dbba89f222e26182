"""How a search went on, and where its good variants lie."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from harness.findings.facts import Facts
from harness.findings.figures import ParallelFigure, PointFigure, Series
from harness.findings.finding import Finding
from harness.findings.search.explored import explored_trials, place_of, spread
from harness.metrics import METRICS
from harness.study import Range, Study, show_level
from harness.study.variant import short_names

_MOST_LINES = 200
_MOST_POINTS = 400
CHAPTER = "How the search went"


def analyse(facts: Facts) -> Finding:
    """Return the best so far against trials, and parallel coordinates; of designs that do not search, nothing."""
    design = facts.study.design
    if not design.explores:
        return Finding()
    explored = explored_trials(facts)
    if len(explored) < 2:
        return Finding()
    best = [_best_so_far(design.objectives[0], explored)] if len(design.objectives) == 1 else []
    return Finding(plots=(*best, _parallel(facts.study, explored)))


def _best_so_far(objective: str, explored: pd.DataFrame) -> PointFigure:
    metric = METRICS[objective]
    scale = metric.unit.scale
    values = scale * explored[objective].to_numpy(float)
    best = np.maximum.accumulate(values) if metric.better == "higher" else np.minimum.accumulate(values)
    shown = spread(len(values), _MOST_POINTS)
    steps = np.union1d(np.flatnonzero(np.diff(best, prepend=np.nan)), [0, len(best) - 1])
    x, at = (tuple((places + 1.0).tolist()) for places in (shown, steps))
    nothing = (math.nan,) * max(len(x), len(at))
    return PointFigure(
        name="best_so_far",
        title=f"Best {metric.title} so far",
        x_title="trials of the search",
        y_title=metric.heading,
        logarithmic=False,
        series=(
            Series("each trial", x, tuple(values[shown].tolist()), nothing[: len(x)], nothing[: len(x)], joined=False),
            Series("best so far", at, tuple(best[steps].tolist()), nothing[: len(at)], nothing[: len(at)]),
        ),
        description=f"The best {metric.title} goes from {best[0]:.4g} to {best[-1]:.4g} in {len(values)} trials.",
        chapter=CHAPTER,
        note="The best of many trials was also lucky: only confirmed variants make claims.",
    )


def _parallel(study: Study, explored: pd.DataFrame) -> ParallelFigure:
    design = study.design
    names = short_names(list(design.dimensions))
    axes, heights = [], []
    for path, space in design.dimensions.items():
        place, low, high = _axis(path, space, explored)
        axes.append((names[path], low, high))
        heights.append(place)
    for objective in design.objectives:
        metric = METRICS[objective]
        values = explored[objective].to_numpy(float)
        axes.append((metric.title, metric.show(values.min()), metric.show(values.max())))
        heights.append(_scaled(values))
    first = heights[len(design.dimensions)]
    good = first if METRICS[design.objectives[0]].sign > 0 else 1 - first
    columns = np.array(heights)
    title = METRICS[design.objectives[0]].title
    top = explored.iloc[int(np.argmax(good))]
    return ParallelFigure(
        name="parallel",
        title="Every trial of the search",
        axes=tuple(axes),
        lines=tuple((tuple(columns[:, place].tolist()), float(good[place])) for place in _lines(good)),
        description=f"Parallel coordinates of {len(explored)} trials; the best {title} is that of {top['variant']}.",
        chapter=CHAPTER,
        note=f"A line is a trial; the darker, the better in {title}."
        + (
            ""
            if len(explored) <= _MOST_LINES
            else f" {_MOST_LINES} of {len(explored):,} are drawn, the best among them."
        ),
    )


def _lines(good: np.ndarray) -> list[int]:
    """Return which trials are drawn: all, or of many the best and as many others spread over the search."""
    if len(good) <= _MOST_LINES:
        return list(range(len(good)))
    best = np.argsort(-good, kind="stable")[: _MOST_LINES // 2]
    return [int(place) for place in np.union1d(best, spread(len(good), _MOST_LINES // 2))]


def _axis(path: str, space: Any, explored: pd.DataFrame) -> tuple[np.ndarray, str, str]:
    """Return where each trial lies on an axis from 0 to 1, and the labels of both ends."""
    if isinstance(space, Range):
        values = explored[path].to_numpy(float)
        ends = np.array([space.low, space.high], dtype=float)
        if space.log:
            values, ends = np.log(values), np.log(ends)
        return (values - ends[0]) / (ends[1] - ends[0]), show_level(space.low), show_level(space.high)
    levels = [show_level(level) for level in space]
    places = np.array([place_of(space, value) for value in explored[path].tolist()], dtype=float)
    return places / max(1, len(levels) - 1), levels[0], levels[-1]


def _scaled(values: np.ndarray) -> np.ndarray:
    span = values.max() - values.min()
    return (values - values.min()) / span if span > 0 else np.full(len(values), 0.5)
