"""Which parameters of a search matter."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from harness.findings.facts import Facts
from harness.findings.finding import Finding, Section, Table
from harness.findings.search.explored import explored_trials, place_of, spread
from harness.metrics import METRICS
from harness.study import Range

_FEWEST = 10
"""Trials below which no importance is worth reading."""
_MOST_TRIALS = 500
"""Trials that importance is computed from at most: a forest of thousands takes minutes."""
_SEED = 20_260_103


def analyse(facts: Facts) -> Finding:
    """Return how much of the objective's variance each parameter explains; nothing from few trials."""
    design = facts.study.design
    if not design.explores or len(design.dimensions) < 2:
        return Finding()
    explored = explored_trials(facts)
    if len(explored) < _FEWEST:
        return Finding()
    objective = design.objectives[0]
    looked_at = explored.iloc[spread(len(explored), _MOST_TRIALS)]
    found = _importances(design.dimensions, looked_at, objective)
    if not found:
        return Finding()
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
    return Finding(sections=(Section("Which parameters matter", text, table),))


def _importances(space: Mapping[str, Any], explored: pd.DataFrame, objective: str) -> Mapping[str, float]:
    """Return path -> share of the variance, largest first; nothing where all trials came out the same."""
    import optuna

    distributions = {path: _distribution(levels) for path, levels in space.items()}
    values = explored[objective].to_numpy(float)
    if np.ptp(values) == 0:
        return {}
    with _quiet():
        rebuilt = optuna.create_study(direction=METRICS[objective].direction)
        rebuilt.add_trials(
            [
                optuna.trial.create_trial(params=_params(space, row), distributions=distributions, value=float(value))
                for row, value in zip(explored.to_dict("records"), values, strict=True)
            ]
        )
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=_SEED)
        return optuna.importance.get_param_importances(rebuilt, evaluator=evaluator)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from logging the study that is rebuilt, and leave it as it was."""
    import optuna

    before = optuna.logging.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            yield
        finally:
            optuna.logging.set_verbosity(before)


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
            params[path] = place_of(levels, value)
        else:
            params[path] = int(value) if levels.is_integer else float(value)
    return params
