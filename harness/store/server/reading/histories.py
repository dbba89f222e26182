"""What was measured at evaluations, of many runs at once; of a run that has ended it is kept on this machine."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from harness.metrics import in_mlflow
from harness.store.server.cache import cache_folder
from harness.store.server.client import MOST_POINTS, MOST_RUNS, ServerClient
from harness.trials import AT_AN_EVALUATION

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.entities import Run

_History = dict[int, dict[str, float]]
"""Step -> metric, by its name here -> value."""


def points(client: ServerClient, runs: Iterable[Run], asked: Sequence[str]) -> pd.DataFrame:
    """Return run_id, step and the metrics of an evaluation, for the steps at which one was recorded.

    Args:
        client: of the server.
        runs: which trials.
        asked: metrics that were measured because they were asked for, besides those of every trial.
    """
    import pandas as pd

    runs, names = list(runs), (*AT_AN_EVALUATION, *asked)
    found = {run.info.run_id: _kept(client, run, names) for run in runs}
    missing = [run for run in runs if found[run.info.run_id] is None]
    for first in range(0, len(missing), MOST_RUNS):
        part = missing[first : first + MOST_RUNS]
        for run_id, history in _asked(client, part, names).items():
            found[run_id] = history
        for run in part:
            _keep(client, run, names, found[run.info.run_id] or {})
    rows = [
        (run_id, step, *(values.get(name, math.nan) for name in names))
        for run_id, history in found.items()
        for step, values in sorted((history or {}).items())
    ]
    frame = pd.DataFrame(rows, columns=["run_id", "step", *names])
    return frame[frame["epoch"].notna()]


def _asked(client: ServerClient, runs: Sequence[Run], names: Sequence[str]) -> dict[str, _History]:
    """Ask the server for the metrics of some runs; those of earlier versions have other names."""
    found: dict[str, _History] = {run.info.run_id: {} for run in runs}
    for name in names:
        for key in dict.fromkeys((in_mlflow(name), name)):
            having = [run.info.run_id for run in runs if key in run.data.metrics]
            for point in values_of(client, having, key) if having else ():
                if not math.isnan(point["value"]):
                    step = found[point["run_id"]].setdefault(int(point["step"]), {})
                    step[name] = max(float(point["value"]), step.get(name, -math.inf))
    return found


def values_of(client: ServerClient, run_ids: list[str], key: str) -> list[dict[str, Any]]:
    """Return run_id, step, value and timestamp of all values of a metric, of at most 100 runs.

    Where the server would cut them off, it is asked of fewer runs at once.
    """
    values = client.histories(run_ids, key)
    if len(values) < MOST_POINTS:
        return values
    if len(run_ids) > 1:
        half = len(run_ids) // 2
        return values_of(client, run_ids[:half], key) + values_of(client, run_ids[half:], key)
    run_id = run_ids[0]
    return [
        {"run_id": run_id, "step": one.step, "value": one.value, "timestamp": one.timestamp}
        for one in client.get_metric_history(run_id, key)
    ]


def _kept(client: ServerClient, run: Run, names: Sequence[str]) -> _History | None:
    file = cache_folder(client.servers) / "histories" / f"{run.info.run_id}.json"
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["ended"] != run.info.end_time or said["metrics"] != list(names):
            return None
        return {int(step): dict(values) for step, values in said["history"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not kept, or by another version: the server says it anew


def _keep(client: ServerClient, run: Run, names: Sequence[str], history: _History) -> None:
    if run.info.status == "RUNNING" or not run.info.end_time:
        return
    folder = cache_folder(client.servers) / "histories"
    folder.mkdir(parents=True, exist_ok=True)
    said = {"ended": run.info.end_time, "metrics": list(names), "history": history}
    made = folder / f".{run.info.run_id}.new"
    made.write_text(json.dumps(said), encoding="utf-8")
    made.replace(folder / f"{run.info.run_id}.json")
