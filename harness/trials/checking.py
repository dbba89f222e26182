"""Which trials of the two tables cannot be as they are told: they are left out, and why is said.

Tables come from an MLflow store that others can edit, or from Parquet files that others can send. A trial that says
what no training can have measured is left out, and why is kept with the table, for reports and `harness doctor` to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.errors import DataError
from harness.metrics import Number, counted
from harness.metrics.units import NUMBER
from harness.records import unpack_hits
from harness.trials.cells import is_missing, judge, show_wrong
from harness.trials.left_out import LeftOut
from harness.trials.schema import FEATURES, HISTORY, TRIALS, Column, LevelOf, asked_columns

if TYPE_CHECKING:
    import pandas as pd

_ROUNDING = 1e-6
"""Difference of two accuracies that are one, written by others in fewer digits."""


def sift(
    trials: pd.DataFrame, history: pd.DataFrame, levels: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[LeftOut, ...]]:
    """Leave out the trials that say what cannot be, with their evaluations, and say why.

    Sound tables come back as they are. Columns that are not known here are let be.

    Args:
        trials: a row a trial.
        history: a row an evaluation.
        levels: dotted paths that the study varies.

    Returns:
        The trials and the history that are left, numbers as numbers, and what was left out.

    Raises:
        DataError: if a column without which nothing can be told is missing, or a name stands over two columns.
    """
    trials = _with_columns("trials", trials, TRIALS)
    history = _with_columns("history", history, HISTORY)
    counts = [name for name in map(str, trials.columns) if FEATURES in name]
    more = [Column(path, LevelOf(), "a level of what varies") for path in levels]
    more += [Column(name, NUMBER.bounds, "features of a layer") for name in counts]
    trials, faults = _check(trials, (*TRIALS, *more, *asked_columns(trials)))
    history, of_evaluations = _check(history, (*HISTORY, *asked_columns(history)))
    _add_duplicates(trials, faults)
    _add_unfinished(trials, faults)
    _add_other_hits(trials, faults)
    faults = {**_by_trial(trials, history, of_evaluations), **faults}
    numbers = trials["trial"].tolist()
    unknown = ~history["trial"].isin([number for place, number in enumerate(numbers) if place not in faults]).to_numpy()
    strangers = sorted({number for number in history["trial"][unknown].tolist() if number not in set(numbers)}, key=str)
    said = [_left_out(trials, place, fault) for place, fault in sorted(faults.items())]
    said += [LeftOut("", _plain(number), "there are evaluations of it, and no trial") for number in strangers]
    if faults:
        keep = [place for place in range(len(trials)) if place not in faults]
        trials = _with_types(trials.iloc[keep].reset_index(drop=True), TRIALS)
    if unknown.any():
        history = _with_types(history[~unknown].reset_index(drop=True), HISTORY)
    return trials, history, tuple(said)


def _with_columns(name: str, table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return a table that has every column that is needed: one without rows need not have brought them."""
    names = list(table.columns)
    odd = [column for column in names if not isinstance(column, str)]
    if odd:
        raise DataError(f"{name}: names of columns must be text, got {show_wrong(odd[0])}.")
    if len(set(names)) < len(names):
        twice = next(column for place, column in enumerate(names) if column in names[:place])
        raise DataError(f"{name}: there are two columns called {show_wrong(twice)}, one is expected.")
    missing = [column.name for column in columns if column.needed and column.name not in names]
    if missing and len(table):
        raise DataError(f"{name}: the column {missing[0]!r} is missing.")
    return table.reindex(columns=[*names, *missing]) if missing else table


def _check(table: pd.DataFrame, columns: Sequence[Column]) -> tuple[pd.DataFrame, dict[int, str]]:
    """Return the table, with columns of numbers that were kept as text made numbers, and place -> first fault."""
    faults: dict[int, str] = {}
    changed = {}
    for column in columns:
        if column.name not in table:
            continue
        given = table[column.name]
        values, bad = judge(given, column)
        if values is not given:
            changed[column.name] = values
        for place in bad.nonzero()[0].tolist():
            faults.setdefault(place, f"its {column.name} must be {column.rule}, got {show_wrong(_cell(given, place))}")
    return (table.assign(**changed) if changed else table), faults


