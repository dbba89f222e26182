"""What a module of findings answers with: sentences, tables and figures as data, to be drawn by pages."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.findings.figures import CurveFigure, Plot
from harness.stats import Interval


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
class Finding:
    """The answer to one question of a reader; what it does not have is empty.

    Attributes:
        sentences: parts of the report's answer.
        otherwise: further ones, which are left out where a finding before this one has said anything.
        remarks: what a reader must know to trust the numbers.
        published: figures from elsewhere beside ours.
        sections: further tables.
        plots: further figures.
        curves: learning curves.
    """

    sentences: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
    sections: tuple[Section, ...] = ()
    plots: tuple[Plot, ...] = ()
    curves: tuple[CurveFigure, ...] = ()
