"""The view of a study's runs in MLflow's UI: trials as rows; what varies and what counts as columns.

MLflow keeps views that users share as tags of the experiment, JSON of the state of its page, under a key of their
address. This is such a view, made for the user.
"""

from __future__ import annotations

import json
from pathlib import Path

from harness.study import Study, dimensions
from harness.tracking.metric_names import in_mlflow
from harness.tracking.reading import open_database

VIEW_KEY = "harness"
VIEW_TAG = f"mlflow.sharedViewState.{VIEW_KEY}"
_COUNTS = ("test_accuracy", "val_accuracy", "seconds_to_target", "parameters")


def runs_view(study: Study) -> str:
    """Return the value of the tag :data:`VIEW_TAG` for a study."""
    varied = dict.fromkeys(".".join(path.split(".")[:2]) for path in dimensions(study.design))
    shown = dict.fromkeys([*study.metrics, *_COUNTS])
    columns = [
        *(f"params.`{name}`" for name in (*varied, "replicate")),
        *(f"metrics.`{in_mlflow(name)}`" for name in shown),
        "attributes.`Models`",
    ]
    state = {
        "searchFilter": "tags.`harness.kind` = 'trial'",
        "selectedColumns": columns,
        "runsHiddenMode": "FIRST_20_RUNS",
    }
    return json.dumps(state)


def has_view(store: Path, experiment: str) -> bool:
    """Whether an experiment has the view; those that earlier versions recorded have none."""
    with open_database(store) as connection:
        query = "SELECT 1 FROM experiment_tags WHERE experiment_id = ? AND key = ?"
        return connection.execute(query, (int(experiment), VIEW_TAG)).fetchone() is not None