def _cell(column: pd.Series[Any], place: int) -> object:
    value = column.iloc[place]
    return value.item() if hasattr(value, "item") and getattr(value, "shape", None) == () else value


def _add_duplicates(trials: pd.DataFrame, faults: dict[int, str]) -> None:
    """Of trials with the same number nobody can say whose the evaluations are, nor which of them is meant."""
    if trials["trial"].is_unique:
        return
    numbers = trials["trial"].tolist()
    runs = trials["run_id"].tolist() if "run_id" in trials else [""] * len(trials)
    sound = [place for place in range(len(trials)) if place not in faults]
    for place in sound:
        others = [runs[other] for other in sound if other != place and numbers[other] == numbers[place]]
        if others:
            faults[place] = f"its number {_plain(numbers[place])} is that of run {others[0]} too"


def _add_unfinished(trials: pd.DataFrame, faults: dict[int, str]) -> None:
    """A finished training has a reason why it ended."""
    reasons = trials["stop_reason"].tolist() if "stop_reason" in trials else [None] * len(trials)
    for place, (status, reason) in enumerate(zip(trials["status"].tolist(), reasons, strict=True)):
        if not is_missing(status) and status == "finished" and (is_missing(reason) or not reason):
            faults.setdefault(place, "it is finished, and does not say why its training ended (stop_reason)")


def _add_other_hits(trials: pd.DataFrame, faults: dict[int, str]) -> None:
    """The share of the test images that a network got right is its test accuracy."""
    if "test_hits" not in trials or "test_accuracy" not in trials:
        return
    for place, (packed, accuracy) in enumerate(zip(trials["test_hits"], trials["test_accuracy"], strict=True)):
        if place in faults or is_missing(accuracy) or not isinstance(packed, bytes) or not packed:
            continue
        hits = unpack_hits(packed)
        if not len(hits) or abs(hits.mean() - accuracy) > _ROUNDING:
            said = f"{int(hits.sum())} of {counted(len(hits), 'image')}"
            faults[place] = f"its test_hits are {said}, and its test_accuracy is {accuracy:g}"


def _by_trial(trials: pd.DataFrame, history: pd.DataFrame, faults: Mapping[int, str]) -> dict[int, str]:
    """Return place of a trial -> the first fault of its evaluations; two at one step are one."""
    found: dict[Any, str] = {}
    numbers, steps = history["trial"].tolist(), history["step"].tolist()
    for place in sorted(faults):
        found.setdefault(numbers[place], f"its evaluation at step {_plain(steps[place])}: {faults[place]}")
    for place in history.duplicated(["trial", "step"]).to_numpy().nonzero()[0].tolist():
        found.setdefault(numbers[place], f"it has two evaluations at step {_plain(steps[place])}")
    return {place: found[number] for place, number in enumerate(trials["trial"].tolist()) if number in found}


def _left_out(trials: pd.DataFrame, place: int, fault: str) -> LeftOut:
    run_id = trials["run_id"].iloc[place] if "run_id" in trials else ""
    number = trials["trial"].iloc[place]
    return LeftOut(run_id if isinstance(run_id, str) else "", "" if is_missing(number) else _plain(number), fault)


def _plain(number: object) -> str:
    """Return a whole number without the ``.0`` that a column of floats gives it."""
    return f"{number:.15g}" if isinstance(number, float) else str(number)


def _with_types(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return a table whose columns were mixed for the sake of what is now left out, each of one type again."""
    numbered = [column.name for column in columns if column.needed and isinstance(column.rule, Number)]
    return table.infer_objects().astype({name: "int64" for name in numbered if name in table})
