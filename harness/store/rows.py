"""What is recorded of a trial, from the tags and metrics of its run: a row, and rows as frames.

Every store has the same tags and the same names of metrics, so that this is the one place that reads them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.escaping import plain
from harness.metrics import CLOCKS, RECORDED, is_asked, known
from harness.records import Clocks, Fingerprint, StopReason, TrialResult
from harness.store.asked import asked_in, asked_of_tags
from harness.store.facts import Fault, RecordedRun, trial_status
from harness.trials import (
    AT_AN_EVALUATION,
    DIGEST,
    FEATURES,
    HISTORY_COLUMNS,
    PLACE,
    TRIAL_COLUMNS,
    LeftOut,
    is_level,
    left_out_of,
    show_wrong,
    sift,
    without_divergence,
    without_lost_accuracies,
)

if TYPE_CHECKING:
    import pandas as pd

_LARGEST = 1.7e308  # beyond, MLflow means infinity

_WHOLE = ("threads", "workers", "pack")
_DIGITS = 18
"""Digits of a whole number that surely fits 64 bits."""
_LAST = 9_214_646_400_000
"""The beginning of 2262 in milliseconds since 1970: nanoseconds go no further."""
DIGESTS = ("weights", "history")


def unreadable(run_id: object, fault: object) -> UsageError:
    """Return the error for a run whose record was damaged or edited."""
    return UsageError(
        f"run {run_id} cannot be read: {fault}. Its record was damaged or edited; put it right, or delete the run, in "
        "the MLflow UI."
    )


def tables(rows: list[dict[str, Any]], points: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, tuple[LeftOut, ...]]:
    """Return trials and history of one type a column, and what had to be left out."""
    import pandas as pd

    trials = pd.DataFrame(rows, columns=None if rows else TRIAL_COLUMNS)
    for column in ("started", "ended"):
        trials[column] = pd.to_datetime(trials[column], unit="ms", utc=True)
    asked = asked_in(rows)
    measured, at_evaluations = (*RECORDED, *asked), (*AT_AN_EVALUATION, *asked)
    trials, points = _with_infinities(trials, measured), _with_infinities(points, at_evaluations)
    trials, history, said = sift(trials, _history(points, trials, asked))
    history = history.astype(dict.fromkeys(at_evaluations, "float64"))
    trials = trials.astype(dict.fromkeys(measured, "float64"))
    return without_divergence(trials, every_loss=True), history, said


def _history(points: pd.DataFrame, trials: pd.DataFrame, asked: Sequence[str]) -> pd.DataFrame:
    """Return a row an evaluation, by trial and step, of the trials given."""
    history = points.merge(trials[["run_id", "trial", "variant", "replicate"]], on="run_id", how="inner")
    history = without_lost_accuracies(history, every_loss=True)
    return history.sort_values(["trial", "step"], ignore_index=True)[[*HISTORY_COLUMNS, *asked]]


def read_result(trials: pd.DataFrame, trial: int) -> TrialResult:
    """Return the result of a recorded trial as its worker sent it.

    Raises:
        UsageError: if there is none that can be read.
    """
    if not (trials["trial"] == trial).any():
        why = next((f": {one}" for one in left_out_of(trials) if one.trial == str(trial)), "")
        raise UsageError(f"trial {trial}: no result of it can be read{why}. `harness doctor` looks at the store.")
    row = trials.loc[trials["trial"] == trial].iloc[0].to_dict()

    def number(column: str) -> float | None:
        value = row.get(column)
        return None if value is None or math.isnan(value) else float(value)

    steps = number("steps_to_target")
    more = (name for name in map(str, row) if FEATURES in name or is_asked(name))
    measured = (*known("evaluated", "scored", "end"), *more)
    evaluated = {column: number(column) for column in measured}
    return TrialResult(
        stop_reason=StopReason(row["stop_reason"]),
        steps=int(row["steps"]),
        epochs=float(row["epochs"]),
        metrics={column: value for column, value in evaluated.items() if value is not None},
        clocks=Clocks(**{name: number(f"{name}_seconds") or 0.0 for name in CLOCKS}),
        steps_to_target=None if steps is None else int(steps),
        seconds_to_target=number("seconds_to_target"),
        images_per_second=float(row["images_per_second"]),
        costs={name: int(row[name]) for name in known("built") if number(name) is not None},
        refit_steps=int(number("refit_steps") or 0),
        restored_step=None if number("restored_step") is None else int(row["restored_step"]),
        foreign_load=number("foreign_load"),
        studies_beside=None if number("studies_beside") is None else int(row["studies_beside"]),
        kwh=number("kwh"),
        digests={name: row[f"{name}_digest"] for name in DIGESTS if isinstance(row.get(f"{name}_digest"), str)},
        fingerprint=_fingerprint(row),
    )


def _fingerprint(row: Mapping[Any, Any]) -> Fingerprint | None:
    """Return where a trial ran, as far as it was recorded: empty or 0 where it was not; None if nothing was."""
    known = {name: row[name] for name in PLACE if row.get(name) is not None and row[name] == row[name]}
    numbers = {name: int(known.get(name, 0)) for name in _WHOLE if name in PLACE}
    texts = {name: str(known.get(name, "")) for name in PLACE if name not in numbers}
    return Fingerprint(**texts, **numbers) if known else None  # type: ignore[arg-type]


def row_of(run: tuple[Any, ...], tags: Mapping[str, str], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was recorded of a trial, by column; numbers are looked at later, all together."""
    run_id, status, started, ended, experiment = run
    return {
        "study": tags.get("harness.study"),
        "trial": _whole(tags, "trial"),
        "run_id": run_id,
        "experiment_id": str(experiment),
        "variant": _needed(tags, "variant"),
        "digest": _needed(tags, "digest"),
        "replicate": _whole(tags, "replicate"),
        "phase": _needed(tags, "phase"),
        "status": trial_status(status, tags.get("harness.pruned")),
        "stop_reason": tags.get("harness.stop_reason"),
        "error": tags.get("harness.error"),
        **{name: metrics.get(name, math.nan) for name in RECORDED},
        **{name: metrics.get(name, math.nan) for name in asked_of_tags(tags)},
        **{name: value for name, value in metrics.items() if FEATURES in name},
        **{name: tags.get(f"harness.{name}") for name in PLACE},
        **{name: _whole(tags, name) if tags.get(f"harness.{name}") else None for name in _WHOLE},
        "started": _moment("start", started),
        "ended": _moment("end", ended),
        "data_digest": tags.get("harness.data_digest"),
        **{f"{name}_digest": tags.get(f"harness.{name}_digest") for name in DIGESTS},
        "git_revision": tags.get("mlflow.source.git.commit"),
        "version": tags.get("harness.version"),
        **_settings(tags),
    }


