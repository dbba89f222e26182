"""The trials that a search explored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from harness.findings.facts import Facts
from harness.records import StopReason
from harness.study import Phase, show_level


def explored_trials(facts: Facts) -> pd.DataFrame:
    """Return the trials of the search proper whose objectives are finite, by number."""
    known = facts.trials[(facts.trials["phase"] == Phase.SEARCH) & (facts.trials["status"] == "finished")]
    known = known[known["stop_reason"] != StopReason.NOT_FINITE]
    values = known[list(facts.study.design.objectives)].astype(float)
    return known.iloc[np.flatnonzero(np.isfinite(values).all(axis=1))].sort_values(by="trial")


def place_of(levels: Sequence[Any], value: Any) -> int:
    """Return which of the levels a cell of the trials means; structured levels stand there as JSON."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        value = json.loads(value)
    return next(place for place, level in enumerate(levels) if level == value or show_level(level) == str(value))


def spread(n: int, most: int) -> np.ndarray:
    """Return at most so many places from 0 to n - 1, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(int))
