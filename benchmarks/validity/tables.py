"""The tables, as lines of Markdown: what is promised, what came out before and what comes out now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmarks.measure import table
from benchmarks.validity.cells import Cell
from benchmarks.validity.counting import Counts
from harness.stats import LEVEL, share_interval

Results = Mapping[Cell, Counts]
Measure = tuple[str, Callable[[Cell, Counts], str]]

NOTHING = "-"


def _percent(count: float, n: float) -> str:
    return f"{100 * count / n:.1f}" if n else NOTHING


def _share(count: int, n: int) -> str:
    """Write a share in percent with its 95 % interval: ``5.0 (3.8 to 6.5)``."""
    if not n:
        return NOTHING
    found = share_interval(count, n)
    return f"{100 * found.estimate:.1f} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _false(cell: Cell) -> str:
    """Return which verdict would be false."""
    if cell.alike:
        return f"better or worse; {cell.variants - 1 - cell.alike} others differ by {cell.effect:g}"
    if not cell.at_margin:
        return "better or worse"
    return f"equivalent, {'upper' if cell.effect > 0 else 'lower'} margin"


def _early(cell: Cell, counts: Counts) -> str:
    """Write what a comparison that was decided early estimates, beside the truth, on average."""
    return f"{counts.early_estimates / counts.early:.2f}" if counts.early >= _FEW and cell.effect else NOTHING


_FEW = 20
"""Fewer decisions than this have no mean worth showing."""

_WRONG: Measure = ("studies with one, %", lambda _, counts: _share(counts.wrong, counts.studies))
_COVERED: Measure = ("intervals that hold, %", lambda _, counts: _percent(counts.covered, counts.intervals))
_FOUND: Measure = ("found, %", lambda _, counts: _percent(counts.found, counts.comparisons))

_Columns = tuple[tuple[str, Callable[[Cell], str]], ...]
_SPREAD: _Columns = (("spread", lambda cell: cell.noise),)
_SIZE: _Columns = (
    ("variants", lambda cell: str(cell.variants)),
    ("replicates", lambda cell: cell.replicates),
)
_DIFFERENCE: _Columns = (("true difference", lambda cell: f"{cell.effect:g}"),)
_VERDICT: _Columns = (("false verdict", _false),)

_SHAPES: dict[str, tuple[_Columns, tuple[Measure, ...]]] = {
    "errors": ((*_SPREAD, *_SIZE, *_VERDICT), (_WRONG, _COVERED)),
    "spreads": ((*_SPREAD, *_SIZE, *_VERDICT), (_WRONG, _COVERED)),
    "images": (
        (
            ("images", lambda cell: str(cell.images)),
            ("correlation", lambda cell: f"{cell.shared:g}"),
            *_DIFFERENCE,
            *_SIZE,
        ),
        (_WRONG, _COVERED),
    ),
    "censored": (
        (("spread", lambda cell: cell.noise), ("true ratio", lambda cell: f"{cell.ratio:g}"), *_SIZE),
        (("studies with a false verdict, %", _WRONG[1]), _FOUND, _COVERED),
    ),
    "direction": (
        (("of the variant", lambda cell: cell.noise), *_SIZE),
        (("studies with a better, %", _WRONG[1]), ("worse, %", _FOUND[1])),
    ),
    "topups": ((*_SPREAD, *_SIZE, *_VERDICT), (_WRONG, _COVERED)),
    "effects": ((*_SPREAD, *_SIZE), (("reports with a false claim, %", _WRONG[1]),)),
    "power": (
        (*_DIFFERENCE, *_SIZE),
        (
            _FOUND,
            ("replicates, mean", lambda cell, counts: f"{counts.trainings / counts.studies / cell.variants:.1f}"),
            _COVERED,
            ("estimate where early", _early),
            ("given up, %", lambda _, counts: _percent(counts.given_up, counts.comparisons)),
        ),
    ),
    "more": (
        (("true differences", lambda cell: f"{cell.effect:g}"), *_SIZE),
        (
            ("named in, %", lambda _, counts: _percent(counts.comparisons, counts.studies)),
            ("kept in, %", lambda _, counts: _share(counts.found, counts.comparisons)),
        ),
    ),
    "prediction": (
        (*_SPREAD, ("replicates", lambda cell: cell.replicates)),
        (("holds, %", lambda _, counts: _share(counts.covered, counts.intervals)),),
    ),
    "real": ((*_SPREAD, *_SIZE), (_WRONG, _COVERED)),
}
"""Table -> what tells its rows apart, and what was measured."""


def lines(name: str, rows: Sequence[Cell], before: Results, now: Results) -> list[str]:
    """Return one table; every measure before and now, a dash where it was not measured.

    Args:
        name: the table, one of :data:`benchmarks.validity.TABLES`.
        rows: its kinds of studies.
        before: what came out of the code that the rules of today replaced.
        now: what comes out today.
    """
    columns, measures = _SHAPES[name]
    headings = [heading for heading, _ in columns] + ["studies"]
    headings += [f"{heading}, {when}" for heading, _ in measures for when in ("before", "now")]
    body = []
    for cell in rows:
        both = before.get(cell), now.get(cell)
        studies = " / ".join(f"{counts.studies:,}" if counts else NOTHING for counts in both)
        shown = [show(cell, counts) if counts else NOTHING for _, show in measures for counts in both]
        body.append([*(show(cell) for _, show in columns), studies, *shown])
    return table(headings, body).splitlines()


def above(found: Results) -> list[Cell]:
    """Return the kinds of studies whose share with a false verdict is above the level, its whole interval."""
    return [cell for cell, counts in found.items() if share_interval(counts.wrong, counts.studies).low > LEVEL]
