"""What a module of findings answers with: sentences, tables and figures as data, to be drawn by pages."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.findings.figures import Plot
from harness.findings.trainings.figures import CurveFigure
from harness.stats import Interval

_TELL = 3
"""Runs that it takes to say how single ones vary."""


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
    """A reference value beside ours.

    Attributes:
        name: what it is.
        metric: the metric.
        step: steps after which it holds; None for the end.
        value: the reference value.
        source: where it is from.
        variant: label of the variant beside it.
        ours: the mean of what was measured here, with its interval.
        single: the mean with the range of one further run of ours (95 % prediction interval).
        lost: finished trials that have no such value: they diverged, missed their target or ended before.
        note: why the two differ.
    """

    name: str
    metric: str
    step: int | None
    value: float
    source: str
    variant: str
    ours: Interval
    single: Interval
    lost: int
    note: str

    @property
    def inside(self) -> bool | None:
        """Whether a single run of ours may well give the figure; None where that cannot be told.

        A reference value is one run, or a few. Beside the interval of our mean it would be the surer outside the
        more replicates there are. Two of them tell next to nothing of how runs vary, and what lost some of its runs
        varies by more than the others show.
        """
        if self.ours.n < _TELL or self.lost or math.isnan(self.single.low):
            return None
        return self.single.low <= self.value <= self.single.high


@dataclass(frozen=True)
class Finding:
    """The answer to one question of a reader; what it does not have is empty.

    Attributes:
        sentences: parts of the report's answer.
        otherwise: further ones, which are left out where a finding before this one has said anything.
        remarks: what a reader must know to trust the numbers.
        published: reference values beside ours.
        sections: further tables.
        plots: further figures.
        curves: learning curves.
        before: what is said right after the headline, before all else: that it is no answer yet.
    """

    sentences: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
    sections: tuple[Section, ...] = ()
    plots: tuple[Plot, ...] = ()
    curves: tuple[CurveFigure, ...] = ()
    before: tuple[str, ...] = ()
