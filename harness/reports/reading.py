"""A report read back from the tables in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from harness.errors import DataError
from harness.study import Study
from harness.trials import LeftOut, describe, keep_left_out, left_out_of, sift, stored_study
from harness.trials.parquet import TRIALS_FILE, read_tables

STORE = "mlruns"
"""The store of a report that names none."""


def read_report(folder: str | Path) -> tuple[Study, pd.DataFrame, pd.DataFrame]:
    """Read the study, the trials and the history that a report was written from.

    Raises:
        UsageError: if the folder has no report.
        DataError: if a Parquet file is damaged or was not written by :func:`harness.write_report`.
    """
    folder = Path(folder)
    file = folder / TRIALS_FILE
    trials, history = read_tables(folder)
    attrs = dict(trials.attrs)
    if not isinstance(attrs.get("study"), dict):
        raise DataError(
            f"{file}: holds no study, so that it was not written by a report. Build the report from the MLflow store "
            "instead."
        )
    study = stored_study(attrs["study"], str(file))
    try:
        trials, history, said = sift(trials, history, study.design.dimensions)
    except DataError as error:
        raise DataError(f"{folder}: {error} Build the report anew from the MLflow store.") from None
    _require_trials_of(study, trials, said, file)
    said = tuple(dict.fromkeys([*left_out_of(trials), *said]))
    trials.attrs = {"study": attrs["study"], "store": str(attrs.get("store", STORE))}
    keep_left_out(trials, said)
    return study, trials, history


def _require_trials_of(study: Study, trials: pd.DataFrame, said: Sequence[LeftOut], file: Path) -> None:
    """Refuse a table none of whose trials can be read, or is of the study that the table names."""
    if said and not len(trials):
        raise DataError(f"{file}: none of its trials can be read. {describe(said)} Build the report anew.")
    if len(trials) and not study.design.explores:
        digests = {variant.digest for variant in study.variants}
        if digests.isdisjoint(trials["digest"]):
            raise DataError(
                f"{file}: its trials are of another study than {study.name!r}, which it names: none is of a variant of "
                "it. Build the report anew from the MLflow store."
            )
