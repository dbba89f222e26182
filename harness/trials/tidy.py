"""The two tables that a report is made from, made uniform."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.metrics import NEED_FINITE
from harness.study import Study, show_level

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_TEXT = (
    *("study", "run_id", "experiment_id", "variant", "digest", "phase", "status", "stop_reason", "error"),
    *("processor", "device", "backend", "keras", "python", "data_digest", "git_revision", "version"),
    *("weights_digest", "history_digest"),
)
_NUMBERS = (
    *("trial", "replicate", "steps", "epochs", "steps_to_target", "seconds_to_target"),
    *("train_seconds", "prepare_seconds", "compile_seconds", "evaluate_seconds", "record_seconds"),
    *("images_per_second", "val_accuracy", "val_loss", "train_accuracy", "train_loss", "test_accuracy", "test_loss"),
    *("parameters", "macs", "activations", "activation_ops", "pool_ops", "threads", "workers", "pack"),
    *("refit_seconds", "refit_steps", "dead_features", "redundant_features", "order_difference"),
)
_TIMES = ("started", "ended")

TRIAL_COLUMNS = (*_TEXT, *_NUMBERS, *_TIMES)
"""Columns of `trials`; the varied dotted paths come on top. Seconds are seconds, accuracies shares from 0 to 1, times
UTC timestamps; NaN or None where there is no value."""
HISTORY_COLUMNS = (
    *("trial", "variant", "replicate", "step", "epoch", "train_seconds"),
    *("train_loss", "train_accuracy", "val_loss", "val_accuracy", "test_accuracy", "test_loss"),
)
"""Columns of `history`."""
FINGERPRINT = ("processor", "device", "backend", "threads", "workers", "pack")
"""Columns that must be equal for seconds to be compared."""


def tidy_trials(study: Study, trials: pd.DataFrame) -> pd.DataFrame:
    """Return the trials by number with every column there, missing text empty, and levels of mixed kind as text.

    Parquet has one type a column, and so has a factor's column here: what is written and read back is the same.
    """
    import numpy as np
    import pandas as pd

    tidy = trials.copy()
    tidy.attrs = {}  # pandas compares and copies them at every step
    for column in _TEXT:
        given = tidy[column] if column in tidy else pd.Series("", index=tidy.index)
        tidy[column] = given.astype(object).where(given.notna(), "").astype(str).astype("str")
    for column in _NUMBERS:
        tidy[column] = pd.to_numeric(tidy[column]) if column in tidy else np.nan
    tidy["pack"] = tidy["pack"].fillna(1.0)  # what older records do not say
    tidy.loc[tidy["stop_reason"] == "not_finite", list(NEED_FINITE)] = np.nan  # and what they should not say
    for column in _TIMES:
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
    for column in HISTORY_COLUMNS:
        if column == "variant":
            tidy[column] = tidy[column].astype("str") if column in tidy else ""
        else:
            tidy[column] = pd.to_numeric(tidy[column]) if column in tidy else np.nan
    return tidy.sort_values(["trial", "step"], kind="stable", ignore_index=True)


def differing_places(parts: Sequence[Mapping[str, np.ndarray]]) -> str:
    """Return how the fingerprints of trials differ, e.g. "workers 1 and 2"; empty if they are equal.

    Args:
        parts: columns of :data:`FINGERPRINT` as arrays, of the trials that are to be compared.
    """
    said = []
    for column in FINGERPRINT:
        values = sorted({_text(value) for part in parts for value in set(part[column].tolist())})
        if len(values) > 1:
            said.append(f"{column} {', '.join(values[:-1])} and {values[-1]}")
    return "; ".join(said)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "unknown" if math.isnan(value) else f"{value:g}"
    return str(value) or "unknown"


def _level_text(level: Any) -> str:
    missing = level is None or (isinstance(level, float) and math.isnan(level))
    if hasattr(level, "tolist"):  # an array, from Parquet
        level = level.tolist()
    return "" if missing else show_level(level)
