"""The two tables that a report is made from, made uniform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from harness.metrics import Number
from harness.study import Study, show_level
from harness.trials.diverged import without_divergence, without_lost_accuracies
from harness.trials.schema import HISTORY_COLUMNS, TRIAL_COLUMNS, TRIALS, Hits, Text, Time, asked_columns, of_type

if TYPE_CHECKING:
    import pandas as pd


def tidy_trials(study: Study, trials: pd.DataFrame) -> pd.DataFrame:
    """Return the trials by number with every column there, missing text and hits empty, levels of mixed kind as text.

    Parquet has one type a column, and so has a factor's column here: what is written and read back is the same.
    """
    import numpy as np
    import pandas as pd

    tidy = trials.copy()
    tidy.attrs = {}  # pandas compares and copies them at every step
    for column in of_type(TRIALS, Text):
        given = tidy[column] if column in tidy else pd.Series("", index=tidy.index)
        tidy[column] = given.astype(object).where(given.notna(), "").astype(str).astype("str")
    for column in of_type((*TRIALS, *asked_columns(tidy)), Number):
        tidy[column] = pd.to_numeric(tidy[column]) if column in tidy else np.nan
    for name in study.asked_metrics:
        if name not in tidy:
            tidy[str(name)] = np.nan
    tidy["pack"] = tidy["pack"].fillna(1.0)  # what older records do not say
    tidy = without_divergence(tidy)  # and what they should not say
    for column in of_type(TRIALS, Hits):
        given = tidy[column] if column in tidy else pd.Series(b"", index=tidy.index, dtype=object)
        tidy[column] = given.astype(object).where(given.notna(), b"")
    for column in of_type(TRIALS, Time):
        tidy[column] = pd.to_datetime(tidy[column], utc=True) if column in tidy else pd.Timestamp("NaT", tz="UTC")
    for path in study.design.dimensions:
        if path not in tidy:
            tidy[path] = ""
    for path in tidy.columns.difference(list(TRIAL_COLUMNS), sort=False):
        if tidy[path].dtype == object:
            tidy[path] = [_level_text(level) for level in tidy[path]]
    return tidy.sort_values("trial", kind="stable", ignore_index=True)


def tidy_history(history: pd.DataFrame) -> pd.DataFrame:
    """Return the history by trial and step with every column there and numeric."""
    import numpy as np
    import pandas as pd

    tidy = history.copy()
    tidy.attrs = {}
    for column in (*HISTORY_COLUMNS, *(asked.name for asked in asked_columns(tidy))):
        if column == "variant":
            tidy[column] = tidy[column].astype("str") if column in tidy else ""
        else:
            tidy[column] = pd.to_numeric(tidy[column]) if column in tidy else np.nan
    return without_lost_accuracies(tidy).sort_values(["trial", "step"], kind="stable", ignore_index=True)


def _level_text(level: Any) -> str:
    missing = level is None or (isinstance(level, float) and math.isnan(level))
    if hasattr(level, "tolist"):  # an array, from Parquet
        level = level.tolist()
    return "" if missing else show_level(level)
