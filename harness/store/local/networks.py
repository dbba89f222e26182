"""What is recorded of a trial's network, so that it can be built again and its weights known for the right ones.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading`.
"""

from __future__ import annotations

import json
from pathlib import Path

from harness.store.local.opening import open_database

_LARGEST = 65_536
"""No image is higher or wider, and nothing has more classes."""


def recorded_images(store: Path, run_id: str) -> tuple[tuple[int, int, int], int] | None:
    """Return the shape (height, width, channels) and the number of classes of the images that a run was trained on.

    They stand in the run's dataset input. None if it has none, as with earlier versions, or not such numbers.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        rows = connection.execute(
            """SELECT d.dataset_profile FROM datasets d JOIN inputs i ON i.source_id = d.dataset_uuid
               WHERE i.destination_id = ? AND i.source_type = 'DATASET' AND i.destination_type = 'RUN'""",
            (run_id,),
        ).fetchall()
    found = {_shape_in(profile) for (profile,) in rows}
    return found.pop() if len(found) == 1 else None


def _shape_in(profile: object) -> tuple[tuple[int, int, int], int] | None:
    try:
        told = json.loads(str(profile))
        height, width, channels = told["image_shape"]
        numbers = (height, width, channels, told["classes"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(type(number) is int and 1 <= number <= _LARGEST for number in numbers):
        return None
    return (height, width, channels), told["classes"]


def recorded_weights(store: Path, run_id: str) -> str | None:
    """Return the first 16 hex digits of the SHA-256 of a trained network's weights; None if they are not recorded.

    Raises:
        UsageError: if there is no store.
    """
    with open_database(store) as connection:
        query = "SELECT value FROM tags WHERE run_uuid = ? AND key = 'harness.weights_digest'"
        found = connection.execute(query, (run_id,)).fetchone()
    return None if found is None else str(found[0])
