"""Pictures by step, where MLflow's image grid shows them: what a worker left under ``steps/KEY/STEP.png``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

STEPS = "steps"
"""Folder in a worker's output whose pictures belong to steps; the rest are artifacts as they are."""


def log_steps(client: MlflowClient, run_id: str, folder: Path) -> None:
    """Log the pictures of a run's steps, by step, and remove them from the folder.

    What is not named ``KEY/STEP.png``, with a key that MLflow takes (letters, digits, space and ``_-.``) and a whole
    number, or is no picture, stays where it is and becomes an artifact.

    Args:
        client: of the store.
        run_id: the run.
        folder: what its worker left; need not have pictures of steps.
    """
    steps = folder / STEPS
    if not steps.is_dir():
        return
    from mlflow.tracking.multimedia import Image

    pictures = [file for file in steps.glob("*/*.png") if file.stem.isascii() and file.stem.isdigit()]
    for file in sorted(pictures, key=lambda file: (file.parent.name, int(file.stem))):
        try:
            client.log_image(run_id, Image(str(file)), key=file.parent.name, step=int(file.stem), synchronous=True)
        except ValueError:
            continue
        except OSError as error:
            if error.errno is not None:  # the disk, and not the picture
                raise
            continue
        file.unlink()
    for place in [*steps.iterdir(), steps]:
        if place.is_dir() and not any(place.iterdir()):
            shutil.rmtree(place)
