"""What metrics are called in MLflow."""

from __future__ import annotations

from harness.metrics.named import FORMS, is_asked
from harness.metrics.rows import RECORDED

IN_MLFLOW: dict[str, str] = {**{name: metric.key for name, metric in RECORDED.items()}, "epoch": "progress/epoch"}
"""Name here and in tables -> name in MLflow. The epoch of an evaluation says where it stands, and is no metric."""

_HERE = {theirs: ours for ours, theirs in IN_MLFLOW.items()}


def in_mlflow(name: str) -> str:
    """Return a metric's name in MLflow: ``dead_features/conv_1`` is ``features/dead/conv_1``; unknown ones stay.

    One that is measured only where it is named is of its group: ``val_macro_f1`` is ``val/macro_f1``.
    """
    if is_asked(name):
        return name.replace("_", "/", 1)
    head, slash, rest = name.partition("/")
    return IN_MLFLOW.get(head, head) + slash + rest


def from_mlflow(name: str) -> str:
    """Return the name here of a metric in MLflow. Names without groups, which earlier versions wrote, stay."""
    group, _, rest = name.partition("/")
    metric, slash, part = rest.partition("/")
    ours = _HERE.get(f"{group}/{metric}")
    if not ours and group in FORMS and is_asked(f"{group}_{rest}"):
        return f"{group}_{rest}"
    return f"{ours}{slash}{part}" if ours else name
