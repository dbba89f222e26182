"""What is recorded of the images that a trial was trained on, so that its network can be built again.

SQL on MLflow's tables, as in :mod:`harness.store.local.reading.frames`.
"""

from __future__ import annotations

from pathlib import Path

from harness.store.images import RecordedImages, images_in
from harness.store.local.reading.opening import open_database


def recorded_images(store: Path, run_id: str) -> RecordedImages | None:
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
    return images_in(profile for (profile,) in rows)
