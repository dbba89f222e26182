"""A recorded study with its two tables: a row a trial, a row an evaluation."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.metrics import METRICS, NOTHING
from harness.notebook import paragraph, table
from harness.store import RecordedRun, Store, open_store
from harness.study import Study
from harness.trials import HITS_FILE, stored_study, with_hits

if TYPE_CHECKING:
    import pandas as pd


class Results(NamedTuple):
    """A study and what its trials showed.

    Attributes:
        study: the study, as it was when it was run last.
        trials: a row a trial; ``attrs["study"]`` holds the study's tables.
        history: a row an evaluation.
    """

    study: Study
    trials: pd.DataFrame
    history: pd.DataFrame

    def __repr__(self) -> str:
        return f"<Results {self.study.name}: {', '.join(f'{n:,} {what}' for what, n in self._counts())}>"

    def _repr_html_(self) -> str:
        by_variant = self.trials.groupby("variant", sort=False)
        shown = [name for name in ("val_accuracy", "test_accuracy", "steps_to_target") if name in self.trials]
        shown = [name for name in shown if self.trials[name].notna().any()]
        headings = ["variant", "finished", *(f"mean {METRICS[name].title}" for name in shown)]
        rows = [
            [str(variant), str(int((group["status"] == "finished").sum())), *(_mean(name, group) for name in shown)]
            for variant, group in itertools.islice(by_variant, _MOST)
        ]
        left_out = len(by_variant) - len(rows)
        more = paragraph(f"and {left_out:,} more variants", small=True) if left_out else ""
        caption = ", ".join(f"{n:,} {what}" for what, n in self._counts())
        shown_table = table(caption, headings, rows, [place > 0 for place in range(len(headings))])
        return paragraph(f"{self.study.name}: {self.study.question}", strong=True) + shown_table + more

    def _counts(self) -> list[tuple[str, int]]:
        statuses = [(str(status), int(n)) for status, n in self.trials["status"].value_counts().items()]
        return [
            *((f"trial{'' if n == 1 else 's'} {status}", n) for status, n in statuses),
            ("evaluations", len(self.history)),
        ]


_MOST = 20
"""Variants that a notebook shows."""


def _mean(metric: str, trials: pd.DataFrame) -> str:
    """Return the mean of the finished trials as text; where a target was missed, in how many."""
    values = trials.loc[trials["status"] == "finished", metric]
    missed = int(values.isna().sum())
    if values.empty or missed:
        return f"missed in {missed}" if missed and METRICS[metric].watched else NOTHING
    return METRICS[metric].show_with_unit(float(values.mean()))


def load_results(name: str, store: str | Path | Store = "mlruns") -> Results:
    """Read a study's trials from a store; those still running are left out.

    Raises:
        UsageError: if the store has no such study, or harness did not make it.
        DataError: if what was recorded of the study cannot be read.
    """
    store = open_store(store)
    trials, history = store.frames(name)
    with store.in_words():
        trials, history = with_hits(trials, history, store.files_of(name, HITS_FILE))
    return Results(_study(trials.attrs["study"], store), trials, history)


class RunResults(NamedTuple):
    """One trial's run and what it showed.

    Attributes:
        study: the study, as it was when it was run last.
        run: which run it is.
        row: as in :attr:`Results.trials`, by the column's name; of a trial that still runs, what there is so far.
        history: a row an evaluation.
        files: the run's artifacts, relative to their folder.
        model: the saved network, if there is one.
    """

    study: Study
    run: RecordedRun
    row: Mapping[str, Any]
    history: pd.DataFrame
    files: list[Path]
    model: Path | None


def load_run(text: str, store: str | Path | Store = "mlruns") -> RunResults:
    """Read one trial from a store.

    Args:
        text: the run, as :meth:`harness.store.Store.find` takes it.
        store: the store.

    Raises:
        UsageError: if there is no such run.
    """
    store = open_store(store)
    run = store.find(text)
    row, history = store.trial(run)
    return RunResults(load_recorded_study(run.study, store), run, row, history, store.files(run), store.model(run))


def load_recorded_study(name: str, store: str | Path | Store = "mlruns") -> Study:
    """Return a study as it was when it was run last, without its trials.

    Raises:
        UsageError: if the store has no such study, or harness did not make it.
        DataError: if what was recorded of the study cannot be read.
    """
    store = open_store(store)
    return _study(store.kept_study(name), store)


def _study(kept: Mapping[str, Any], store: Store) -> Study:
    return stored_study(kept, f"{store.place}: the recorded study {kept['name']!r}")
