"""A study written in Python: the tables of a study file as keyword arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import StudyError, show_value
from harness.scripted.source import code_of
from harness.scripted.toml import write_toml
from harness.study import Study, build_study, require_name

if TYPE_CHECKING:
    from harness.driver import Outcome

_LONGEST = 60
"""Characters of a name that is made of a question."""

_MAIN = {"data": "name", "model": "preset"}
"""Table -> its key that a text in the place of the table stands for."""


class ScriptedStudy(Study):
    """A study that was written in Python. It is one like any other; only that it can be told to run."""

    def run(self, **options: Any) -> Outcome:
        """Train what is missing of it: :func:`harness.driver.run_study`, whose options it takes.

        Raises:
            HarnessError: as there.
        """
        from harness.driver import run_study

        return run_study(self, **options)


def study(name: str | None = None, *, factors: Mapping[str, Any] | None = None, **tables: Any) -> ScriptedStudy:
    """Return the study that a file with these keys and tables describes, checked as that is.

    Args:
        name: of the study; by default made of its question.
        factors: dotted path -> levels: `[design.factors]`, with kind = "factorial" unless `design` says another.
        tables: everything else of a study file: ``question="..."``, ``data={"name": "mnist"}``, ... A text in the place
            of `data` is its name, in that of `model` its preset. A function or a class in the place of a text that
            names one ("mine.py:resnet") is taken with the text of its file; one that is defined in a notebook with what
            it uses of its cell. A function in the place of `model` is its `build`.

    Raises:
        StudyError: as :func:`harness.study.load_study`; or if a function does not stand alone.
    """
    given = {key: _table(key, value) for key, value in tables.items() if value is not None}
    if factors is not None:
        design = given.get("design", {})
        if not isinstance(design, Mapping) or "factors" in design:
            raise StudyError("factors must be given once, beside design or in it.")
        given["design"] = {"kind": "factorial", **design, "factors": factors}
    code: dict[str, str] = {}
    plain = _plain(given, "", code)
    if name is None:
        question = str(plain.get("question", ""))
        name = re.sub(r"[^a-z0-9]+", "_", question.lower()).strip("_")[:_LONGEST].strip("_") or "study"
    require_name(name, "study", "Give it another: name=...")
    built = build_study(plain, name=name, text=write_toml(plain), code=code)
    return ScriptedStudy(**{field: getattr(built, field) for field in Study.model_fields})


def _table(key: str, value: Any) -> Any:
    if key == "model" and callable(value):
        return {"build": value}
    return {_MAIN[key]: value} if key in _MAIN and isinstance(value, str) else value


def _plain(value: Any, place: str, code: dict[str, str]) -> Any:
    """Return a value as TOML has it; the code of functions and classes goes into the code."""
    if isinstance(value, Mapping):
        return {_key(key, place): _plain(inner, f"{place}.{key}".strip("."), code) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, f"{place}.{index}", code) for index, inner in enumerate(value)]
    if isinstance(value, (str, bool, int, float)):
        return value.item() if hasattr(value, "item") else value
    if hasattr(value, "tolist"):  # arrays and numbers of NumPy
        return _plain(value.tolist(), place, code)
    if isinstance(value, Path):
        return str(value)
    if callable(value):
        return _named(value, place, code)
    raise StudyError(
        f"{place} must be text, a number, a list or a dict of these, or a function, got {show_value(value)}."
    )


def _key(key: Any, place: str) -> str:
    if not isinstance(key, str):
        raise StudyError(f"{place or 'a study'} must have texts as keys, got {show_value(key)}.")
    return key


def _named(thing: Callable[..., Any], place: str, code: dict[str, str]) -> str:
    """Return how a study names a function or class, and keep its text."""
    try:
        reference, text = code_of(thing)
    except StudyError as error:
        raise StudyError(f"{place}: {error}") from None
    if code.setdefault(reference.file, text) != text:
        raise StudyError(
            f"{place}: two files are called {reference.file!r}, and a study tells them by that. Rename one of them."
        )
    return str(reference)
