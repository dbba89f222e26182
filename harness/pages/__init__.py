"""Findings drawn: HTML, Markdown, LaTeX, CSV, JSON, SVG, and in the terminal."""

import harness.pages.notebook  # noqa: F401  registers how a notebook shows a report
