"""Some of a study's trials, in an order, and all that is known of them as plain values."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError, did_you_mean
from harness.metrics import METRICS, RECORDED, Metric, is_asked
from harness.trials.schema import PHASES, STATUSES, TRIAL_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

_FACTS = ("trial", "run_id", "variant", "digest", "replicate", "phase", "status", "stop_reason", "error")
_PLACE = ("processor", "device", "backend", "threads", "workers", "pack")


def choose_trials(
    trials: pd.DataFrame,
    *,
    statuses: Collection[str] = (),
    variants: Collection[str] = (),
    replicates: Collection[int] = (),
    phases: Collection[str] = (),
    by: str | None = None,
    most: int | None = None,
) -> pd.DataFrame:
    """Return the trials that are any of what is asked in each respect; what is empty asks nothing.

    Args:
        trials: a row a trial.
        statuses: how they stand.
        variants: labels of variants, or parts of labels; a label that is given whole means that variant alone.
        replicates: indices of seeds.
        phases: what they were trained for.
        by: a metric to sort by, the best first, and those without a value last; by number without one.
        most: how many at most.

    Raises:
        UsageError: for a status, phase or metric that there is not, or a variant or replicate that no trial has.
    """
    _require_known("status", statuses, STATUSES[:-1])
    _require_known("phase", phases, PHASES)
    labels = list(dict.fromkeys(map(str, trials["variant"])))
    wanted = {label for text in variants for label in _labels(text, labels)}
    known = sorted({int(each) for each in trials["replicate"]})
    for replicate in replicates:
        if replicate not in known:
            there = f"The trials have {known[0]} to {known[-1]}." if known else "There are no trials."
            raise UsageError(f"replicate must be one that a trial has, got {replicate}. {there}")
    keep = [
        (not statuses or status in statuses)
        and (not variants or variant in wanted)
        and (not replicates or replicate in replicates)
        and (not phases or phase in phases)
        for status, variant, replicate, phase in zip(
            trials["status"], trials["variant"], trials["replicate"], trials["phase"], strict=True
        )
    ]
    chosen = trials[keep].sort_values("trial", kind="stable")
    if by is not None and by != "trial":
        require_metric(by, trials)
        row = row_of_metric(by)
        ascending = row is None or row.better != "higher"
        chosen = chosen.sort_values(by, ascending=ascending, kind="stable", na_position="last")
    return chosen.head(most) if most is not None else chosen


def metrics_of(trials: pd.DataFrame) -> list[str]:
    """Return the metrics that a trial in the table has a value of, in the order in which tables list them."""
    asked = (name for name in map(str, trials.columns) if is_asked(name))
    return [name for name in (*RECORDED, *asked) if name in trials and trials[name].notna().any()]


def row_of_metric(name: str) -> Metric | None:
    """Return the row of a metric that trials may have; None of one that only its study knows."""
    return RECORDED.get(name) or METRICS.get(name)


def require_metric(name: str, trials: pd.DataFrame) -> None:
    """Refuse a metric that no trial has a value of.

    Raises:
        UsageError: with those there are.
    """
    known = metrics_of(trials)
    if name not in known:
        near = did_you_mean(name, known) or f" There are: {', '.join(known)}."
        raise UsageError(f"no trial of this study has a metric {name!r}.{near}")


def trial_facts(trials: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what is known of each trial as values that JSON has, all with the same keys.

    What is not known, not a number or infinite is None. Times are texts in ISO 8601, in UTC.

    Args:
        trials: a row a trial.
    """
    metrics = metrics_of(trials)
    levels = [str(name) for name in trials.columns if name not in TRIAL_COLUMNS and "." in str(name)]
    columns = [*_FACTS, *_PLACE, "started", "ended", *levels, *metrics]
    rows = zip(*(trials[name] if name in trials else [None] * len(trials) for name in columns), strict=True)
    return [_facts(dict(zip(columns, row, strict=True)), levels, metrics) for row in rows]


def _facts(row: dict[str, Any], levels: Iterable[str], metrics: Iterable[str]) -> dict[str, Any]:
    facts = {name: _plain(row[name]) for name in _FACTS}
    facts["settings"] = {name: _plain(row[name]) for name in levels}
    facts["metrics"] = {name: _plain(row[name]) for name in metrics}
    facts["place"] = {name: _plain(row[name]) for name in _PLACE}
    return {**facts, "started": _plain(row["started"]), "ended": _plain(row["ended"])}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return None if value != value else value.isoformat().replace("+00:00", "Z")
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value if isinstance(value, (str, int, bool, list, dict)) else None


def _require_known(what: str, given: Iterable[str], known: Sequence[str]) -> None:
    for each in given:
        if each not in known:
            raise UsageError(f"{what} must be one of {', '.join(known)}, got {each!r}.{did_you_mean(each, known)}")


def _labels(text: str, labels: Sequence[str]) -> list[str]:
    """Return the label that a text is, else those that have it in them.

    Raises:
        UsageError: if there is none.
    """
    found = [text] if text in labels else [label for label in labels if text in label]
    if not found:
        near = did_you_mean(text, labels) or f" There are: {', '.join(labels[:10])}."
        raise UsageError(f"no trial has a variant {text!r}.{near}")
    return found
