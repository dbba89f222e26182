"""Sphinx builds the pages of `docs/` as a site, ``make docs``, which works from disk and asks no other machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "harness"
author = "the harness authors"
html_title = "harness"
html_theme = "furo"
smartquotes = False  # options begin with two hyphens
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
extensions = ["myst_nb", "sphinx_click"]
nb_execution_mode = "off"  # the tour is kept with its outputs
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
myst_heading_anchors = 4  # named as forges name them, so that a link holds in both places
pygments_dark_style = "monokai"


def lead_to_whole_reports(_app: Sphinx, _name: str, source: list[str]) -> None:
    """Take the one HTML page of a report into the site, and not its Markdown, whose figures are many files."""
    source[0] = source[0].replace("/comparison.md)", "/comparison.html)")


def setup(app: Sphinx) -> None:
    """Connect what is done to each page before it is read."""
    app.connect("source-read", lead_to_whole_reports)
