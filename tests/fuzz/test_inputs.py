"""Whatever is given, the answer is a result or a message: no traceback, no hang, nothing left behind.

The few examples here are always the same; ``make fuzz`` tries thousands of others (``FUZZ_EXAMPLES`` of each kind).
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from harness.cli import main
from harness.cost import total_costs
from harness.data import fit_picture, read_picture
from harness.data.images import check_images, image_facts
from harness.errors import HarnessError
from harness.image_sets import Framing
from harness.study import DataSpec, check_variants, load_study
from tests.fuzz import inputs

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
SECONDS, WAITED = 10, 60
"""Of the processor, and of the clock where others keep the machine busy."""
FRAMES = [Framing(20 / 28, "mass"), Framing(1.0, strokes=False), Framing(None, background="black")]


def examples(few: int):
    """The same few in every run, or as many as ``make fuzz`` asks for."""
    return settings(
        max_examples=EXAMPLES or few,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    worked, began = time.process_time(), time.monotonic()
    yield
    assert time.process_time() - worked < SECONDS
    assert time.monotonic() - began < WAITED


def said_by(work: Callable[[], object]) -> str:
    """The message that a work ends with, empty if it succeeds; any other exception is a failure."""
    try:
        work()
    except HarnessError as error:
        return str(error)
    return ""


def check_study(path: Path) -> None:
    study = load_study(path)
    check_variants(study, lambda data: image_facts(data, path.parent))
    assert study.trainings.trainings >= 1
    assert "<" in study._repr_html_()
    for variant in study.variants[:5]:
        known = variant.data.image_set.facts
        if known:
            assert total_costs(variant.model, known.image_shape, known.classes)["parameters"] > 0
            assert len(variant.digest + variant.program) > 12


def look_at(path: Path) -> None:
    image = read_picture(path)
    for frame in FRAMES:
        fitted = fit_picture(image, frame, (28, 28, 1))
        assert fitted is None or (fitted.shape, fitted.dtype) == ((28, 28, 1), np.uint8)


@examples(60)
@given(inputs.study_texts())
def test_study_files(folder, contents):
    path = folder / "x.toml"
    path.write_bytes(contents)
    with in_time():
        message = said_by(lambda: check_study(path))
    assert "\x1b" not in message
    assert len(message) < 60_000


@examples(60)
@given(inputs.own_files())
def test_images_of_ones_own(folder, named):
    name, contents = named
    place = Path(tempfile.mkdtemp(dir=folder))
    (place / name).write_bytes(contents)
    spec = DataSpec(name="folder", folder=str(place / name), validation=1, split="first")
    with in_time(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        message = said_by(lambda: check_images(spec))
    assert "\n" not in message
    assert not list(place.glob("cache/*/*/.*")), "nothing half-made is left"
    shutil.rmtree(place)


def test_images_of_ones_own_can_be_trained_on_when_they_are_whole(folder, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    for name, contents in inputs.OWN_FILES.items():
        (folder / name).write_bytes(contents)
        spec = DataSpec(name="folder", folder=str(folder / name), validation=1, split="first")
        assert check_images(spec) == ((5, 6, 3), 4)


@examples(60)
@given(inputs.idx_sets())
def test_idx_files(folder, files):
    place = Path(tempfile.mkdtemp(dir=folder))
    for name, contents in files.items():
        (place / name).mkdir() if contents is None else (place / name).write_bytes(contents)
    spec = DataSpec(name="folder", folder=str(place), validation=2, split="first")
    with in_time():
        message = said_by(lambda: check_images(spec))
    assert "\n" not in message
    shutil.rmtree(place)


@examples(100)
@given(inputs.pictures())
def test_damaged_pictures(folder, contents):
    path = folder / "x.png"
    path.write_bytes(contents)
    with in_time():
        message = said_by(lambda: look_at(path))
    assert "\n" not in message


@examples(40)
@given(inputs.any_images())
def test_whatever_is_in_a_picture(image):
    with in_time(), np.errstate(all="raise", under="ignore"):
        for frame in FRAMES:
            fitted = fit_picture(image, frame, (28, 28, 3))
            assert fitted is None or (fitted.shape, fitted.dtype) == ((28, 28, 3), np.uint8)
            assert fitted is None or frame.box is None or fitted.max() == 255


@pytest.fixture(scope="module")
def project(folder) -> Path:
    """A folder as users have it, with odd things in it too."""
    place = folder / "project"
    (place / "studies").mkdir(parents=True)
    (place / "studies" / "tiny.toml").write_text(inputs.toml(inputs.TINY))
    (place / "studies" / "bad.toml").write_bytes(b"\xff\xfe")
    (place / "studies" / "folder.toml").mkdir()
    os.mkfifo(place / "studies" / "pipe.toml")
    (place / "pictures").mkdir()
    for name, contents in inputs.PICTURES.items():
        (place / "pictures" / name).write_bytes(contents)
    shutil.copytree("reports/relu_last", place / "reports" / "tiny")
    (place / "odd").mkdir()
    (place / "odd" / "trials.parquet").write_bytes(b"PAR1")
    return place


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def call(monkeypatch, arguments: list[str]) -> tuple[int, str]:
    """Run a command line in this process as a process of its own would: its exit code, and all that it printed."""
    out = io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "argv", ["harness", *arguments])
        patched.setattr(sys, "stdout", out)
        patched.setattr(sys, "stderr", out)
        with pytest.raises(SystemExit) as left:
            main()
    return left.value.code, out.buffer.getvalue().decode("utf-8", "replace")


@examples(60)
@given(inputs.command_lines())
def test_command_lines(project, monkeypatch, arguments):
    before = tree(project)
    with contextlib.chdir(project), in_time():
        code, printed = call(monkeypatch, arguments)
    assert code in (0, 1, 2, 3)
    assert "Traceback" not in printed
    assert "\x1b" not in printed
    assert tree(project) == before
