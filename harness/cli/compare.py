"""`harness compare`: two studies, two stores or two reports beside each other."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_margin, complete_metric, complete_study
from harness.cli.options import PathType, reports_option, store_option
from harness.cli.printing import console
from harness.cli.results import read_results
from harness.errors import HarnessError, UsageError, did_you_mean
from harness.escaping import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.findings.comparison import Comparison
    from harness.metrics import OwnMetric
    from harness.store import Store

_CODES = {"holds": 0, "does not hold": 1, "undecided": 3}


@click.command(
    "compare",
    short_help="Compare two studies, replicate by replicate: a gate for CI.",
    epilog="Example: harness compare baseline after:quickstart --metric test_accuracy",
)
@click.argument("before", shell_complete=complete_study)
@click.argument("after", shell_complete=complete_study)
@click.option(
    "--metric", "metrics", multiple=True, shell_complete=complete_metric,
    help="What to compare; several times for several. Else what AFTER asks for.",
)  # fmt: skip
@click.option(
    "--margin", "margins", multiple=True, metavar="[METRIC=]VALUE", shell_complete=complete_margin,
    help="Difference that does not matter, in the metric's unit (0.002 is 0.2 points). Else those of AFTER's study.",
)  # fmt: skip
@click.option("--non-inferior", is_flag=True, help="Ask only that AFTER is not worse by the margin or more.")
@click.option(
    "--summary", type=PathType(), metavar="FILE",
    help="Also append the comparison to FILE as Markdown, e.g. to $GITHUB_STEP_SUMMARY.",
)  # fmt: skip
@store_option
@reports_option
def compare_command(
    before: str,
    after: str,
    metrics: tuple[str, ...],
    margins: tuple[str, ...],
    non_inferior: bool,
    summary: Path | None,
    store: Store,
    reports: Path,
) -> None:
    """Compare the variants that BEFORE and AFTER share, replicate by replicate.

    Each is a study's name, a report's folder, or STORE:STUDY for a study in another store. Exit code 0 if every
    comparison is better, equivalent or identical (with --non-inferior: not inferior), 1 if one is worse, 3 if the data
    do not say, 2 if they cannot be compared: because they share runs, or had other images.
    """
    with _told(summary):
        _require_known(metrics)
        found = _compared(before, after, metrics, _margins(margins, metrics), non_inferior, store, reports)
    _print(found)
    if summary is not None:
        from harness.pages.markdown import comparison_to_markdown

        _append(summary, comparison_to_markdown(found))
    sys.exit(_CODES[found.conclusion])


def _compared(
    before: str,
    after: str,
    metrics: tuple[str, ...],
    wanted: dict[str, float],
    non_inferior: bool,
    store: Store,
    reports: Path,
) -> Comparison:
    from harness.findings.comparison import Side, compare_sides

    one, other = (read_results(text, store, reports) for text in (before, after))
    _require_known((*metrics, *wanted), other.study.own)
    sides = Side(before, one.study, one.trials), Side(after, other.study, other.trials)
    return compare_sides(*sides, metrics=metrics, margins=wanted, non_inferior=non_inferior)


@contextlib.contextmanager
def _told(summary: Path | None) -> Iterator[None]:
    """Also say in the summary why nothing could be compared: who reads it does not see standard error."""
    try:
        yield
    except HarnessError as error:
        if summary is not None:
            _append(summary, f"**Not compared:** {markdown(str(error))}\n")
        raise


def _append(summary: Path, text: str) -> None:
    try:
        with summary.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"--summary {summary}: cannot be written to: {error.strerror}.") from None


def _require_known(metrics: tuple[str, ...], own: Mapping[str, OwnMetric] | None = None) -> None:
    """Refuse names of no metric; while the study's own are not known, only names that are spelled like none."""
    from harness.metrics import METRICS, is_asked, own_names

    mine = own_names(own or {})
    for name in metrics:
        if name not in METRICS and name not in mine and not (own is None and is_asked(name)):
            known = [*METRICS, *mine]
            fix = did_you_mean(name, known) or f" Known metrics: {', '.join(known)}."
            raise UsageError(f"--metric: no such metric {name!r}.{fix}")


def _margins(given: tuple[str, ...], metrics: tuple[str, ...]) -> dict[str, float]:
    """Return metric -> margin; a bare number is that of the only metric."""
    wanted = {}
    for text in given:
        name, equals, number = text.rpartition("=")
        if not equals and len(metrics) != 1:
            raise UsageError(f"--margin {text}: say of which metric, e.g. --margin test_accuracy={text}")
        _require_known((name,) if equals else ())
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not value > 0:
            raise UsageError(f"--margin {text}: must be a number above 0, got {number!r}. E.g. 0.002")
        wanted[name or metrics[0]] = value
    return wanted


def _print(found: Comparison) -> None:
    from harness.pages.terminal import draw_contrasts
    from harness.pages.terminal_table import draw_table

    out = console()
    out.print(draw_contrasts(found.table, out.width))
    if found.settings is not None:
        out.print(f"{found.settings.caption}:", style="italic")
        out.print(draw_table(replace(found.settings, caption=""), out.width))
    for remark in found.remarks:
        out.print(f"  {remark}", style="dim")
    out.print(f"{found.after} against {found.before}: {found.conclusion}")
