"""What the harness's metrics are called in MLflow, whose UI makes a section of charts of everything before a slash."""

from __future__ import annotations

IN_MLFLOW: dict[str, str] = {
    "val_accuracy": "val/accuracy",
    "val_loss": "val/loss",
    "train_accuracy": "train/accuracy",
    "train_loss": "train/loss",
    "test_accuracy": "test/accuracy",
    "test_loss": "test/loss",
    "steps_to_target": "target/steps",
    "seconds_to_target": "target/seconds",
    **{f"{name}_seconds": f"seconds/{name}" for name in ("prepare", "compile", "train", "evaluate", "record", "refit")},
    "epoch": "progress/epoch",
    "steps": "progress/steps",
    "epochs": "progress/epochs",
    "refit_steps": "progress/refit_steps",
    "images_per_second": "progress/images_per_second",
    "parameters": "cost/parameters",
    "macs": "cost/macs",
    "activations": "cost/activations",
    "activation_ops": "cost/activation_ops",
    "pool_ops": "cost/pool_ops",
    "dead_features": "features/dead",
    "redundant_features": "features/redundant",
    "order_difference": "features/order_difference",
}
"""Name here and in frames -> name in MLflow."""

_HERE = {theirs: ours for ours, theirs in IN_MLFLOW.items()}


def in_mlflow(name: str) -> str:
    """Return a metric's name in MLflow: ``dead_features/conv_1`` is ``features/dead/conv_1``; unknown ones stay."""
    head, slash, rest = name.partition("/")
    return IN_MLFLOW.get(head, head) + slash + rest


def from_mlflow(name: str) -> str:
    """Return the name here of a metric in MLflow. Names without groups, which earlier versions wrote, stay."""
    group, _, rest = name.partition("/")
    metric, slash, part = rest.partition("/")
    ours = _HERE.get(f"{group}/{metric}")
    return f"{ours}{slash}{part}" if ours else name
