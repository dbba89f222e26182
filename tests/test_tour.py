"""The notebook runs, and its cells give what they say."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest

TOUR = Path("docs/tour.ipynb")


def texts(cell, kind="text/plain"):
    return [output.data[kind] for output in cell.outputs if "data" in output and kind in output.data]


def test_the_tour_is_kept_with_its_outputs_and_names_no_place_of_one_machine():
    nbformat = pytest.importorskip("nbformat")
    tour = nbformat.read(TOUR, as_version=4)
    nbformat.validate(tour)
    assert all(cell.execution_count for cell in tour.cells if cell.cell_type == "code")
    assert TOUR.stat().st_size < 400_000
    assert not re.search(r"(?<![\w.~])/(?:home|root|tmp|mnt|Users|work)/", TOUR.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_cell_gives_what_it_says(tmp_path):
    pytest.importorskip("nbclient")
    shutil.copytree("studies", tmp_path / "studies")
    (tmp_path / "docs").mkdir()
    notebook = shutil.copy(TOUR, tmp_path / "docs")
    tour = runpy.run_path("docs/tour.py")["execute"](Path(notebook), tmp_path / "docs")  # raises if a cell fails
    cells = {cell.source.splitlines()[-1]: cell for cell in tour.cells if cell.cell_type == "code"}

    assert texts(cells["study"])[0].startswith("<Study quickstart: factorial, 2 variants, 4 trainings:")
    assert texts(cells["harness.run(study, store=store)"]) == ["<Outcome quickstart: 4 finished, 4 of them now>"]
    assert texts(cells["results"])[0].startswith("<Results quickstart: 4 trials finished, ")
    assert texts(cells["results.trials[columns]"], "text/html")[0].count("<tr") == 5
    assert "Against base (downsample=max_pool), replicate by replicate" in texts(cells["report"], "text/html")[0]
    assert texts(cells["verdict"])[0].startswith("<Contrast steps_to_target: ")
    assert (
        "comparison.html" in texts(cells['sorted(path.name for path in (Path(folder.name) / "report").iterdir())'])[0]
    )
    assert texts(cells["written.digest == study.digest"]) == ["True"]
    fitted = cells["trainer.fit().tail(3)"]
    assert len(texts(fitted, "image/png")) == 1, "the curves, in place of those before"
    assert texts(fitted, "text/html")[0].count("<tr") == 4
    pictures = [cell for source, cell in cells.items() if source.startswith("Image(")]
    assert len(pictures) == 3
    assert all(texts(cell, "image/png") for cell in pictures)
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(
        ["docs", "tour.ipynb", "studies", *(path.name for path in Path("studies").rglob("*"))]
    )