def recorded_run(row: Mapping[str, Any], settings: str, study: str, name: str, artifacts: str) -> RecordedRun:
    """Return which run a trial's is.

    Args:
        row: what was recorded of the trial, by column.
        settings: its tag of that name.
        study: the study's name in the store.
        name: how people call the run.
        artifacts: where its artifacts are.

    Raises:
        Fault: if it cannot be told.
    """
    if not DIGEST.fullmatch(row["digest"]):
        raise Fault(f"its tag harness.digest must be 12 hexadecimal digits, got {show_wrong(row['digest'])}")
    return RecordedRun(
        run_id=row["run_id"],
        experiment_id=row["experiment_id"],
        study=study,
        trial=row["trial"],
        replicate=row["replicate"],
        variant=plain(row["variant"]),
        phase=row["phase"],
        status=row["status"],
        name=plain(name),
        artifacts=artifacts,
        digest=row["digest"],
        settings=settings_of(settings),
        error=plain(row["error"]) if row["error"] else None,
        weights_digest=row["weights_digest"],
    )


def _needed(tags: Mapping[str, str], name: str) -> str:
    value = tags.get(f"harness.{name}")
    if not isinstance(value, str) or not value:
        raise Fault(f"its tag harness.{name} is missing")
    return value


def _whole(tags: Mapping[str, str], name: str) -> int:
    value = _needed(tags, name)
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise Fault(f"its tag harness.{name} must be a whole number of at least 0, got {show_wrong(value)}")
    return int(value)


def _moment(name: str, value: Any) -> int | None:
    if value is not None and not (isinstance(value, int) and 0 <= value < _LAST):
        raise Fault(f"its {name} must be a time between 1970 and 2262 in milliseconds, got {show_wrong(value)}")
    return value


def _settings(tags: Mapping[str, str]) -> dict[str, Any]:
    """Return dotted path -> level; lists as JSON, so that a column has one type."""
    settings = settings_of(_needed(tags, "settings"))
    levels = {path: level if _is_scalar(level) else json.dumps(level) for path, level in settings.items()}
    for path, level in levels.items():
        if level is not None and not is_level(level):
            raise Fault(f"its tag harness.settings has a number beyond 64 bits at {path}")
    return levels


def settings_of(text: str) -> dict[str, Any]:
    """Return the settings of a trial from its tag: dotted path -> level.

    Raises:
        Fault: if they cannot be read.
    """
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict) or not all("." in path and "/" not in path for path in settings):
        raise Fault(f"its tag harness.settings must be JSON of dotted paths and levels, got {show_wrong(text)}")
    return settings


def _is_scalar(level: Any) -> bool:
    return level is None or isinstance(level, (str, int, float, bool))


def _with_infinities(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Undo MLflow's way of keeping infinities, as the largest double. Columns with what is no number stay."""
    import pandas as pd

    changed = {}
    for column in columns:
        values = frame[column]
        if values.isna().all():
            values = values.astype("float64")
        if pd.api.types.is_numeric_dtype(values):
            values = values.astype("float64")
            changed[column] = values.mask(values > _LARGEST, math.inf).mask(values < -_LARGEST, -math.inf)
    return frame.assign(**changed)
