"""A folder of pictures at the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import TINY
from tests.image_sets.own.conftest import pictures, write


@pytest.fixture
def pets(project, monkeypatch):
    """A study of colour pictures in ``pets/``, a tree of two classes, in place of the one of digits."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "cache"))
    names = [f"{label}/{number}.png" for label in ("cat", "dog") for number in range(60)]
    write(project / "pets", pictures(names, height=8, width=8))
    data = 'name = "folder"\nfolder = "pets"\ntest = 0.2\nvalidation = 16\nduplicates = "keep"'
    (project / "studies" / "tiny.toml").write_text(TINY.replace('name = "digits"\nvalidation = 300', data))
    return project


def test_images_that_are_elsewhere_are_a_fault_of_a_study_that_is_named(pets, harness):
    (pets / "pets").rename(pets / "moved")
    ok = "studies/tiny.toml: ok, 2 variants, 4 trainings; its images are not here, and were not looked at\n"
    assert harness("validate") == (0, ok, "")
    code, out, err = harness("validate", "tiny")
    assert (code, out) == (2, "")
    assert err.startswith("error: studies/tiny.toml: pets: not found. data.folder must name class folders")
    assert harness("run", "tiny", "--dry-run")[0] == 2
    (pets / "elsewhere").mkdir()
    (pets / "moved").rename(pets / "elsewhere" / "pets")
    assert harness("validate", "tiny", "--data-dir", "elsewhere")[0] == 0


def test_images_are_verified_listed_and_cleared(pets, harness):
    assert harness("run", "tiny", "--dry-run", "--set", "data.image_size=4")[0] == 0
    listed = harness("data", "list")[1]
    assert f"Decoded images, in {pets}/cache/cnn-harness/decoded (`harness data clear` removes" in listed
    assert listed.splitlines()[-1].split()[-3:] == ["120", "images", f"{pets}/pets"]
    code, out, _ = harness("data", "clear")
    assert code == 0
    assert out.endswith(f"MB removed from {pets}/cache/cnn-harness/decoded\n")
    assert "Decoded" not in harness("data", "list")[1]
    code, out, err = harness("data", "verify", "pets")
    assert (code, out[:3], out.split()[-1], err) == (0, "ok ", "pets", "")
    (pets / "pets" / "cat" / "7.png").write_bytes(b"no picture")
    code, out, err = harness("data", "verify", "pets")
    assert (code, out.split()) == (2, ["BAD", "-", "pets/cat/7.png"])
    assert err == "error: is not a PNG, JPEG, WebP, GIF or BMP picture, or its beginning is damaged.\n"


@pytest.mark.slow
def test_class_names_are_in_pictures_tables_and_predictions(pets, harness):
    assert harness("run", "tiny", "--workers", "1")[0] == 0
    matrix = next(pets.rglob("confusion_matrix.csv")).read_text()
    assert matrix.splitlines()[0] == "true \\ predicted,cat,dog"
    assert [line.split(",")[0] for line in matrix.splitlines()[1:]] == ["cat", "dog"]
    code, out, _ = harness("predict", "tiny#0", "pets/dog", "--csv", "table.csv")
    assert code == 0
    assert {"cat", "dog"} & set(out.split())
    assert (pets / "table.csv").read_text().splitlines()[0].endswith("p(cat),p(dog),remark")
    (pets / "pets").rename(pets / "gone")
    harness("data", "clear")
    assert harness("predict", "tiny#0", "gone/dog")[0] == 0, "the images themselves are not needed: all is recorded"
