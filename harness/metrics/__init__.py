"""The metrics of a trial: one vocabulary for study files, MLflow, tables, figures and sentences.

A metric is a row of :mod:`harness.metrics.rows`; its unit is a row of :mod:`harness.metrics.units`.
"""

from harness.metrics.mlflow_names import IN_MLFLOW, from_mlflow, in_mlflow
from harness.metrics.rows import (
    CHOOSABLE,
    CLOCKS,
    EVALUATED,
    METRICS,
    NEED_FINITE,
    PROBES,
    RECORDED,
    ROWS,
    Known,
    Metric,
    known,
    on_test_images,
)
from harness.metrics.units import NOTHING, SECONDS, WHOLE, Number, Unit, counted, show_ratio

__all__ = [
    "CHOOSABLE",
    "CLOCKS",
    "EVALUATED",
    "IN_MLFLOW",
    "METRICS",
    "NEED_FINITE",
    "NOTHING",
    "PROBES",
    "RECORDED",
    "ROWS",
    "SECONDS",
    "WHOLE",
    "Known",
    "Metric",
    "Number",
    "Unit",
    "counted",
    "from_mlflow",
    "in_mlflow",
    "known",
    "on_test_images",
    "show_ratio",
]
