"""Chromium, driven by Playwright; report pages built from committed results; how readable two colours are."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.reports.reading import read_report
from harness.reports.writing import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SLOWEST = 120_000
"""Milliseconds that a page may take on a machine that is busy with other things."""
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser of this machine: none is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the extra dev")
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"needs one of {', '.join(PROGRAMS)} on the PATH")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"], timeout=SLOWEST)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory) -> dict[str, Path]:
    """Pages of a study with two variants and pictures, of one with many variants, and of one with empty cells."""
    folder = tmp_path_factory.mktemp("reports")
    pages = {}
    for name in ("pooling_or_stride", "layer_sizes", "learning_rate", "keras_two_conv"):
        study, trials, history = read_report(f"reports/{name}")
        pictures = {}
        if name == "pooling_or_stride":
            drawn = folder / "drawn"
            drawn.mkdir()
            for picture in ("network.png", "weights_conv_1.png"):
                (drawn / picture).write_bytes(PNG)
            pictures = {variant.digest: drawn for variant in study.variants}
        pages[name] = write_report(study, trials, history, folder / name, pictures=pictures).html
    return pages


def contrast(one: str, other: str) -> float:
    """Return the contrast of two CSS colours ``rgb(r, g, b)``, from 1 to 21, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    found = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
    assert found, f"not an opaque colour: {colour}"
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(part) / 255 for part in found.groups())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
