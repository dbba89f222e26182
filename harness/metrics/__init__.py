"""The metrics of a trial: one vocabulary for study files, MLflow, tables, figures and sentences."""

from harness.metrics.mlflow_names import IN_MLFLOW, from_mlflow, in_mlflow
from harness.metrics.rows import CHOOSABLE, EVALUATED, METRICS, NEED_FINITE, PROBES, Metric

__all__ = [
    "CHOOSABLE",
    "EVALUATED",
    "IN_MLFLOW",
    "METRICS",
    "NEED_FINITE",
    "PROBES",
    "Metric",
    "from_mlflow",
    "in_mlflow",
]
