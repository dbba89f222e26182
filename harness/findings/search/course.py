"""What a search learned: which parameters matter, how it went on, where the good variants lie."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from harness.findings.figures import ParallelFigure, PointFigure, Series
from harness.findings.report import Section, Table
from harness.metrics import METRICS
from harness.study import Range, Search, Study, show_level
from harness.study.variant import short_names

_FEWEST = 10
"""Trials below which no importance is worth reading."""
_MOST_TRIALS = 500
"""Trials that importance is computed from at most: a forest of thousands takes minutes."""
_MOST_LINES = 200
_MOST_POINTS = 400
_SEED = 20_260_103
CHAPTER = "How the search went"


def search_figures(study: Study, trials: pd.DataFrame) -> tuple[PointFigure | ParallelFigure, ...]:
    """Return the best so far against trials, and parallel coordinates; of designs that do not search, nothing."""
    if not isinstance(study.design, Search):
        return ()
    explored = _explored(study.design, trials)
    if len(explored) < 2:
        return ()
    objective = study.design.objectives[0]
    best = [_best_so_far(objective, explored)] if len(study.design.objectives) == 1 else []
    return (*best, _parallel(study.design, explored))


def importance_section(study: Study, trials: pd.DataFrame) -> list[Section]:
    """Return how much of the objective's variance each parameter explains; nothing from few trials."""
    if not isinstance(study.design, Search) or len(study.design.space) < 2:
        return []
    explored = _explored(study.design, trials)
    if len(explored) < _FEWEST:
        return []
    objective = study.design.objectives[0]
    looked_at = explored.iloc[_spread(len(explored), _MOST_TRIALS)]
    found = _importances(study, looked_at, objective)
    if not found:
        return []
    table = Table(
        caption=f"Share of the variance of {METRICS[objective].title} over the search",
        headings=("parameter", "importance (%)"),
        numeric=(False, True),
        rows=tuple((path, f"{100 * value:.0f}") for path, value in found.items()),
        faint=(False,) * len(found),
    )
    text = (
        "By functional ANOVA (Hutter, Hoos & Leyton-Brown 2014, as Optuna's FanovaImportanceEvaluator computes it) "
        f"over {len(looked_at):,} trials. Where the search looked more often counts more; it describes the search, and "
        "makes no claim."
    )
    return [Section("Which parameters matter", text, table)]


def _explored(design: Search, trials: pd.DataFrame) -> pd.DataFrame:
    """Return the trials of the search proper whose objective is finite, by number."""
    known = trials[(trials["phase"] == "search") & (trials["status"] == "finished")]
    known = known[known["stop_reason"] != "not_finite"]
    values = known[list(design.objectives)].astype(float)
    return known.iloc[np.flatnonzero(np.isfinite(values).all(axis=1))].sort_values(by="trial")


def _best_so_far(objective: str, explored: pd.DataFrame) -> PointFigure:
    metric = METRICS[objective]
    scale = metric.unit.scale
    values = scale * explored[objective].to_numpy(float)
    best = np.maximum.accumulate(values) if metric.better == "higher" else np.minimum.accumulate(values)
    shown = _spread(len(values), _MOST_POINTS)
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


def _parallel(design: Search, explored: pd.DataFrame) -> ParallelFigure:
    names = short_names(list(design.space))
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
    first = heights[len(design.space)]
    good = first if METRICS[design.objectives[0]].better == "higher" else 1 - first
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
    return [int(place) for place in np.union1d(best, _spread(len(good), _MOST_LINES // 2))]


def _spread(n: int, most: int) -> np.ndarray:
    """Return at most so many places from 0 to n - 1, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int))


def _axis(path: str, space: Any, explored: pd.DataFrame) -> tuple[np.ndarray, str, str]:
    """Return where each trial lies on an axis from 0 to 1, and the labels of both ends."""
    if isinstance(space, Range):
        values = explored[path].to_numpy(float)
        ends = np.array([space.low, space.high], dtype=float)
        if space.log:
            values, ends = np.log(values), np.log(ends)
        return (values - ends[0]) / (ends[1] - ends[0]), show_level(space.low), show_level(space.high)
    levels = [show_level(level) for level in space]
    places = np.array([_place(space, value) for value in explored[path].tolist()], dtype=float)
    return places / max(1, len(levels) - 1), levels[0], levels[-1]


def _place(levels: Sequence[Any], value: Any) -> int:
    """Return which of the levels a cell of the trials means; structured levels stand there as JSON."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        value = json.loads(value)
    return next(place for place, level in enumerate(levels) if level == value or show_level(level) == str(value))


def _scaled(values: np.ndarray) -> np.ndarray:
    span = values.max() - values.min()
    return (values - values.min()) / span if span > 0 else np.full(len(values), 0.5)


def _importances(study: Study, explored: pd.DataFrame, objective: str) -> Mapping[str, float]:
    """Return path -> share of the variance, largest first; nothing where all trials came out the same."""
    import optuna

    space = study.design.dimensions
    distributions = {path: _distribution(levels) for path, levels in space.items()}
    values = explored[objective].to_numpy(float)
    if np.ptp(values) == 0:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        rebuilt = optuna.create_study(direction=METRICS[objective].direction)
        rebuilt.add_trials(
            [
                optuna.trial.create_trial(params=_params(space, row), distributions=distributions, value=float(value))
                for row, value in zip(explored.to_dict("records"), values, strict=True)
            ]
        )
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=_SEED)
        return optuna.importance.get_param_importances(rebuilt, evaluator=evaluator)


def _distribution(space: Any) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if not isinstance(space, Range):
        return CategoricalDistribution(list(range(len(space))))
    if space.is_integer:
        return IntDistribution(int(space.low), int(space.high), log=space.log, step=int(space.step or 1))
    return FloatDistribution(float(space.low), float(space.high), log=space.log, step=space.step)


def _params(space: Mapping[str, Any], row: Mapping[Any, Any]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for path, levels in space.items():
        value = row[path]
        if not isinstance(levels, Range):
            params[path] = _place(levels, value)
        else:
            params[path] = int(value) if levels.is_integer else float(value)
    return params
