"""What is recorded of the images that a trial was trained on, so that its network can be built again.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading.frames`.
"""

from __future__ import annotations

import json
from pathlib import Path

from harness.store.local.reading.opening import open_database

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
