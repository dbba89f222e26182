"""The study that a table's trials belong to, and what was asked of it when, as they are kept with them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import DataError, StudyError
from harness.records import Asked, asked_by, asked_from
from harness.study import Study, build_study, own_metrics
from harness.trials.cells import show_wrong


def stored_study(kept: Mapping[str, Any], place: str) -> Study:
    """Return a study from what was kept of it with its trials.

    Args:
        kept: name, given, source, text and, where it names any, code, as a table's ``attrs["study"]`` holds them.
        place: where it was kept, for errors.

    Raises:
        DataError: if it is no study; each line begins with the place.
    """
    name, given, source, text = (kept.get(key) for key in ("name", "given", "source", "text"))
    texts = all(isinstance(one, (str, type(None))) for one in (source, text))
    code = kept.get("code", {})
    texts = texts and isinstance(code, dict) and all(isinstance(one, str) for one in (*code, *code.values()))
    if not isinstance(name, str) or not name or not isinstance(given, dict) or not texts:
        raise DataError(f"{place}: must hold a study's name, tables, source and text, got {show_wrong(dict(kept))}.")
    try:
        return build_study(given, name=name, source=Path(source) if source else None, text=text or "", code=code)
    except StudyError as error:
        lines = "\n".join(f"{place}: {line}" for line in str(error).splitlines())
        raise DataError(f"{lines}\n{place}: was written by another version of harness, or edited.") from None
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise DataError(f"{place}: is no study: {show_wrong(str(error))}.") from None


def stored_asked(kept: Mapping[str, Any], place: str) -> tuple[Asked, ...]:
    """Return what was asked of a study until it was kept, from what was kept of it.

    Earlier versions kept the study alone: it was asked, but when is unknown.

    Args:
        kept: as in :func:`stored_study`, with a list "asked"; empty if nothing is known.
        place: where it was kept, for errors.

    Raises:
        DataError: if it cannot be read.
    """
    if not kept:
        return ()
    if "asked" not in kept:
        return (asked_by(stored_study(kept, place)),)
    try:
        return asked_from(kept["asked"], own_metrics(_tables(kept).get("metrics")))
    except (ValueError, OverflowError) as error:
        raise DataError(
            f"{place}: what was asked of the study and when cannot be read: {error}. Run the study again from its "
            "file; the run then says it anew."
        ) from None


def _tables(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    given = kept.get("given")
    return given if isinstance(given, Mapping) else {}
