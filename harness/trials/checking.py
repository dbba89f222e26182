"""What may stand in the two tables that results are kept in: a row a trial, a row an evaluation.

Tables come from an MLflow store that others can edit, or from Parquet files that others can send. A trial that says
what no training can have measured is left out, and why is kept with the table, for reports and `harness doctor` to say.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import DataError, StudyError
from harness.metrics import Number
from harness.metrics.units import NUMBER
from harness.study import Study, build_study
from harness.trials.schema import FEATURES, HISTORY, TRIALS, Column, LevelOf, Text, Time

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LEFT_OUT = "left_out"
"""Key of a table's `attrs` with the trials that were left out of it, as :class:`LeftOut` writes them."""

_SHOWN = 60
"""Characters of a wrong value that an error shows."""


@dataclass(frozen=True)
class LeftOut:
    """A trial that cannot be read.

    Attributes:
        run_id: its MLflow run; may be empty in Parquet files of others.
        trial: its number, if it says one.
        fault: what is wrong with it.
    """

    run_id: str
    trial: str
    fault: str

    def __str__(self) -> str:
        number = f" (trial {self.trial})" if self.trial else ""
        return f"run {self.run_id or 'without an id'}{number}: {self.fault}"


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
    for name, table, columns in (("trials", trials, TRIALS), ("history", history, HISTORY)):
        _require_columns(name, table, columns)
    counts = [name for name in map(str, trials.columns) if FEATURES in name]
    more = [Column(path, LevelOf(), "a level of what varies") for path in levels]
    more += [Column(name, NUMBER.bounds, "features of a layer") for name in counts]
    trials, faults = _check(trials, (*TRIALS, *more))
    history, of_evaluations = _check(history, HISTORY)
    _add_duplicates(trials, faults)
    _add_unfinished(trials, faults)
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


def keep_left_out(trials: pd.DataFrame, said: Iterable[LeftOut]) -> None:
    """Note with a table what was left out of it."""
    if entries := [asdict(one) for one in said]:
        trials.attrs[LEFT_OUT] = entries


def left_out_of(trials: pd.DataFrame) -> tuple[LeftOut, ...]:
    """Return what was left out of a table of trials, as it was noted with it."""
    entries = trials.attrs.get(LEFT_OUT, ())
    if not isinstance(entries, (list, tuple)):
        return ()
    texts = [
        [str(entry.get(name, "")) for name in ("run_id", "trial", "fault")]
        for entry in entries
        if isinstance(entry, Mapping)
    ]
    return tuple(LeftOut(*text) for text in texts)


def stored_study(kept: Mapping[str, Any], place: str) -> Study:
    """Return a study from what was kept of it with its trials.

    Args:
        kept: name, given, source and text, as a table's ``attrs["study"]`` holds them.
        place: where it was kept, for errors.

    Raises:
        DataError: if it is no study; each line begins with the place.
    """
    name, given, source, text = (kept.get(key) for key in ("name", "given", "source", "text"))
    texts = all(isinstance(one, (str, type(None))) for one in (source, text))
    if not isinstance(name, str) or not name or not isinstance(given, dict) or not texts:
        raise DataError(f"{place}: must hold a study's name, tables, source and text, got {show_wrong(dict(kept))}.")
    try:
        return build_study(given, name=name, source=Path(source) if source else None, text=text or "")
    except StudyError as error:
        lines = "\n".join(f"{place}: {line}" for line in str(error).splitlines())
        raise DataError(f"{lines}\n{place}: was written by another version of harness, or edited.") from None
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise DataError(f"{place}: is no study: {show_wrong(str(error))}.") from None


def show_wrong(value: object) -> str:
    """Return a value that was read from elsewhere for an error: in quotes, short, control characters escaped."""
    text = repr(value[:_SHOWN] if isinstance(value, (str, bytes)) else value)
    return text if len(text) <= _SHOWN + 2 else f"{text[:_SHOWN]}…"


def _require_columns(name: str, table: pd.DataFrame, columns: Sequence[Column]) -> None:
    names = list(table.columns)
    odd = [column for column in names if not isinstance(column, str)]
    if odd:
        raise DataError(f"{name}: names of columns must be text, got {show_wrong(odd[0])}.")
    if len(set(names)) < len(names):
        twice = next(column for place, column in enumerate(names) if column in names[:place])
        raise DataError(f"{name}: there are two columns called {show_wrong(twice)}, one is expected.")
    missing = [column.name for column in columns if column.needed and column.name not in names]
    if missing:
        raise DataError(f"{name}: the column {missing[0]!r} is missing.")


