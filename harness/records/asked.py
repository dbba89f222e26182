"""What was asked of a study, and when: that which may change while its results are kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness.metrics import METRICS, OwnMetric, is_asked, remembered
from harness.study import Study


@dataclass(frozen=True)
class Asked:
    """What a study asked from one moment on: what its digest leaves out, and its verdicts depend on.

    Attributes:
        at: when, in UTC; None where that is unknown: harness has not always noted it.
        finished: trials that had finished by then; None where that is unknown.
        replicates: the fewest and the most that a claim may rest on.
        metrics: those with a verdict, the first of them first.
        margins: metric -> difference that does not matter.
        references: reference value -> its value.
        compare: with what each variant is compared: "base" or "all_pairs".
    """

    at: datetime | None
    finished: int | None
    replicates: tuple[int, int]
    metrics: tuple[str, ...]
    margins: Mapping[str, float]
    references: Mapping[str, float]
    compare: str = "base"

    @property
    def question(self) -> tuple[object, ...]:
        """What is asked, whenever it was."""
        return self.replicates, self.metrics, dict(self.margins), dict(self.references), self.compare

    @property
    def late(self) -> bool:
        """Whether it is known to have been asked when there were results."""
        return bool(self.finished)

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON has: what :func:`asked_from` takes."""
        return {
            "at": self.at.isoformat() if self.at else None,
            "finished": self.finished,
            "replicates": list(self.replicates),
            "metrics": list(self.metrics),
            "margins": dict(self.margins),
            "references": dict(self.references),
            "compare": self.compare,
        }


def asked_by(study: Study, finished: int | None = None, at: datetime | None = None) -> Asked:
    """Return what a study asks.

    Args:
        study: the study.
        finished: trials that have finished; None where that is unknown.
        at: when it is asked, in UTC; None where that is unknown.
    """
    return Asked(
        at=at,
        finished=finished,
        replicates=study.design.replicate_range,
        metrics=study.metrics,
        margins=dict(study.margins),
        references={
            f"{one.name} ({METRICS[one.metric].title} of {one.variant}"
            f"{'' if one.step is None else f' at step {one.step}'})": one.value
            for one in study.report.reference
        },
        compare=study.report.compare,
    )


def asked_since(
    before: Sequence[Asked], study: Study, finished: Callable[[], int], now: datetime | None = None
) -> tuple[Asked, ...]:
    """Return what was asked of a study so far, in order, with what it asks now.

    Nothing is added where that is what was asked last. What was asked before there was any result is forgotten when
    something else is asked before there is one.

    Args:
        before: what was asked before, in order; empty where that is unknown.
        study: the study as it is now.
        finished: counts the trials that have finished; called where it matters, since it may take long.
        now: the present, in UTC.
    """
    if before and before[-1].question == asked_by(study).question:
        return tuple(before)
    known = finished()
    if known and not before:  # there are results, and what was asked for them is unknown
        return (asked_by(study),)
    kept = before if known else [one for one in before if one.late]
    return (*kept, asked_by(study, known, now or datetime.now(UTC).replace(microsecond=0)))


def asked_from(given: object, own: Mapping[str, OwnMetric] | None = None) -> tuple[Asked, ...]:
    """Return what was asked from what JSON has of it, as it was kept.

    Args:
        given: what was kept.
        own: metrics of the user's, as the study has them; none by default.

    Raises:
        ValueError: if it is none of that.
    """
    if not isinstance(given, list):
        raise ValueError("it must be a list")
    return tuple(_entry(one, own or {}) for one in given)


def _entry(given: object, own: Mapping[str, OwnMetric]) -> Asked:
    if not isinstance(given, dict):
        raise ValueError("each entry must be a table")
    at, finished, replicates, metrics = (given.get(key) for key in ("at", "finished", "replicates", "metrics"))
    if not (isinstance(replicates, list) and len(replicates) == 2 and all(type(one) is int for one in replicates)):
        raise ValueError("replicates must be two whole numbers")
    if not (isinstance(metrics, list) and metrics and all(isinstance(one, str) and _is_metric(one) for one in metrics)):
        raise ValueError("metrics must be names of metrics, one or more")
    if not (finished is None or (type(finished) is int and 0 <= finished < 10**9)):
        raise ValueError("finished must be a whole number")
    margins, references = _numbers(given.get("margins"), "margins"), _numbers(given.get("references"), "references")
    if not all(map(_is_metric, margins)):
        raise ValueError("margins must be of metrics")
    first, last = replicates
    compare = given.get("compare", "base")
    if compare not in ("base", "all_pairs"):
        raise ValueError("compare must be 'base' or 'all_pairs'")
    margins = {remembered(name, own): margin for name, margin in margins.items()}
    names = tuple(remembered(name, own) for name in metrics)
    return Asked(_time(at), finished, (first, last), names, margins, references, compare)


def _is_metric(name: str) -> bool:
    """Whether a name is that of a metric, as far as it can be told without the study."""
    return name in METRICS or is_asked(name)


def _time(given: object) -> datetime | None:
    if given is None:
        return None
    found = datetime.fromisoformat(given) if isinstance(given, str) else None
    if found is None or found.tzinfo is None:
        raise ValueError("at must be a time with its zone")
    return found.astimezone(UTC)


def _numbers(given: object, name: str) -> dict[str, float]:
    if not isinstance(given, dict) or not all(
        isinstance(key, str) and type(value) in (int, float) and math.isfinite(value) for key, value in given.items()
    ):
        raise ValueError(f"{name} must be numbers by name")
    return {key: float(value) for key, value in given.items()}
