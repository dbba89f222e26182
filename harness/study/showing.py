"""A study in brief, as a notebook shows it."""

from __future__ import annotations

from harness.metrics import METRICS
from harness.notebook import facts_table, html_of, paragraph
from harness.study.designs.ranges import Range
from harness.study.study import Study
from harness.study.variant import show_level


@html_of.register
def as_html(study: Study) -> str:
    """Return the question, what varies and what counts as good, as HTML."""
    design = study.design
    pairs = [
        ("study", study.name),
        ("images", f"{study.data.name}, {study.data.validation:,} held out"),
        ("design", f"{design.kind}: {study.size}"),
        *((path, _levels(levels)) for path, levels in design.dimensions.items()),
        ("target", _target(study)),
        ("compared in", ", ".join(METRICS[name].title for name in study.metrics)),
    ]
    return paragraph(study.question, strong=True) + facts_table(pairs)


def _levels(levels: Range | tuple[object, ...]) -> str:
    if isinstance(levels, Range):
        return f"{levels.low:g} to {levels.high:g}{', logarithmic' if levels.log else ''}"
    return ", ".join(show_level(level) for level in levels)


def _target(study: Study) -> str:
    return study.target.in_words if study.target else ""
