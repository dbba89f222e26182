"""From nothing to a verdict: a folder of one's own pictures, a network of one's own, in a fresh folder."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

CLASSES = {"red square": (200, 40, 40), "green bar": (40, 160, 60), "blue cross": (50, 70, 200)}


def draw(kind: str, random: np.random.Generator) -> Image.Image:
    """Return a 24x24 picture: a square, a bar or a cross in its colour, somewhere on a noisy ground."""
    pixels = random.integers(0, 60, (24, 24, 3))
    top, left = random.integers(2, 12, 2)
    shape = np.zeros((10, 10), bool)
    if kind == "red square":
        shape[:] = True
    else:
        shape[4:7] = True
    if kind == "blue cross":
        shape[:, 4:7] = True
    region = pixels[top : top + 10, left : left + 10]
    region[shape] = np.array(CLASSES[kind]) + random.integers(-40, 40, (int(shape.sum()), 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@pytest.mark.slow
def test_an_own_network_on_own_pictures_from_nothing_to_a_report(harness, project):
    random = np.random.default_rng(1)
    for kind in CLASSES:
        folder = project / "pictures" / kind
        folder.mkdir(parents=True)
        for number in range(80):
            draw(kind, random).save(folder / f"{number}.png")

    code, out, err = harness("new", "shapes", "--template", "own-model", "--data", "pictures", "--target", "0.9")
    assert (code, err) == (0, "")
    assert "studies/shapes.toml: 2 variants, 10 trainings." in out
    assert "studies/shapes_network.py: its network. Change it as you like." in out
    assert harness("validate", "shapes")[0] == 0
    assert "parameters" in harness("run", "shapes", "--dry-run")[1]

    code, out, err = harness("run", "shapes")
    assert code == 0, err
    report = json.loads((project / "reports" / "shapes" / "report.json").read_text())
    assert "base" in out
    assert "width=16" in out
    assert len(report["sentences"]) >= 1
    page = (project / "reports" / "shapes" / "comparison.md").read_text()
    assert "shapes_network.py" in page, "the report says which code it was"

    predicted = harness("predict", "shapes#0", "pictures/red square", "--csv", "predicted.csv")
    assert predicted[0] == 0, predicted[2]
    header = (project / "predicted.csv").read_text().splitlines()[0]
    assert all(kind in header for kind in CLASSES), "classes have the names of their folders"