def _check(table: pd.DataFrame, columns: Sequence[Column]) -> tuple[pd.DataFrame, dict[int, str]]:
    """Return the table, with columns of numbers that were kept as text made numbers, and place -> first fault."""
    faults: dict[int, str] = {}
    changed = {}
    for column in columns:
        if column.name not in table:
            continue
        given = table[column.name]
        values, bad = _judge(given, column)
        if values is not given:
            changed[column.name] = values
        for place in bad.nonzero()[0].tolist():
            faults.setdefault(place, f"its {column.name} must be {column.rule}, got {show_wrong(_cell(given, place))}")
    return (table.assign(**changed) if changed else table), faults


def _cell(column: pd.Series[Any], place: int) -> object:
    value = column.iloc[place]
    return value.item() if hasattr(value, "item") and getattr(value, "shape", None) == () else value


def _judge(given: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], np.ndarray]:
    """Return a column as what it should be, and where it is not so."""
    match column.rule:
        case Number() as number:
            return _judge_numbers(given, number, column.needed)
        case Text() as text:
            return given, _judge_texts(given, text, column.needed)
        case Time():
            return given, _judge_times(given)
        case _:
            return given, _judge_levels(given)


def _judge_numbers(column: pd.Series[Any], rule: Number, needed: bool) -> tuple[pd.Series[Any], np.ndarray]:
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        values, odd = column.to_numpy(dtype=float), np.zeros(len(column), bool)
    else:
        read = [_number(value) for value in column.tolist()]
        values = np.array([math.nan if value is None else value for value in read], float)
        odd = np.array([value is None for value in read], bool)
        column = pd.Series(values, index=column.index, name=column.name)
    missing = np.isnan(values)
    bad = (values < rule.low) | (values > rule.high)
    if rule.may_be_infinite:
        bad &= ~np.isposinf(values)
    if rule.whole:
        bad |= ~missing & (values != np.floor(values))
    bad |= odd
    return column, bad | (missing & needed)


def _number(value: object) -> float | None:
    """Return a number, or text that is one; NaN for nothing, None for what is no number."""
    if _is_missing(value):
        return math.nan
    if isinstance(value, (bool, bytes, complex)):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def _is_missing(value: object) -> bool:
    """Whether a cell is empty: None, or one of the values that are not equal to themselves."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def _judge_texts(column: pd.Series[Any], rule: Text, needed: bool) -> np.ndarray:
    import numpy as np

    verdicts: dict[object, bool] = {}

    def is_bad(value: object) -> bool:
        if _is_missing(value) or (isinstance(value, str) and not value):
            return needed
        if not isinstance(value, str):
            return True
        if value not in verdicts:
            fits = not rule.choices or value in rule.choices
            verdicts[value] = not (fits and (rule.pattern is None or rule.pattern.fullmatch(value)))
        return verdicts[value]

    return np.array([is_bad(value) for value in column.tolist()], bool)


def _judge_times(column: pd.Series[Any]) -> np.ndarray:
    import numpy as np
    import pandas as pd

    if not pd.api.types.is_datetime64_any_dtype(column):
        return np.array([not _is_missing(value) for value in column.tolist()], bool)
    years = column.dt.year.to_numpy(dtype=float, na_value=math.nan)
    return np.asarray((years < 1970) | (years >= 2262))


def _judge_levels(column: pd.Series[Any]) -> np.ndarray:
    import numpy as np

    return np.array([not (_is_missing(value) or is_level(value)) for value in column.tolist()], bool)


def is_level(value: object) -> bool:
    """Whether a value can stand in a table as the level of what is varied."""
    if isinstance(value, int) and not isinstance(value, bool):
        return -(2**63) <= value < 2**63
    return isinstance(value, (str, float, bool))


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
        if status == "finished" and (_is_missing(reason) or not reason):
            faults.setdefault(place, "it is finished, and does not say why its training ended (stop_reason)")


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
    return LeftOut(run_id if isinstance(run_id, str) else "", "" if _is_missing(number) else _plain(number), fault)


def _plain(number: object) -> str:
    """Return a whole number without the ``.0`` that a column of floats gives it."""
    return f"{number:.15g}" if isinstance(number, float) else str(number)


def _with_types(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return a table whose columns were mixed for the sake of what is now left out, each of one type again."""
    numbered = [column.name for column in columns if column.needed and isinstance(column.rule, Number)]
    return table.infer_objects().astype({name: "int64" for name in numbered if name in table})


def describe(said: Sequence[LeftOut], at_most: int = 5) -> str:
    """Say in a sentence what was left out and why; empty if nothing was."""
    if not said:
        return ""
    many = "1 trial that cannot be read" if len(said) == 1 else f"{len(said)} trials that cannot be read"
    more = f"; and {len(said) - at_most} more" if len(said) > at_most else ""
    return f"Left out: {many}: {'; '.join(str(one) for one in said[:at_most])}{more}."
