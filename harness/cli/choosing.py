"""Which run a command takes, and which study: the one that is named, or what stands for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import study_file
from harness.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from harness.store import Store
    from harness.study import Study


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


def study_to_run(text: str, overrides: tuple[str, ...], name: str | None, store: Store, trust: bool = False) -> Study:
    """Return the study of a file; without a file of that name, the one that is recorded, which is said.

    Args:
        text: a study file, or a study's name.
        overrides: settings to change.
        name: another name to run it under.
        store: where it may be recorded.
        trust: whether code that the store brings along may be executed, wherever it is from.

    Raises:
        UsageError: if there is neither, or for code that is not trusted.
        StudyError: if what comes out is no study that can be carried out.
    """
    from harness.study import change_study, load_study

    try:
        file = study_file(text)
    except UsageError as error:
        recorded = [] if "/" in text or text.endswith(".toml") or not store.exists() else _recorded(store)
        if text not in recorded:
            near = did_you_mean(text, recorded).replace("?", f", which {store.place} has?")
            raise UsageError(f"{error}{near}") from None
        from harness.results import load_recorded_study
        from harness.trust import require_trusted

        study = change_study(load_recorded_study(text, store), overrides, name)
        if not trust:
            require_trusted(study.code, f"the study {text}")
        said = f"{text}: there is no study file of this name; the study is run as it is recorded in {store.place}."
        click.echo(said, err=True)
        return study
    return load_study(file, overrides, name)


def _recorded(store: Store) -> list[str]:
    return [summary.name for summary in store.summaries()]
