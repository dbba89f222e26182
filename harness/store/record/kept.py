"""What a store keeps of a study itself: its tables, its text, and what was asked of it when."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.errors import DataError
from harness.records import Asked, asked_since
from harness.study import Study
from harness.trials import stored_asked

STUDY_FILE = "study.json"
"""Artifact of a study's own run: the study as it was when it was run last."""

STUDY_TAG = "harness.study."
"""Tags that earlier versions kept it in: this and a number from 0."""


def kept_study(study: Study, asked: Sequence[Asked]) -> dict[str, object]:
    """Return what a store keeps of a study beside its name: tables, source, text, and what was asked of it when."""
    return {
        "given": study.given,
        "source": str(study.source) if study.source else None,
        "text": study.text,
        **({"code": study.code} if study.code else {}),
        "asked": [one.as_json() for one in asked],
    }


def kept_from(text: str | None, tags: Mapping[str, str]) -> dict[str, Any]:
    """Return what was kept of a study; empty if there is nothing.

    Earlier versions kept it in tags, in parts. One that was shorter than the one before left the last parts of that, so
    that only the first whole value of JSON counts.

    Args:
        text: of :data:`STUDY_FILE`; None without one.
        tags: of the study's own run.

    Raises:
        ValueError: if it is damaged.
    """
    if text is None:
        parts = (tags.get(f"{STUDY_TAG}{number}") for number in itertools.count())
        text = "".join(itertools.takewhile(lambda part: part is not None, parts))  # type: ignore[arg-type]
    if not text:
        return {}
    kept, _ = json.JSONDecoder().raw_decode(text)
    return dict(kept)


def asked_of_kept(kept: Mapping[str, Any], study: Study, finished: Callable[[], int]) -> tuple[Asked, ...]:
    """Return what was asked of a study so far, with what it asks now; of what cannot be read, nothing is known.

    Args:
        kept: what was kept of the study before, with its name.
        study: the study as it is now.
        finished: counts its trials that have finished.
    """
    try:
        before = stored_asked(kept, "")
    except DataError:  # the run says it anew
        before = ()
    return asked_since(before, study, finished)
