"""Which metrics trials were asked for besides those of every trial: a tag of their runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from harness.metrics import MOST_ASKED, is_asked
from harness.store.facts import Fault
from harness.trials import show_wrong

_TAG = "harness.metrics"


def asked_tags(metrics: Iterable[str]) -> dict[str, str]:
    """Return the tag of a trial that is asked for metrics besides those of every trial; no tag without any."""
    names = list(metrics)
    return {_TAG: json.dumps(names)} if names else {}


def asked_of_tags(tags: Mapping[str, str]) -> list[str]:
    """Return what a trial was asked for besides.

    Raises:
        Fault: if the tag was damaged or edited.
    """
    text = tags.get(_TAG, "[]")
    try:
        names = json.loads(text)
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or len(names) > MOST_ASKED or not all(map(is_asked, names)):
        raise Fault(f"its tag {_TAG} must be JSON of names of metrics, got {show_wrong(text)}")
    return list(dict.fromkeys(names))


def asked_in(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the columns of some trials that are of such metrics."""
    return tuple(dict.fromkeys(name for row in rows for name in row if is_asked(name)))
