"""What tables say of networks that diverged, by the one rule of today, whatever wrote them.

Of logits that are no numbers the largest is said to be the first, so that earlier versions recorded accuracies of such
networks: the share of class 0. Their losses were no numbers either, and tell them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.metrics import NEED_FINITE, is_asked
from harness.records import StopReason

if TYPE_CHECKING:
    import pandas as pd

_SPLITS = ("train", "val", "test")


def without_divergence(trials: pd.DataFrame, every_loss: bool = False) -> pd.DataFrame:
    """Return trials in which those of networks that diverged say so, and have no scores and no target.

    Args:
        trials: a row a trial, with the columns of :data:`harness.trials.TRIALS`.
        every_loss: whether a loss was recorded with every accuracy, as harness does; in a table of somebody else a
            column of losses that is all empty tells nothing.
    """
    trials = trials.copy(deep=False)
    lost = trials["stop_reason"] == StopReason.NOT_FINITE
    for split in _SPLITS:
        lost |= (trials["status"] == "finished") & _lost(trials, split, every_loss)
    trials["stop_reason"] = trials["stop_reason"].mask(lost, str(StopReason.NOT_FINITE))
    needed = [name for name in map(str, trials.columns) if name in NEED_FINITE or is_asked(name)]
    trials[needed] = trials[needed].mask(lost, math.nan)
    return trials


def without_lost_accuracies(history: pd.DataFrame, every_loss: bool = False) -> pd.DataFrame:
    """Return evaluations without the accuracies of networks that had diverged by then, as above."""
    history = history.copy(deep=False)
    for split in _SPLITS:
        history[f"{split}_accuracy"] = history[f"{split}_accuracy"].mask(_lost(history, split, every_loss), math.nan)
    return history


def _lost(table: pd.DataFrame, split: str, every_loss: bool) -> pd.Series[bool]:
    """Return in which rows there is an accuracy whose loss is infinite or not a number."""
    accuracy: pd.Series[float] = table[f"{split}_accuracy"]
    loss: pd.Series[float] = table[f"{split}_loss"]
    lost = loss.abs() == math.inf
    if every_loss or loss.notna().any():
        lost |= loss.isna()
    return lost & accuracy.notna()
