"""How a search went on, and where its good variants lie."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from harness.findings.facts import Facts
from harness.findings.figures import PointFigure, Series
from harness.findings.finding import Finding
from harness.findings.plots.slices import Slice, SliceFigure
from harness.findings.search.dominance import front_of
from harness.findings.search.explored import explored_trials, place_of, spread
from harness.metrics import METRICS
from harness.study import Range, Study, show_level
from harness.study.variant import short_names

_MOST_POINTS = 400
CHAPTER = "How the search went"


def analyse(facts: Facts) -> Finding:
    """Return the best so far against trials, and slices along the parameters; of what is no search, nothing."""
    design = facts.study.design
    if not design.explores:
        return Finding()
    explored = explored_trials(facts)
    if len(explored) < 2:
        return Finding()
    best = [_best_so_far(design.objectives[0], explored)] if len(design.objectives) == 1 else []
    return Finding(plots=(*best, _slices(facts.study, explored)))


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
            Series("best so far", at, tuple(best[steps].tolist()), nothing[: len(at)], nothing[: len(at)], steps=True),
        ),
        description=f"The best {metric.title} goes from {best[0]:.4g} to {best[-1]:.4g} in {len(values)} trials.",
        chapter=CHAPTER,
        note="The best of many trials was also lucky: only confirmed variants make claims.",
        by_error=metric.is_share and metric.better == "higher",
    )


def _slices(study: Study, explored: pd.DataFrame) -> SliceFigure:
    design = study.design
    signs = [METRICS[name].sign for name in design.objectives]
    leading = np.array(front_of(explored[list(design.objectives)].to_numpy(float), signs))
    shown = _shown(leading, signs[0] * explored[design.objectives[0]].to_numpy(float))
    metric = METRICS[design.objectives[0]]
    drawn = explored.iloc[shown]
    names = short_names(list(design.dimensions))
    several = len(design.objectives) > 1
    titles = " and ".join(METRICS[name].title for name in design.objectives)
    top = explored.iloc[int(np.argmax(signs[0] * explored[design.objectives[0]].to_numpy(float)))]
    return SliceFigure(
        name="slices",
        title="Every trial of the search, along each parameter",
        y_title=metric.heading,
        by_error=metric.is_share and metric.better == "higher",
        values=tuple((metric.unit.scale * drawn[metric.name].to_numpy(float)).tolist()),
        best=tuple(int(place) for place in np.flatnonzero(leading[shown])),
        best_title=f"beaten by none of them in {titles}" if several else f"the best {metric.title}",
        slices=tuple(_slice(names[path], space, drawn[path]) for path, space in design.dimensions.items()),
        description=(
            f"{metric.title.capitalize()} of {len(explored):,} trials of the search against "
            f"{', '.join(names.values())}; the best is that of {top['variant']}."
        ),
        chapter=CHAPTER,
        note="A ring is a trial, trained once: where good ones gather, the search looked more often."
        + (
            ""
            if len(shown) == len(explored)
            else f" {len(shown):,} of {len(explored):,} are drawn, the best among them."
        ),
    )


def _shown(leading: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Return which trials are drawn: all, or of many the best and as many others spread over the search."""
    if len(good) <= _MOST_POINTS:
        return np.arange(len(good))
    best = np.argsort(-good, kind="stable")[: _MOST_POINTS // 4]
    front = np.flatnonzero(leading)[: _MOST_POINTS // 4]
    return np.union1d(np.union1d(front, best), spread(len(good), _MOST_POINTS // 2))


def _slice(name: str, space: Any, values: pd.Series) -> Slice:
    if isinstance(space, Range):
        return Slice(name, tuple(values.astype(float).tolist()), (), (float(space.low), float(space.high)), space.log)
    levels = tuple(show_level(level) for level in space)
    places = tuple(float(place_of(space, value)) for value in values.tolist())
    return Slice(name, places, levels, (0.0, len(levels) - 1.0))
