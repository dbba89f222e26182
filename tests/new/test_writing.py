"""New studies: valid, readable by editors, sized to their images, and nothing half-made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.errors import StudyError, UsageError
from harness.new import SMALL, TEMPLATES, Images, Wishes, images_of, place_of, seen_from, settle_wishes, write_study
from harness.study import cautions, schema_text

TAPLO = Path(sys.executable).with_name("taplo")


def wishes(design="compare", data="mnist_5k", **others):
    return settle_wishes(Wishes("mine", design, images_of(data, None), **others))


def taplo(file):
    return subprocess.run([TAPLO, "lint", file], capture_output=True, text=True, cwd=file.parent, check=False)


@pytest.mark.parametrize("data", ["mnist_5k", "mnist", "digits", "fashion_mnist"])
@pytest.mark.parametrize("design", sorted({template.design for template in TEMPLATES.values()}))
def test_every_template_is_valid_for_every_set(design, data, tmp_path):
    place = tmp_path / "studies" / "mine.toml"
    study, files = write_study(place, wishes(design, data, target=("val_accuracy", 0.9)))
    assert files == (place,)
    assert {path.name for path in place.parent.iterdir()} == {"mine.toml", "study.schema.json"}
    assert study.data.name == data
    assert study.design.kind == ("search" if design == "search" else "factorial")
    assert study.text.startswith("#:schema study.schema.json\n")
    assert not [sentence for sentence in cautions(study) if "replicates" not in sentence]


def test_what_an_editor_says(tmp_path):
    place = tmp_path / "mine.toml"
    write_study(place, wishes())
    assert taplo(place).returncode == 0, taplo(place).stderr
    place.write_text(place.read_text().replace('"adam"', '"adm"'))
    assert taplo(place).returncode == 1
    assert '"adm" is not one of ["adam"' in taplo(place).stderr


@pytest.mark.parametrize("study", sorted(Path("studies").glob("*.toml")), ids=lambda path: path.stem)
def test_our_own_studies_name_the_schema(study):
    assert study.read_text().startswith("#:schema study.schema.json\n")


def test_an_editor_takes_our_own_studies_and_the_schema_is_up_to_date():
    assert Path("studies/study.schema.json").read_text() == schema_text(), "run: python docs/generate.py"
    for name in ("quickstart", "quicksearch", "what_matters", "hvass02", "more_layers"):
        found = taplo(Path(f"studies/{name}.toml").absolute())
        assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("shape", "blocks", "filters"),
    [((8, 8, 1), 1, 8), ((28, 28, 1), 2, 8), ((32, 32, 3), 2, 16), ((64, 64, 3), 3, 16), ((224, 160, 3), 5, 16)],
)
def test_the_network_fits_the_images(shape, blocks, filters):
    fitted = Wishes("mine", "compare", Images({"name": "x"}, shape, 4000))
    assert (fitted.blocks, fitted.filters) == (blocks, filters)


@pytest.mark.parametrize(
    ("images", "validation", "batch_size", "epochs", "every"),
    [(4000, 500, 64, 13, 20), (60_000, 5000, 64, 2, 200), (120, 10, 13, 40, 2), (9, 1, 1, 40, 2)],
)
def test_a_training_is_sized_to_the_number_of_images(images, validation, batch_size, epochs, every):
    sized = Wishes("mine", "compare", Images({"name": "x"}, (28, 28, 1), images))
    assert (sized.validation, sized.batch_size, sized.epochs, sized.evaluate_every) == (
        validation, batch_size, epochs, every
    )  # fmt: skip


def test_parts_of_a_cross_validation_are_equal():
    parts = [Wishes("mine", "cross-validate", Images({}, (8, 8, 1), images)).parts for images in (4000, 1437, 22)]
    assert parts == [5, 3, 2]
    with pytest.raises(UsageError, match="make 2 to 10 equal folds, got 1,439"):
        assert Wishes("mine", "cross-validate", Images({}, (8, 8, 1), 1439)).parts


def test_the_question_is_that_of_what_varies(tmp_path):
    def question(number, **others):
        place = tmp_path / f"s{number}.toml"
        return write_study(place, wishes(**others)).study.question

    assert question(1) == "Does a stride of 2 do the work of max-pooling?"
    assert question(2, vary={"train.batch_size": [16, 64]}) == "Which batch size is better: 16 or 64?"
    assert question(3, design="search") == "Which learning rate and dense dropout are best?"
    assert question(4, design="cross-validate") == "What do learning rate and dense dropout change?"
    assert question(5, model="keras_dense") == "Does dropout help?"


def test_nothing_is_left_of_a_study_that_would_not_be_valid(tmp_path):
    place = tmp_path / "studies" / "mine.toml"
    with pytest.raises(StudyError, match=r'"model.downsmple": unknown key .* Did you mean'):
        write_study(place, wishes(vary={"model.downsmple": ["stride", "none"]}))
    assert list(place.parent.iterdir()) == []


def test_what_cannot_be_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"--model must be small, .* got 'hvass2'. Did you mean 'hvass02'"):
        wishes(model="hvass2")
    with pytest.raises(UsageError, match="a range needs --template search"):
        wishes(vary={"train.learning_rate": {"low": 1e-4, "high": 1e-2}})
    with pytest.raises(UsageError, match=r"file with images, got 'mnist_5'. Did you mean 'mnist_5k'"):
        images_of("mnist_5", None)
    with pytest.raises(UsageError, match=r"there is no file mine.py, neither here nor in studies"):
        seen_from(Path("studies/a.toml"), "mine.py:network")
    with pytest.raises(UsageError, match="NAME must be letters"):
        place_of("a b", Path("studies"))
    Path("mine.toml").write_text("mine")
    with pytest.raises(UsageError, match=r"mine.toml: is there already, and is left as it is"):
        place_of("mine.toml", Path("studies"))


def test_a_file_of_ones_own_is_named_as_the_study_sees_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text("")
    assert seen_from(Path("studies/a.toml"), "mine.py:network") == "../mine.py:network"
    assert seen_from(Path("studies/a.toml"), SMALL) == SMALL


def pictures(folder, splits=("",), each=12):
    """Write pictures of two classes, 12x10, each of another colour."""
    random = np.random.default_rng(3)
    for split in splits:
        for kind in ("cat", "dog"):
            place = folder / split / kind
            place.mkdir(parents=True)
            for number in range(each):
                Image.fromarray(random.integers(0, 256, (10, 12, 3), np.uint8)).save(place / f"{number}.png")


def test_pictures_of_ones_own_bring_the_keys_that_they_need(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "mine")
    study, _ = write_study(Path("studies/mine.toml"), wishes(data="mine"))
    assert (study.data.folder, study.data.test, study.data.split) == ("mine", 0.2, "stratified")
    assert 'folder = "mine"' in study.text
    assert "# there is no test split: a fifth of each class becomes it" in study.text
    assert "training images of 10x12, colour" in study.text


def test_what_the_files_hold_out_stays_held_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for split, each in (("train", 12), ("val", 4), ("test", 4)):
        pictures(tmp_path / "mine", (split,), each)
    for number, file in enumerate(sorted((tmp_path / "mine").rglob("*.png"))):
        Image.new("RGB", (12, 10), (number, 2 * number, 90)).save(file)  # none of them twice
    study, _ = write_study(Path("studies/mine.toml"), wishes(data="mine"))
    assert (study.data.validation, study.data.split, study.data.test) == (8, "last", None)


def test_images_are_looked_for_where_sets_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "images" / "mine")
    assert images_of("mine", tmp_path / "images").keys["folder"] == "mine"
