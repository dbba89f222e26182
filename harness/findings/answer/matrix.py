"""The verdicts at a glance: a row a variant, a column a metric, a word and a letter each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from harness.findings.answer.clauses import own_note
from harness.findings.answer.sizes import short_ends, short_size
from harness.judging import Contrast
from harness.metrics import METRICS
from harness.stats import Verdict

NO_VERDICT = "no verdict"
"""Where nothing was tested."""
NOT_COMPARED = "not compared"
"""Where there is no comparison at all."""
_WITH_NOTE = (Verdict.BETTER, Verdict.WORSE, Verdict.EQUIVALENT)
"""Verdicts whose notes say what they rest on; those of others say why there is none."""
LETTERS: Mapping[str, str] = MappingProxyType(
    {
        Verdict.BETTER: "B",
        Verdict.WORSE: "W",
        Verdict.EQUIVALENT: "E",
        Verdict.IDENTICAL: "I",
        Verdict.UNDECIDED: "U",
        NO_VERDICT: "–",
        NOT_COMPARED: "–",
    }
)
"""A letter for each verdict, for who cannot tell its colour."""


@dataclass(frozen=True)
class Cell:
    """What is said of one variant in one metric.

    Attributes:
        metric: name of the metric.
        verdict: "better", "worse", "equivalent", "identical", "undecided", "no verdict" or "not compared".
        letter: the letter for it: B, W, E, I, U or a dash.
        size: how large the difference is, e.g. ``−0.73 points`` or ``−32 %``; empty if there is none.
        interval: its 95 % interval, e.g. ``−0.88 to −0.58``; empty if there is none.
        note: what else a reader must know; empty if nothing.
    """

    metric: str
    verdict: str
    letter: str
    size: str = ""
    interval: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        """Verdict and size in one line: ``worse, −0.73 points (−0.88 to −0.58)``, with the note of a verdict."""
        said = ", ".join(filter(None, [self.verdict, self.size]))
        said = f"{said} ({self.interval})" if self.interval else said
        return f"{said}; {self.note}" if self.note and self.verdict in _WITH_NOTE else said


@dataclass(frozen=True)
class MatrixRow:
    """One variant against the base, or, of a screening, one level against another.

    Attributes:
        label: as of :attr:`Row.label`, unique; of an effect what it is of.
        cells: one for each metric of the matrix, in their order.
        said: how people say it: "a stride", "dropout 0.5 with 55,000 training images".
    """

    label: str
    cells: tuple[Cell, ...]
    said: str


@dataclass(frozen=True)
class VerdictMatrix:
    """All verdicts of a report on one screen.

    Attributes:
        against: what the variants are compared with: the title of the base.
        metrics: names of the metrics, a column each.
        headings: their titles.
        rows: in the order of the report's rows.
    """

    against: str
    metrics: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def verdict_matrix(
    against: str, metrics: Sequence[str], compared: Sequence[tuple[str, str, Sequence[Contrast]]]
) -> VerdictMatrix | None:
    """Return the verdicts as a matrix; None where nothing was compared.

    Args:
        against: what is compared with.
        metrics: names of the metrics, in the order of the columns.
        compared: label, words and contrasts of each row; rows without contrasts are left out.
    """
    rows = tuple(
        MatrixRow(label, tuple(_cell(name, {one.metric: one for one in found}) for name in metrics), said)
        for label, said, found in compared
        if found
    )
    if not rows:
        return None
    return VerdictMatrix(against, tuple(metrics), tuple(METRICS[name].title for name in metrics), rows)


def _cell(metric: str, found: Mapping[str, Contrast]) -> Cell:
    contrast = found.get(metric)
    if contrast is None:
        return Cell(metric, NOT_COMPARED, LETTERS[NOT_COMPARED])
    verdict, note = str(contrast.verdict) if contrast.judged else NO_VERDICT, own_note(contrast)
    if contrast.verdict is Verdict.IDENTICAL:
        return Cell(metric, verdict, LETTERS[verdict], note=note)
    return Cell(metric, verdict, LETTERS[verdict], short_size(contrast), short_ends(contrast), note)
