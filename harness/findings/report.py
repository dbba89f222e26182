"""A report as data: everything that its pages show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.findings.answer.matrix import VerdictMatrix
from harness.findings.figures import Plot
from harness.findings.finding import Published, Section
from harness.findings.rows import Row
from harness.findings.trainings.figures import CurveFigure
from harness.notebook import html_of


@dataclass(frozen=True)
class Run:
    """Which MLflow run of which MLflow experiment a trial is."""

    trial: int
    run_id: str
    variant: str
    replicate: int
    phase: str
    status: str
    experiment_id: str


@dataclass(frozen=True)
class Report:
    """Everything that a report shows.

    Attributes:
        name: the study's name.
        question: the study's question.
        notes: the study's notes.
        source: the study file, as it was named when it was read.
        text: the study file's text.
        search: whether the design is a search.
        target: the target in words, e.g. "98 % validation accuracy"; empty without one.
        objectives: objectives of a search.
        scored: metrics of :attr:`Row.scores`, in the order of the columns.
        counted: metrics of :attr:`Row.counts` that are shown, in the order of the columns.
        rows: the reference first.
        headline: the answer in a sentence or two: what a reader should see first.
        sentences: the answer, part by part; the first is the headline.
        remarks: what a reader must know to trust the numbers.
        held: dotted path -> setting that every variant shares.
        measured: heading -> how it was measured.
        runs: every trial's MLflow run.
        curves: learning curves.
        published: reference values.
        sections: further tables.
        plots: further figures, in the order in which they are shown.
        store: the MLflow store.
        matrix: the verdicts, a row a variant and a column a metric; None where nothing was compared.
        statistics: heading -> how the verdicts were reached.
    """

    name: str
    question: str
    notes: str
    source: str
    text: str
    search: bool
    target: str
    objectives: tuple[str, ...]
    scored: tuple[str, ...]
    counted: tuple[str, ...]
    rows: tuple[Row, ...]
    headline: str
    sentences: tuple[str, ...]
    remarks: tuple[str, ...]
    held: Mapping[str, str]
    measured: Mapping[str, str]
    runs: tuple[Run, ...] = ()
    curves: tuple[CurveFigure, ...] = ()
    published: tuple[Published, ...] = ()
    sections: tuple[Section, ...] = ()
    plots: tuple[Plot, ...] = ()
    store: str = field(default="mlruns")
    matrix: VerdictMatrix | None = None
    statistics: Mapping[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> Row:
        """The row that the others are compared with."""
        return self.rows[0]

    def __repr__(self) -> str:
        return f"<Report {self.name}: {len(self.rows)} variants, {len(self.runs)} trials: {self.headline}>"

    def _repr_html_(self) -> str:
        return html_of(self)
