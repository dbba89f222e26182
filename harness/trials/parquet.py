"""Both tables as Parquet files beside each other, with the version of their format in each file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import DataError, UsageError
from harness.trials.cells import show_wrong

if TYPE_CHECKING:
    import pandas as pd

TRIALS_FILE, HISTORY_FILE = "trials.parquet", "history.parquet"
VERSION = 1
"""Version of the format, to be raised when an earlier harness would misread what a later one writes. Files without one
are read as version 1."""
_KEY = "format"
"""Key of the version in a table's `attrs`, which pandas keeps in the file's metadata."""


def write_tables(folder: Path, trials: pd.DataFrame, history: pd.DataFrame) -> None:
    """Write both tables, with their `attrs`, into a folder that exists.

    Raises:
        OSError: if they cannot be written.
    """
    for file, table in ((TRIALS_FILE, trials), (HISTORY_FILE, history)):
        kept = table.copy(deep=False)
        kept.attrs = {**table.attrs, _KEY: VERSION}
        kept.to_parquet(folder / file, index=False)


def read_tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read trials and history back as they were written; :func:`harness.trials.sift` says what is wrong in them.

    Raises:
        UsageError: if a file is not there, or is a link.
        DataError: if one is damaged, or a newer harness wrote it.
    """
    return _read(folder / TRIALS_FILE), _read(folder / HISTORY_FILE)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    if path.is_symlink():
        raise UsageError(f"{path}: is a link, and a report is read from files of its own alone. Copy the file there.")
    if not path.is_file():
        raise UsageError(
            f"{path}: not found. A report folder has {TRIALS_FILE} and {HISTORY_FILE}; name one, or build the "
            "report from the MLflow store."
        )
    try:
        table = pd.read_parquet(path).reset_index(drop=True)
        for place in range(table.shape[1]):
            table.iloc[:, place].tolist()  # texts of damaged files are found to be no UTF-8 only here
    except Exception as error:  # of files of others, pyarrow and pandas raise almost anything
        why = show_wrong(" ".join(str(error).split()))
        raise DataError(f"{path}: damaged, cannot be read as Parquet: {why}. Build the report anew.") from None
    version = table.attrs.pop(_KEY, VERSION)
    if version != VERSION:
        raise DataError(
            f"{path}: the format of its table must be version {VERSION}, got {show_wrong(version)}. A newer harness "
            "wrote it: install that one, or build the report anew from the MLflow store."
        )
    return table
