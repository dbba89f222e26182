"""What was recorded, as tidy frames: a row a trial, a row an evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

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
    kept = trials.attrs["study"]
    source = Path(kept["source"]) if kept.get("source") else None
    study = build_study(kept["given"], name=name, source=source, text=kept.get("text", ""))
    return Results(study, trials, history)
