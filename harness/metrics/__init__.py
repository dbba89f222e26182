"""The metrics of a trial: one vocabulary for study files, MLflow, tables, figures and sentences.

A metric is a row of :mod:`harness.metrics.rows`, or of :mod:`harness.metrics.named` if it is measured only where a
study names it; its unit is a row of :mod:`harness.metrics.units`.
"""

from harness.metrics.mlflow_names import IN_MLFLOW, from_mlflow, in_mlflow
from harness.metrics.named import MOST_ASKED, NAMED, is_asked, named, top_k
from harness.metrics.own import OwnMetric, OwnName, own_name, own_names, remembered
from harness.metrics.rows import (
    CLOCKS,
    EVALUATED,
    NEED_FINITE,
    PROBES,
    RECORDED,
    ROWS,
    Known,
    Metric,
    known,
)
from harness.metrics.units import ANY, NOTHING, SECONDS, WHOLE, Number, Unit, counted, show_ratio
from harness.metrics.vocabulary import CHOOSABLE, METRICS, asked_of, forms_of, is_evaluated, on_test_images

__all__ = [
    "ANY",
    "CHOOSABLE",
    "CLOCKS",
    "EVALUATED",
    "IN_MLFLOW",
    "METRICS",
    "MOST_ASKED",
    "NAMED",
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
    "OwnMetric",
    "OwnName",
    "Unit",
    "asked_of",
    "counted",
    "forms_of",
    "from_mlflow",
    "in_mlflow",
    "is_asked",
    "is_evaluated",
    "known",
    "named",
    "on_test_images",
    "own_name",
    "own_names",
    "remembered",
    "show_ratio",
    "top_k",
]
