"""Event files of a study: a run a trial, hyperparameters, and the network of each variant."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.metrics import METRICS, in_mlflow, is_evaluated
from harness.study import Study, show_level
from harness.tensorboard.events import EventFile, event_file
from harness.tensorboard.graph import graph_of

if TYPE_CHECKING:
    import pandas as pd

_PLACES = ("trial", "variant", "replicate", "step", "epoch", "train_seconds")
"""Columns of the history that say where an evaluation stands; seconds are the axis "relative"."""
_MOST_LEVELS = 20
"""Levels that TensorBoard offers as boxes to tick; of more numbers it offers an interval."""


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        runs: trials.
        graphs: networks, of variants of which a trial left one.
    """

    runs: int
    graphs: int


def write_events(
    study: Study,
    trials: pd.DataFrame,
    history: pd.DataFrame,
    folder: Path,
    network_of: Callable[[str], Path | None] = lambda _: None,
) -> Written:
    """Write the curves of all trials, what varies with what came out, and the network of each variant.

    Args:
        study: the study.
        trials: a row a trial.
        history: a row an evaluation.
        folder: to write to; its folders are ``VARIANT/rREPLICATE #TRIAL``.
        network_of: returns the file of the network of an MLflow run, by its id; None if it left none.

    Raises:
        OSError: if it cannot be written.
    """
    metrics = tuple(dict.fromkeys([*study.metrics, "test_accuracy"]))
    levels = {path: _levels(trials.get(path)) for path in study.design.dimensions}
    by_trial = dict(list(history.groupby("trial"))) if len(history) else {}
    drawn: set[str] = set()
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in trials.to_dict("records")
    ]
    first = min((_seconds(row.get("started")) for row in rows), default=0.0)
    with event_file(folder, first) as file:
        _add_summary(file, _experiment(levels, metrics), first)
    for place, row in enumerate(rows):
        began = _seconds(row.get("started"))
        with event_file(folder / _plain(str(row["variant"])) / _run_of(row), began) as file:
            given = {path: values[place] for path, values in levels.items()}
            _add_summary(file, _session(given, row, began), began)
            if (found := by_trial.get(row["trial"])) is not None:
                _add_curves(file, found, began)
            _add_scores(file, row, metrics, began)
            if row["digest"] not in drawn and _add_graph(file, network_of(str(row.get("run_id"))), began):
                drawn.add(row["digest"])
    return Written(len(trials), len(drawn))


def _run_of(row: Mapping[str, Any]) -> str:
    return f"r{row['replicate']} #{row['trial']}"


def _plain(label: str) -> str:
    """Return a label as the name of a folder: other characters than these may lead elsewhere, or not be allowed."""
    return re.sub(r"[^\w=., +()-]|^\.+", "_", label)[:120].strip() or "_"


def _seconds(moment: Any) -> float:
    """Return seconds since 1970; 0 for a trial of which nobody noted when it began."""
    return 0.0 if moment is None or moment != moment else float(moment.timestamp())


def _levels(column: pd.Series[Any] | None) -> list[bool | float | str]:
    """Return levels as TensorBoard takes them: all numbers, or all true or false, or all text."""
    values = [] if column is None else [value.item() if hasattr(value, "item") else value for value in column]
    if values and all(isinstance(value, bool) for value in values):
        return values
    if values and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return [float(value) for value in values]
    return [show_level(value) for value in values]


def _experiment(levels: Mapping[str, Sequence[bool | float | str]], metrics: Sequence[str]) -> Any:
    from tensorboard.plugins.hparams.summary_v2 import Discrete, HParam, Metric, RealInterval, hparams_config_pb

    varied = []
    for path, values in levels.items():
        different = sorted(set(values))
        numbers = [value for value in different if isinstance(value, float)]
        wide = len(different) > _MOST_LEVELS and len(numbers) == len(different)
        varied.append(HParam(path, RealInterval(numbers[0], numbers[-1]) if wide else Discrete(different)))
    return hparams_config_pb(
        hparams=varied,
        metrics=[Metric(in_mlflow(name), display_name=METRICS[name].title) for name in metrics],
        time_created_secs=0,
    )


def _session(given: Mapping[str, Any], row: Mapping[str, Any], began: float) -> Any:
    """Return what a trial was given. Those of one variant are a group, of which TensorBoard shows the mean."""
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb

    group = str(row["variant"]) if row["phase"] == "design" else f"{row['variant']} ({row['phase']})"
    return hparams_pb(dict(given), trial_id=group, start_time_secs=began)


def _add_summary(file: EventFile, summary: Any, when: float) -> None:
    from tensorboard.compat.proto.event_pb2 import Event

    file.write(Event(wall_time=when, summary=summary))


def _add_curves(file: EventFile, history: pd.DataFrame, began: float) -> None:
    for row in history.sort_values("step").to_dict("records"):
        values = {in_mlflow(str(name)): float(value) for name, value in row.items() if name not in _PLACES}
        known = {tag: value for tag, value in values.items() if not math.isnan(value)}
        file.add_scalars(known, int(row["step"]), began + _number(row.get("train_seconds")))


def _add_scores(file: EventFile, row: Mapping[str, Any], metrics: Sequence[str], began: float) -> None:
    """Add what was measured at the end alone, so that the table of hyperparameters has it."""
    values = {name: row.get(name) for name in metrics if not is_evaluated(name)}
    known = {in_mlflow(name): float(value) for name, value in values.items() if value is not None and value == value}
    file.add_scalars(known, int(_number(row.get("steps"))), began + _number(row.get("train_seconds")))


def _add_graph(file: EventFile, model: Path | None, when: float) -> bool:
    from tensorboard.compat.proto.event_pb2 import Event

    graph = graph_of(model) if model else None
    if graph is None:
        return False
    file.write(Event(wall_time=when, graph_def=graph.SerializeToString()))
    return True


def _number(value: Any) -> float:
    return 0.0 if value is None or math.isnan(value) else float(value)
