"""What was recorded, as tidy frames: a row a trial, a row an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.study import Study, build_study

if TYPE_CHECKING:
    import pandas as pd


class Results(NamedTuple):
    """A study and what its trials showed.

    Attributes:
        study: the study, as it was when it was run last.
        trials: a row a trial; ``attrs["study"]`` holds the study's tables.
        history: a row an evaluation.
    """

    study: Study
    trials: pd.DataFrame
    history: pd.DataFrame


def load_results(name: str, store: str | Path = "mlruns") -> Results:
    """Read a study's trials from the MLflow store; those still running are left out.

    Raises:
        UsageError: if the store has no such study.
    """
    from harness.tracking import read_frames

    trials, history = read_frames(Path(store), name)
    return Results(_build(trials.attrs["study"]), trials, history)


def load_recorded_study(name: str, store: str | Path = "mlruns") -> Study:
    """Return a study as it was when it was run last, without its trials.

    Raises:
        UsageError: if the store has no such study.
    """
    from harness.tracking import read_study

    return _build(read_study(Path(store), name))


def _build(kept: Mapping[str, Any]) -> Study:
    source = Path(kept["source"]) if kept.get("source") else None
    return build_study(kept["given"], name=kept["name"], source=source, text=kept.get("text", ""))
