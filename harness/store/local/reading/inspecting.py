"""What is out of order in a store: open ends, runs that were never begun, addresses elsewhere, broken models.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading.frames`.
"""

from __future__ import annotations

from pathlib import Path

from harness.errors import UsageError
from harness.metrics import counted
from harness.store.local.files.places import place_of, within
from harness.store.local.reading.opening import open_database
from harness.store.record.models import IN_MODEL, damage_of

_PENDING, _READY = 1, 2
"""MLflow's numbers for the status of a logged model."""

_HIDDEN = "e.lifecycle_stage = 'active' AND r.lifecycle_stage = 'active'"


def recorded_numbers(store: Path) -> dict[str, set[int]]:
    """Return study -> numbers of its trials that have a recorded result, of studies that have any.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        rows = connection.execute(
            f"""SELECT e.name, t.value FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
                JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind' AND k.value = 'trial'
                JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.trial'
                LEFT JOIN tags p ON p.run_uuid = r.run_uuid AND p.key = 'harness.pruned'
                WHERE {_HIDDEN} AND (r.status = 'FINISHED' OR (r.status = 'KILLED' AND p.value = 'true'))
                AND e.name NOT LIKE '%.optimize' ORDER BY e.name"""
        ).fetchall()
    found: dict[str, set[int]] = {}
    for name, number in rows:
        if str(number).isdecimal():
            found.setdefault(name, set()).add(int(number))
    return found


def open_ends(store: Path) -> dict[str, str]:
    """Return study -> what of it is open, in words: runs that are RUNNING, models that are PENDING.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        runs = connection.execute(
            f"""SELECT e.name, k.value, COUNT(*) FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
                JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind'
                WHERE {_HIDDEN} AND r.status = 'RUNNING' GROUP BY 1, 2"""
        ).fetchall()
        models = connection.execute(
            f"""SELECT e.name, COUNT(*) FROM experiments e JOIN logged_models m ON m.experiment_id = e.experiment_id
                JOIN runs r ON r.run_uuid = m.source_run_id
                WHERE {_HIDDEN} AND m.status = {_PENDING} AND m.lifecycle_stage = 'active' GROUP BY 1"""
        ).fetchall()
    found: dict[str, list[str]] = {}
    for name, kind, count in runs:
        found.setdefault(name, []).append("the study's own run" if kind == "study" else counted(count, "run"))
    for name, count in models:
        found.setdefault(name, []).append(counted(count, "model"))
    return {name: ", ".join(parts) for name, parts in found.items()}


def stray_runs(store: Path) -> list[str]:
    """Return the ids of runs that an earlier version made for a study and was killed before it said what they are.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        rows = connection.execute(
            f"""SELECT r.run_uuid FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
                WHERE {_HIDDEN} AND r.status = 'RUNNING' AND r.name = 'study ' || e.name
                AND NOT EXISTS (SELECT 1 FROM tags k WHERE k.run_uuid = r.run_uuid AND k.key = 'harness.kind')"""
        ).fetchall()
    return [str(run_id) for (run_id,) in rows]


def outside(store: Path) -> list[str]:
    """Return ``STUDY: ADDRESS`` for every address of what harness recorded that leads out of the store.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        rows = connection.execute(
            """SELECT e.name, r.artifact_uri FROM experiments e JOIN runs r ON r.experiment_id = e.experiment_id
               JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind'
               UNION SELECT e.name, m.artifact_location FROM experiments e
               JOIN logged_models m ON m.experiment_id = e.experiment_id
               JOIN tags k ON k.run_uuid = m.source_run_id AND k.key = 'harness.kind'
               UNION SELECT DISTINCT e.name, e.artifact_location FROM experiments e
               JOIN runs r ON r.experiment_id = e.experiment_id
               JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'harness.kind'"""
        ).fetchall()
    found = []
    for name, address in rows:
        try:
            place_of(store, address or "")
        except UsageError:
            found.append(f"{name}: {address}")
    return found


def broken_models(store: Path) -> list[str]:
    """Return ``STUDY#TRIAL: what is wrong`` for every model that is called ready and whose file is not whole.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        rows = connection.execute(
            f"""SELECT e.name, t.value, m.artifact_location FROM experiments e
                JOIN logged_models m ON m.experiment_id = e.experiment_id
                JOIN runs r ON r.run_uuid = m.source_run_id
                JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.trial'
                WHERE {_HIDDEN} AND m.status = {_READY} AND m.lifecycle_stage = 'active'
                ORDER BY e.name, CAST(t.value AS INTEGER)"""
        ).fetchall()
    found = []
    for name, number, address in rows:
        try:
            problem = damage_of(within(store, place_of(store, address or "") / IN_MODEL))
        except UsageError:
            continue  # among those outside
        if problem is not None:
            found.append(f"{name}#{number}: {problem}")
    return found
