"""What is noted of a run until it is written: a batch of one number takes MLflow as long as a batch of fifty."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.metrics import in_mlflow

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_BATCH = 800
"""Metrics at once: MLflow takes at most 1,000 items, params and tags among them."""

_TEXTS = 100
"""Params, and tags, at once: MLflow takes no more."""


class Measured(NamedTuple):
    """The logged model that a metric is of, and the data set that it was measured on.

    Attributes:
        model_id: of the logged model.
        dataset: the data set's name.
        digest: the data set's digest.
    """

    model_id: str
    dataset: str
    digest: str


class _Point(NamedTuple):
    name: str
    step: int
    milliseconds: int


@dataclass
class Batch:
    """What is to be written to a run.

    Attributes:
        tags: name -> text; cut at MLflow's limit.
    """

    tags: dict[str, str] = field(default_factory=dict)
    _points: dict[_Point, tuple[float, Measured | None]] = field(default_factory=dict)

    def add(
        self, values: Mapping[str, float], step: int, when: int | None = None, measured: Measured | None = None
    ) -> int:
        """Note metrics; return when, in milliseconds since 1970.

        Args:
            values: metric, by its name here -> value.
            step: training steps done.
            when: milliseconds since 1970; now by default. What is added again with the same time and value stays one
                point in MLflow.
            measured: the model that the metrics are of, if it is logged. MLflow would keep not-a-number as 0 there, so
                that only finite values are noted of a model.
        """
        when = now() if when is None else when
        for name, value in values.items():
            self._points[_Point(name, step, when)] = float(value), measured if math.isfinite(value) else None
        return when

    def write(self, client: MlflowClient, run_id: str, params: Mapping[str, Any] | None = None) -> None:
        """Write everything to a run."""
        from mlflow.entities import Metric, Param, RunTag

        rows = [
            Metric(in_mlflow(point.name), value, point.milliseconds, point.step, *(measured or ()))
            for point, (value, measured) in self._points.items()
        ]
        texts = [Param(name, str(value)[:6000]) for name, value in (params or {}).items()]
        tags = [RunTag(name, text[:7900]) for name, text in self.tags.items()]
        parts = max(-(-len(rows) // _BATCH), -(-max(len(texts), len(tags)) // _TEXTS), 1)
        for part in range(parts):
            client.log_batch(
                run_id,
                rows[part * _BATCH : (part + 1) * _BATCH],
                texts[part * _TEXTS : (part + 1) * _TEXTS],
                tags[part * _TEXTS : (part + 1) * _TEXTS],
                synchronous=True,  # whatever the environment says: what is written is there, or this raises
            )


def now() -> int:
    """Return the time in milliseconds since 1970."""
    return int(time.time() * 1000)
