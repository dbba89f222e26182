"""Which studies a store has, and how far each is.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading.frames`.
"""

from __future__ import annotations

from pathlib import Path

from harness.store.aside import name_before
from harness.store.facts import DeletedStudy, StudySummary, trial_status
from harness.store.local.database import DATABASE
from harness.store.local.reading.opening import open_database


def summaries(store: Path) -> list[StudySummary]:
    """Return the studies in a store, by name; none if there is no store."""
    if not (store / DATABASE).exists():
        return []
    with open_database(store) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'logged_model_tags'").fetchone() is None:
            return []  # left half-made: nothing was ever recorded
        rows = connection.execute(
            """SELECT e.name, q.value, r.status, COALESCE(p.value, 'false'), COUNT(*)
               FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
               JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind' AND k.value = 'trial'
               LEFT JOIN tags p ON p.run_uuid = r.run_uuid AND p.key = 'harness.pruned'
               LEFT JOIN tags parent ON parent.run_uuid = r.run_uuid AND parent.key = 'mlflow.parentRunId'
               LEFT JOIN tags q ON q.run_uuid = parent.value AND q.key = 'harness.question'
               WHERE e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'
               GROUP BY 1, 2, 3, 4 ORDER BY 1"""
        ).fetchall()
    found: dict[str, StudySummary] = {}
    for name, question, status, pruned, count in rows:
        known = found.get(name, StudySummary(name, question or "", {}))
        kind = trial_status(status, pruned)
        found[name] = StudySummary(name, known.question, {**known.counts, kind: known.counts.get(kind, 0) + count})
    return list(found.values())


def deleted_studies(store: Path) -> list[DeletedStudy]:
    """Return the studies in a store that were deleted and can be restored, by name; none if there is no store."""
    if not (store / DATABASE).exists():
        return []
    with open_database(store) as connection:
        rows = connection.execute(
            """SELECT e.name, SUM(k.value = 'trial') FROM experiments e
               LEFT JOIN runs r ON r.experiment_id = e.experiment_id
               LEFT JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind'
               WHERE e.lifecycle_stage = 'deleted' GROUP BY 1 ORDER BY 1"""
        ).fetchall()
    return [DeletedStudy(name, was, trials or 0) for name, trials in rows if (was := name_before(name)) is not None]
