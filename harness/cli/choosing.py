"""Which run a command takes: the one that is named, or the winner of the study that is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.store import Store


def run_or_winner(text: str, store: Store) -> str:
    """Return what :meth:`harness.store.Store.find` takes: a run as it was named, or the id of a study's winner.

    Which run stands for a study, and why, is said on standard error.

    Args:
        text: a run, or the name or the file of a study.
        store: where it is recorded.

    Raises:
        UsageError: if the study has no training that could win.
    """
    name = Path(text).stem if text.endswith(".toml") else text
    if "#" in text or not store.exists() or name not in {summary.name for summary in store.summaries()}:
        return text
    from harness.reports import winner_of
    from harness.results import load_results

    winner = winner_of(*load_results(name, store))
    click.echo(f"{name}: this takes {name}#{winner.trial}, of {winner.variant}. {winner.why}", err=True)
    return winner.run_id
