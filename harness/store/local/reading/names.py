"""What is in a store by name alone, for who types a command: read fast, without pandas and without MLflow.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading.frames`.
"""

from __future__ import annotations

from pathlib import Path

from harness.metrics import from_mlflow
from harness.store.local.reading.opening import open_database

_ACTIVE = "e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'"


def study_names(store: Path) -> list[str]:
    """Return the names of the studies, in order."""
    with open_database(store) as connection:
        rows = connection.execute(
            f"""SELECT DISTINCT e.name FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
                JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind' WHERE {_ACTIVE} ORDER BY 1"""
        ).fetchall()
    return [str(name) for (name,) in rows]


def trial_names(store: Path, study: str) -> list[tuple[int, str]]:
    """Return number and readable name of a study's trials, by number."""
    with open_database(store) as connection:
        rows = connection.execute(
            f"""SELECT t.value, COALESCE(r.name, '') FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
                JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.trial'
                WHERE {_ACTIVE} AND e.name = ? ORDER BY CAST(t.value AS INTEGER)""",
            (study,),
        ).fetchall()
    return [(int(number), str(name)) for number, name in rows if str(number).isdecimal()]


def variant_names(store: Path, study: str) -> list[str]:
    """Return the labels of a study's variants, those trained first first."""
    with open_database(store) as connection:
        rows = connection.execute(
            f"""SELECT v.value FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
                JOIN tags v ON v.run_uuid = r.run_uuid AND v.key = 'harness.variant'
                WHERE {_ACTIVE} AND e.name = ? ORDER BY r.start_time""",
            (study,),
        ).fetchall()
    return list(dict.fromkeys(str(label) for (label,) in rows))


def metric_names(store: Path, study: str) -> list[str]:
    """Return the metrics that a study's trials have, by the names that study files have for them."""
    with open_database(store) as connection:
        rows = connection.execute(
            f"""SELECT DISTINCT m.key FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
                JOIN latest_metrics m ON m.run_uuid = r.run_uuid
                JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.trial'
                WHERE {_ACTIVE} AND e.name = ? ORDER BY 1""",
            (study,),
        ).fetchall()
    return [from_mlflow(str(key)) for (key,) in rows]
