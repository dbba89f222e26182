"""What the machine was doing while a study ran: MLflow's system metrics, on the study's own run.

MLflow's monitor would sample in a thread of its own, which writes to the store beside the driver. Here the driver asks
it for its numbers between two steps of its loop, so that there is one writer, and nothing to stop at the end.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

INTERVAL = 10.0
"""Seconds between two samples: what a sample costs is nowhere to be seen in the clocks."""

_log = logging.getLogger(__name__)


class Machine:
    """Samples processor, memory, disk, network and GPU, as MLflow names them. What goes wrong ends it, not the run.

    Args:
        client: of the store.
        run_id: the study's own run.
        began: when that run began, in milliseconds since 1970; samples are counted from there, so that those of a
            continued study follow on.
    """

    def __init__(self, client: MlflowClient, run_id: str, began: int) -> None:
        self._began = began
        self._next = time.monotonic() + INTERVAL
        self._monitor: Any = None  # MLflow's has no types
        try:
            from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

            make: Any = SystemMetricsMonitor
            self._monitor = make(run_id, tracking_uri=client.tracking_uri)
            self._monitor.collect_metrics()  # the processor's share is that since the last time
        except Exception as error:
            self._give_up(error)

    def sample(self) -> tuple[int, dict[str, float]] | None:
        """Return the number of a sample and its metrics, or None until it is time for one."""
        if self._monitor is None or time.monotonic() < self._next:
            return None
        self._next = time.monotonic() + INTERVAL
        try:
            for part in self._monitor.monitors:
                part.clear_metrics()
            self._monitor.collect_metrics()
            found = self._monitor.aggregate_metrics()
        except Exception as error:
            self._give_up(error)
            return None
        number = int((time.time() - self._began / 1000) / INTERVAL)
        return number, {f"system/{name}": float(value) for name, value in found.items()}

    def _give_up(self, error: Exception) -> None:
        _log.info("no system metrics: %s", error)
        self._monitor = None
