"""What a report shows, as plain frozen dataclasses: computed once, drawn by several modules, checked by tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.findings.figures import CurveFigure, Picture
from harness.judging import Contrast
from harness.notebook import paragraph, table
from harness.stats import Interval

_MOST = 20
"""Variants that a notebook shows."""

Phase = Literal["design", "search", "confirm"]


@dataclass(frozen=True)
class Row:
    """What is known of one variant.

    Attributes:
        label: the variant's label, unique in the report.
        title: the label; that of the base followed by its settings.
        digest: the variant's digest.
        phase: which trials the numbers are made of. Only "design" and "confirm" make claims; "search" explored.
        settings: varied dotted path -> level, as text.
        finished: trials that ended by themselves: what the numbers rest on.
        failed: trials that broke.
        killed: trials that were interrupted.
        pruned: trials that the pruner ended.
        scores: metric -> mean with 95 % interval, for the metrics of :attr:`Comparison.scored`.
        reached: finished trials that reached the target; None without a target.
        steps_to_target: Kaplan-Meier median; None without a target.
        seconds_to_target: the same in training seconds; None without a target, or if seconds are withheld.
        counts: metric counted in whole numbers -> its value, None before a trial has started.
        images_per_second: median; NaN if unknown or withheld.
        withheld: why seconds are not shown; empty if they are.
        objectives: mean of each objective of a search, infinite where a target was never reached.
        pareto: whether no other row of its phase is at least as good in all of several objectives and better in one;
            None with one objective or none.
        contrasts: against the reference, one for each metric of the study; empty for the reference itself, and where
            no claim is made.
        trials: numbers of the finished trials.
        error: message of the first failed trial.
    """

    label: str
    title: str
    digest: str
    phase: Phase
    settings: Mapping[str, str]
    finished: int
    failed: int
    killed: int
    pruned: int
    scores: Mapping[str, Interval]
    reached: int | None
    steps_to_target: Interval | None
    seconds_to_target: Interval | None
    counts: Mapping[str, int | None]
    images_per_second: float
    withheld: str = ""
    objectives: tuple[float, ...] = ()
    pareto: bool | None = None
    contrasts: tuple[Contrast, ...] = ()
    trials: tuple[int, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Table:
    """Text cells with their headings.

    Attributes:
        caption: what the table shows.
        headings: one for each column; the first column names the row.
        numeric: whether each column holds numbers, to be aligned right.
        rows: cells, a tuple a row.
        faint: whether each row is exploration rather than evidence.
        note: what was left out; empty if nothing.
    """

    caption: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    faint: tuple[bool, ...]
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A further table of the page, with what is to be said of it.

    Attributes:
        heading: its heading.
        text: a paragraph above the table; empty for none.
        table: the table.
    """

    heading: str
    text: str
    table: Table


@dataclass(frozen=True)
class Published:
    """A figure from elsewhere beside ours.

    Attributes:
        name: what it is.
        metric: the metric.
        step: steps after which it holds; None for the end.
        value: the figure from elsewhere.
        source: where it is from.
        variant: label of the variant beside it.
        ours: what was measured here.
        note: why the two differ.
    """

    name: str
    metric: str
    step: int | None
    value: float
    source: str
    variant: str
    ours: Interval
    note: str

    @property
    def inside(self) -> bool | None:
        """Whether the figure lies within our interval; None without one."""
        return None if math.isnan(self.ours.low) else self.ours.low <= self.value <= self.ours.high


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
class Comparison:
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
        headline: the answer in one short sentence.
        sentences: the answer, a sentence each.
        remarks: what a reader must know to trust the numbers.
        held: dotted path -> setting that every variant shares.
        measured: heading -> how it was measured.
        runs: every trial's MLflow run.
        figures: learning curves.
        published: figures from elsewhere.
        sections: further tables.
        plots: further figures, in the order in which they are shown.
        store: the MLflow store.
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
    figures: tuple[CurveFigure, ...] = ()
    published: tuple[Published, ...] = ()
    sections: tuple[Section, ...] = ()
    plots: tuple[Picture, ...] = ()
    store: str = field(default="mlruns")

    @property
    def reference(self) -> Row:
        """The row that the others are compared with."""
        return self.rows[0]

    def __repr__(self) -> str:
        return f"<Comparison {self.name}: {len(self.rows)} variants, {len(self.runs)} trials: {self.headline}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the answer, the two tables and the remarks."""
        from harness.findings.tables import contrasts_table, results_table

        parts = [paragraph(self.question, strong=True), *(paragraph(sentence) for sentence in self.sentences)]
        for one in (results_table(self, _MOST, costs=False), contrasts_table(self, _MOST)):
            if one is not None:
                parts.append(table(one.caption, one.headings, one.rows, one.numeric))
        return "".join([*parts, *(paragraph(remark, small=True) for remark in self.remarks)])
