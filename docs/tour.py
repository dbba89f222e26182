"""Run tour.ipynb anew, in place, outputs included: ``python docs/tour.py``, from the project's folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

TOUR = Path(__file__).with_suffix(".ipynb")


def execute(notebook: Path, folder: Path) -> Any:
    """Return a notebook with the outputs that it has when it is run in a folder.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    import nbformat
    from nbclient import NotebookClient

    os.environ.setdefault("PYTHONPATH", str(TOUR.resolve().parent.parent))
    os.environ["PYTHONWARNINGS"] = "ignore"  # libraries warn of widgets that are not installed, and name places
    tour = nbformat.read(notebook, as_version=4)
    NotebookClient(tour, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    for cell in tour.cells:
        cell.metadata.pop("execution", None)  # when each cell ran: other every time
        if cell.cell_type == "code":  # what TensorFlow says of this machine when it is first imported
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
    tour.metadata["language_info"] = {"name": "python"}
    return tour


if __name__ == "__main__":
    import nbformat

    nbformat.write(execute(TOUR, TOUR.parent), TOUR)
