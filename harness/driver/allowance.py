"""What a budget leaves to a run: whether one more training may begin, and when what is under way is cut off."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from harness.study import Study
from harness.trials import longest_by_variant, spent_on

if TYPE_CHECKING:
    import pandas as pd

    from harness.plan import Plan


@dataclass(frozen=True)
class Stopped:
    """Why a budget lets nothing more begin.

    Attributes:
        why: as the end of a sentence: "30 minutes are over".
        key: the key of the study file that allows more; empty where another run may go on without a change.
    """

    why: str
    key: str = ""


@dataclass(frozen=True)
class Deadline:
    """When all must be over.

    Attributes:
        at: by the clock.
        title: what is over then, in words: "30 minutes".
        key: as in :class:`Stopped`.
    """

    at: float
    title: str
    key: str = ""


class Meter(Protocol):
    """Measures energy: :class:`harness.machine.energy.EnergyMeter`."""

    def kwh(self) -> float:
        """Return the kilowatt-hours since this was asked last."""
        ...


class Power:
    """The energy that a study has taken, and what a training of it takes.

    Args:
        meter: of the machine.
        most: kilowatt-hours that the study may take.
        spent: those that it took in earlier runs.
        trainings: of which so many trainings are known.
    """

    def __init__(self, meter: Meter, most: float, spent: float = 0.0, trainings: int = 0) -> None:
        self._meter, self._most, self._spent, self._trainings = meter, most, spent, trainings
        self._since = 0.0

    def read(self) -> None:
        """Read the meter."""
        self._since += self._meter.kwh()

    def since_last(self) -> float:
        """Return the kilowatt-hours since a training ended last, now that another has."""
        self.read()
        found, self._since = self._since, 0.0
        self._spent, self._trainings = self._spent + found, self._trainings + 1
        return found

    def refusal(self, trainings: int) -> str:
        """Say why so many trainings, those under way included, are too many; nothing if they are not."""
        each = self._spent / self._trainings if self._trainings else 0.0
        if self._spent + trainings * each <= self._most and self._spent + self._since < self._most:
            return ""
        return f"{self._spent + self._since:.2g} of its {self._most:g} kWh are spent, and a training takes {each:.2g}"


class Allowance:
    """What is left for a run.

    No training begins that is not expected to end in time: it is taken to be as long as the longest so far of its
    variant, or of all variants where it is the first of its own. Before one has ended nothing is known; what is begun
    then may be cut off.

    Args:
        trainings: of the study at most; None for any number.
        deadline: when all must be over; None for never.
        lengths: digest of a variant -> seconds of its longest training so far.
        power: what the study's energy is measured by; None for any amount of it.
        clock: gives seconds.
    """

    def __init__(
        self,
        trainings: int | None = None,
        deadline: Deadline | None = None,
        lengths: Mapping[str, float] | None = None,
        power: Power | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trainings, self._deadline, self._clock = trainings, deadline, clock
        self._lengths, self._power = dict(lengths or {}), power
        self._refused: Stopped | None = None
        self._search_cut: Stopped | None = None

    @property
    def stopped(self) -> Stopped | None:
        """Why nothing more may begin, or why a search has ended early; None if neither is so."""
        return self._refused or self._search_cut

    @property
    def left(self) -> float:
        """Seconds until all must be over; infinite without a deadline, below 0 after it."""
        return self._deadline.at - self._clock() if self._deadline else math.inf

    def admits(self, plan: Plan, workers: int) -> bool:
        """Return whether what the plan hands out next may begin; end a search that must leave room for confirmations.

        Args:
            plan: what is to be trained.
            workers: trainings side by side.
        """
        self._refused = self._refusal(plan, workers) if plan.awaits else None
        if self._refused and plan.searching:
            self._search_cut = self._refused
            plan.end_search()
            self._refused = self._refusal(plan, workers) if plan.awaits else None
        return self._refused is None

    def _refusal(self, plan: Plan, workers: int) -> Stopped | None:
        after = plan.to_confirm if plan.searching else 0
        if self._trainings is not None and plan.finished + plan.running + 1 + after > self._trainings:
            kept = f", {after} of them to confirm what was found" if after else ""
            return Stopped(f"it may have {self._trainings:,} trainings{kept}", "budget.trainings")
        if self._power and (said := self._power.refusal(plan.running + 1 + after)):
            return Stopped(said, "budget.kwh")
        longest = self._longest(plan.upcoming)
        if self._deadline is None or longest + math.ceil(after / max(1, workers)) * self._longest("") < self.left:
            return None
        kept = " and to confirm what was found" if after else ""
        return self._over(
            f"{_show(self.left)} are left of {{}}, too few for a training of up to {_show(longest)}{kept}"
        )

    def _longest(self, digest: str) -> float:
        """Return the seconds that a training of a variant may take; 0 where nothing is known yet."""
        return self._lengths.get(digest) or max(self._lengths.values(), default=0.0)

    def take(self, digest: str, seconds: float) -> None:
        """Note how long a training of a variant took."""
        self._lengths[digest] = max(seconds, self._lengths.get(digest, 0.0))

    def read_meter(self) -> None:
        """Read the counters of energy, which begin anew from time to time; nothing where none are."""
        if self._power:
            self._power.read()

    def energy(self) -> float | None:
        """Return the kilowatt-hours since a training ended last; None where they are not measured."""
        return self._power.since_last() if self._power else None

    def is_over(self) -> bool:
        """Return whether the time is up, so that what is under way must end."""
        if self.left > 0:
            return False
        self._refused = self._over("")
        return True

    def _over(self, short: str) -> Stopped:
        assert self._deadline
        text = short if short and self.left > 0 else "{} are over"
        return Stopped(text.format(self._deadline.title), self._deadline.key)


def allowance_of(
    study: Study,
    minutes: float | None,
    began: float,
    read: Callable[[], pd.DataFrame],
    meter: Meter | None = None,
) -> Allowance:
    """Return what a study's budget and the minutes of a run leave to the run.

    Args:
        study: the study.
        minutes: of this run; None for as many as it takes.
        began: when the run did, by `time.monotonic`.
        read: gives what is recorded of the study's trials; called where time or energy is limited.
        meter: of this machine's energy; None where any amount of it may be taken.
    """
    budget, deadlines, lengths, power = study.budget, [], {}, None
    if meter is not None and budget.kwh is not None:
        known = read()["kwh"].dropna().astype(float)
        power = Power(meter, budget.kwh, float(known.sum()), len(known))
    if minutes is not None or budget.minutes is not None:
        trials = read()
        lengths = longest_by_variant(trials)
        if minutes is not None:
            deadlines.append(Deadline(began + 60 * minutes, f"the {minutes:g} minutes of this run"))
        if budget.minutes is not None:
            left = 60 * budget.minutes - spent_on(trials).seconds
            title = f"the {budget.minutes:g} minutes of all runs"
            deadlines.append(Deadline(began + left, title, "budget.minutes"))
    return Allowance(budget.trainings, min(deadlines, key=lambda one: one.at, default=None), lengths, power)


def _show(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
