"""Findings drawn: HTML, Markdown, LaTeX, CSV, JSON, SVG, and in the terminal."""
