"""The metrics of a trial: one vocabulary for study files, MLflow, tables and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """What a metric is called and which way is better.

    Attributes:
        title: heading in tables and on axes.
        better: "higher" or "lower".
        unit: "share" (0 to 1, shown as per cent), "seconds", "steps", "count", "rate" (per second), "nats" or
            "number".
        evaluated: measured at every evaluation, so that a training can be stopped or pruned by it.
    """

    title: str
    better: Literal["higher", "lower"]
    unit: Literal["share", "seconds", "steps", "count", "rate", "nats", "number"]
    evaluated: bool = False

    @property
    def direction(self) -> Literal["maximize", "minimize"]:
        """Optuna's word for ``better``."""
        return "maximize" if self.better == "higher" else "minimize"


METRICS: dict[str, Metric] = {
    "val_accuracy": Metric("validation accuracy", "higher", "share", evaluated=True),
    "val_loss": Metric("validation loss", "lower", "nats", evaluated=True),
    "train_accuracy": Metric("training accuracy", "higher", "share", evaluated=True),
    "train_loss": Metric("training loss", "lower", "nats", evaluated=True),
    "test_accuracy": Metric("test accuracy", "higher", "share"),
    "test_loss": Metric("test loss", "lower", "nats"),
    "steps_to_target": Metric("steps to target", "lower", "steps"),
    "seconds_to_target": Metric("seconds to target", "lower", "seconds"),
    "train_seconds": Metric("training seconds", "lower", "seconds"),
    "images_per_second": Metric("images per second", "higher", "rate"),
    "parameters": Metric("parameters", "lower", "count"),
    "macs": Metric("multiply-accumulates", "lower", "count"),
    "activations": Metric("activation values", "lower", "count"),
    "activation_ops": Metric("activation functions", "lower", "count"),
    "pool_ops": Metric("pooling operations", "lower", "count"),
    "dead_features": Metric("dead features", "lower", "number"),
    "redundant_features": Metric("redundant features", "lower", "number"),
    "order_difference": Metric("largest change of a logit in the other order", "lower", "number"),
}
"""Every metric by its name. `train_loss` and `train_accuracy` are running means over the batches trained on since the
last evaluation, as Keras shows them."""

PROBES: dict[str, tuple[str, ...]] = {
    "features": ("dead_features", "redundant_features"),
    "activation_order": ("order_difference",),
}
"""Probe of a trained network -> the metrics it measures."""

EVALUATED = tuple(name for name, metric in METRICS.items() if metric.evaluated)
NEED_FINITE = (
    *EVALUATED,
    "test_accuracy",
    "test_loss",
    "steps_to_target",
    "seconds_to_target",
    *(name for metrics in PROBES.values() for name in metrics),
)
"""Metrics that a network which diverged does not have: its logits are no numbers, and would count as class 0."""
CHOOSABLE = tuple(name for name in METRICS if not name.startswith("test_") and name != "order_difference")
"""Metrics a search may optimise: everything but the test split."""
