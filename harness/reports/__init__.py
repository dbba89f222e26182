"""Reports: computed from a study and its trials; `writing` puts them into a folder, `reading` reads them back.

`findings` says what a report shows, `pages` draws it. Imports wait until a function is called: pandas and matplotlib
take long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.findings.comparison import Comparison
    from harness.findings.report import Report
    from harness.findings.winner import Winner
    from harness.study import Study

__all__ = ["compare", "report", "winner_of"]


def report(study: Study, trials: pd.DataFrame, history: pd.DataFrame) -> Report:
    """Compute everything that a report shows; nothing is written.

    Args:
        study: what was asked.
        trials: a row a trial, with the columns of :data:`harness.trials.TRIAL_COLUMNS` and one for each varied dotted
            path; missing columns count as empty.
        history: a row an evaluation, with the columns of :data:`harness.trials.HISTORY_COLUMNS`.
    """
    import harness.pages  # noqa: F401  for notebooks to show it
    from harness.findings.facts import facts_of
    from harness.findings.order import report_of

    return report_of(facts_of(study, trials, history))


def winner_of(study: Study, trials: pd.DataFrame, history: pd.DataFrame) -> Winner:
    """Return the trained network that stands for a study, in the words of its report.

    It is of the variant that is better than the base by most, in the first metric that the study declares, else of the
    base; of its trainings the one with the best validation accuracy.

    Raises:
        UsageError: if no training has finished that could win.
    """
    from harness.findings.winner import choose_winner

    return choose_winner(report(study, trials, history), trials, study.metrics[0])


def compare(
    before: tuple[Study, pd.DataFrame, pd.DataFrame],
    after: tuple[Study, pd.DataFrame, pd.DataFrame],
    metrics: Sequence[str] = (),
    margins: Mapping[str, float] | None = None,
    non_inferior: bool = False,
) -> Comparison:
    """Compare the variants that two sets of results share, replicate by replicate: `harness compare` in Python.

    Args:
        before: study, trials and history, as :func:`harness.read_report` and :func:`harness.load_results` return them.
        after: the same, after a change.
        metrics: names of metrics; by default those that the second study asks for.
        margins: metric -> difference that does not matter, in its unit; by default the second study's.
        non_inferior: ask only whether the second is not worse by the margin or more.

    Returns:
        The comparison; its ``conclusion`` is "holds", "does not hold" or "undecided".

    Raises:
        UsageError: if they have no variant in common, or a margin is missing.
    """
    from harness.findings.comparison import Side, compare_sides

    sides = Side(before[0].name, *before[:2]), Side(after[0].name, *after[:2])
    return compare_sides(*sides, metrics=metrics, margins=margins or {}, non_inferior=non_inferior)
