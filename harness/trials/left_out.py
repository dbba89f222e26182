"""What had to be left out of a table, kept with it for reports and `harness doctor` to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

LEFT_OUT = "left_out"
"""Key of a table's `attrs` with the trials that were left out of it, as :class:`LeftOut` writes them."""


@dataclass(frozen=True)
class LeftOut:
    """A trial that cannot be read.

    Attributes:
        run_id: its MLflow run; may be empty in Parquet files of others.
        trial: its number, if it says one.
        fault: what is wrong with it.
    """

    run_id: str
    trial: str
    fault: str

    def __str__(self) -> str:
        number = f" (trial {self.trial})" if self.trial else ""
        return f"run {self.run_id or 'without an id'}{number}: {self.fault}"


def keep_left_out(trials: pd.DataFrame, said: Iterable[LeftOut]) -> None:
    """Note with a table what was left out of it."""
    if entries := [asdict(one) for one in said]:
        trials.attrs[LEFT_OUT] = entries


def left_out_of(trials: pd.DataFrame) -> tuple[LeftOut, ...]:
    """Return what was left out of a table of trials, as it was noted with it."""
    entries = trials.attrs.get(LEFT_OUT, ())
    if not isinstance(entries, (list, tuple)):
        return ()
    texts = [
        [str(entry.get(name, "")) for name in ("run_id", "trial", "fault")]
        for entry in entries
        if isinstance(entry, Mapping)
    ]
    return tuple(LeftOut(*text) for text in texts)


def describe(said: Sequence[LeftOut], at_most: int = 5) -> str:
    """Say in a sentence what was left out and why; empty if nothing was."""
    if not said:
        return ""
    many = "1 trial that cannot be read" if len(said) == 1 else f"{len(said)} trials that cannot be read"
    more = f"; and {len(said) - at_most} more" if len(said) > at_most else ""
    return f"Left out: {many}: {'; '.join(str(one) for one in said[:at_most])}{more}."
