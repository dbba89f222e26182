"""A real browser: the machine's own chromium, driven by Playwright, which downloads nothing."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_MS = 60_000
"""What an action may take: two cores may be busy with trainings."""


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once; a test opens pages in contexts of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: `make test` installs it")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: `apt-get install chromium`")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, timeout=3 * PATIENCE_MS)
        yield browser
        browser.close()
