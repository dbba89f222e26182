"""A study in brief, as a notebook shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import StudyError
from harness.metrics import METRICS
from harness.notebook import facts_table, paragraph
from harness.study.designs.ranges import Range
from harness.study.grid import trainings
from harness.study.variant import show_level

if TYPE_CHECKING:
    from harness.study.study import Study


def one_line(study: Study) -> str:
    """Return ``<Study quickstart: factorial, 2 variants, 10 trainings: "Does ...?">``."""
    size = _size(study)
    return f'<Study {study.name}: {study.design.kind}, {size}: "{study.question}">'


def as_html(study: Study) -> str:
    """Return the question, what varies and what counts as good, as HTML."""
    design = study.design
    pairs = [
        ("study", study.name),
        ("images", f"{study.data.name}, {study.data.validation:,} held out"),
        ("design", f"{design.kind}: {_size(study)}"),
        *((path, _levels(levels)) for path, levels in design.dimensions.items()),
        ("target", _target(study)),
        ("compared in", ", ".join(METRICS[name].title for name in study.metrics)),
    ]
    return paragraph(study.question, strong=True) + facts_table(pairs)


def _size(study: Study) -> str:
    try:
        count = trainings(study)
    except StudyError as error:  # a level that is not allowed: showing a study must not fail for it
        return f"not possible: {error}"
    design = study.design
    at_most = " at most" if design.explores or design.adaptive else ""
    return f"{count.variants:,} variants, {count.trainings:,} trainings{at_most}"


def _levels(levels: Range | tuple[object, ...]) -> str:
    if isinstance(levels, Range):
        return f"{levels.low:g} to {levels.high:g}{', logarithmic' if levels.log else ''}"
    return ", ".join(show_level(level) for level in levels)


def _target(study: Study) -> str:
    return study.target.in_words if study.target else ""
