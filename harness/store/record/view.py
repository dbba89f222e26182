"""The view of a study's runs in MLflow's UI: trials as rows; what varies and what counts as columns.

MLflow keeps views that users share as tags of the experiment, JSON of the state of its page, under a key of their
address. This is such a view, made for the user.
"""

from __future__ import annotations

import json

from harness.metrics import METRICS, in_mlflow
from harness.study import Study

VIEW_KEY = "harness"
VIEW_TAG = f"mlflow.sharedViewState.{VIEW_KEY}"


def runs_view(study: Study) -> str:
    """Return the value of the tag :data:`VIEW_TAG` for a study: its trials, the best first by what counts first.

    Sorted by date, its default, the page would fold the trials below their study.
    """
    varied = dict.fromkeys(".".join(path.split(".")[:2]) for path in study.design.dimensions)
    shown = dict.fromkeys([*study.metrics, "test_accuracy"])
    first = study.metrics[0]
    state = {
        "orderByKey": f"metrics.`{in_mlflow(first)}`",
        "orderByAsc": METRICS[first].better == "lower",
        "selectedColumns": [
            *(f"metrics.`{in_mlflow(name)}`" for name in shown),
            *(f"params.`{name}`" for name in varied),
        ],
        "runsHiddenMode": "FIRST_20_RUNS",
    }
    return json.dumps(state)
