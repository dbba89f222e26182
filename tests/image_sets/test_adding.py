"""An image set is added by its module and its line in the registry: here to a copy of the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SET = '''
"""Upright and flat stripes in two colours."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from harness.image_sets.base import SetFacts, FileCheck, Location, RawImages


@dataclass(frozen=True)
class Stripes:
    name: str = "stripes"
    title: str = "Stripes"
    facts: SetFacts = SetFacts((8, 8, 3), ("upright", "flat"), 200, 40, "arrays made by a test")
    folder_holds: str = ""

    def locate(self, folder=None):
        return Location(Path(__file__).parent, ())

    def fetch(self, folder=None, named=None):
        return self.locate()

    def peek(self, location):
        return self.facts.image_shape, self.facts.train_images

    def read(self, location):
        import numpy as np

        labels = np.arange(240, dtype=np.int32) % 2
        images = np.zeros((240, 8, 8, 3), np.uint8)
        images[labels == 0, :, ::2, 0] = 255
        images[labels == 1, ::2, :, 2] = 255
        digest = sha256(images.tobytes()).hexdigest()[:16]
        return RawImages(images[:200], labels[:200], images[200:], labels[200:], self.facts.class_names, digest)

    def verify(self, folder):
        return [FileCheck(folder / "stripes", "0" * 64, None)]


STRIPES = Stripes()
'''

STUDY = """
question = "Upright or flat?"

[data]
name = "stripes"
validation = 100

[model]
conv = [{ filters = 2 }]
dense = []

[train]
learning_rate = 0.05
batch_size = 20
max_epochs = 4

[design]
kind = "factorial"
"""


@pytest.fixture
def harness(tmp_path):
    """A function that runs a command with the copy that has one more image set."""
    package = tmp_path / "package"  # the working directory is no place to import from
    shutil.copytree("harness", package / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    room = package / "harness" / "image_sets"
    (room / "stripes.py").write_text(SET)
    registry = (room / "registry.py").read_text()
    registry = registry.replace("_REGISTERED:", "from harness.image_sets.stripes import STRIPES\n\n_REGISTERED:")
    (room / "registry.py").write_text(registry.replace("    FOLDER,\n", "    FOLDER,\n    STRIPES,\n"))
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "stripes.toml").write_text(STUDY)

    def run(*arguments: str) -> str:
        code = "import sys; from harness.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(package)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.slow
def test_a_new_set_is_listed_verified_and_trained_on(harness, tmp_path):
    assert f"stripes             200 +     40 test images  8x8x3     {tmp_path}" in harness("data", "list")
    assert f"ok   {'0' * 64}  {tmp_path}" in harness("data", "verify", "stripes")
    assert "stripes" in harness("schema")
    assert "stripes.toml: ok, 1 variant, 1 training" in harness("validate", "studies/stripes.toml")
    assert " 122 " in harness("run", "studies/stripes.toml", "--dry-run"), "3 * 9 * 2 + 2, and 4 * 4 * 2 * 2 + 2"
    harness("run", "studies/stripes.toml", "--workers", "1")
    page = Path(tmp_path, "reports", "stripes", "comparison.md").read_text()
    assert "Stripes; SHA-256 of the images and labels used" in page
    assert "100.0" in page
