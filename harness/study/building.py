"""From tables to a study that is known to be possible."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.errors import StudyError
from harness.presets import expand_protocol
from harness.study.checks import check_dimensions, check_size, check_variants, known_facts
from harness.study.code import CodeName, find_definition, references_in
from harness.study.explain import explain
from harness.study.study import Study
from harness.study.tables.budget import expand_until
from harness.study.tables.metrics import context_of
from harness.study.tables.own import own_model
from harness.study.tables.whole import StudyTables
from harness.study.values import check_values
from harness.study.variant import BASE


def build_study(
    given: dict[str, Any],
    name: str,
    source: Path | None = None,
    text: str = "",
    code: Mapping[str, str] | None = None,
) -> Study:
    """Return a study from the tables of a file, checked through and through. Nothing is read, and nothing executed.

    Args:
        given: the tables.
        name: the study's name.
        source: the file.
        text: of the file.
        code: texts of the files of the user's code that the tables name, by the path that they name.

    Raises:
        StudyError: with a line for everything that is wrong.
    """
    given = expand_until(expand_protocol(check_values(given)))
    tables, named = _read(given, code or {})
    study = Study(**tables, name=name, source=source, text=text, given=given, code=named)
    _check_metrics(study)
    check_size(study)
    check_dimensions(study)
    labels: dict[str, str] = {}
    for variant in study.variants:
        if variant.digest in labels:
            if variant.label == BASE:
                raise StudyError(
                    f"design.{study.design.table}: one of them is the base, which is trained in any case. Change a "
                    "setting in it, or remove it."
                )
            raise StudyError(
                f"design: the variants {labels[variant.digest]!r} and {variant.label!r} mean the same. "
                "Remove a repeated level."
            )
        labels[variant.digest] = variant.label
    check_variants(study, known_facts)
    return study


def _read(given: dict[str, Any], code: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the tables, checked each for itself, and the texts of the files that they name.

    Raises:
        StudyError: with a line for everything that is wrong.
    """
    wrong: list[str] = []
    tables: dict[str, Any] = {}
    named: dict[str, str] = {}
    try:
        tables = dict(StudyTables.model_validate_json(json.dumps(given), context=context_of(given)))
    except ValidationError as error:
        wrong += explain(error, StudyTables)
    try:
        named = _code(given, code)
        model = given.get("model")
        if isinstance(model, dict) and "build" in model:
            tables["model"] = own_model(model, named, "model")
    except StudyError as error:
        wrong += str(error).splitlines()
    if wrong:
        raise StudyError("\n".join(dict.fromkeys(wrong)))
    return tables, named


def _check_metrics(study: Study) -> None:
    """Check that each metric of the user's is a function of labels and logits, as its syntax tree says."""
    wrong = []
    for name, table in study.own_metrics.items():
        try:
            definition = find_definition(study.code, CodeName.of(table.of))
            definition.require(("labels", "logits"))
            more = [one.name for one in definition.parameters if one.default is None]
            if definition.kind != "function" or set(more) > {"labels", "logits"}:
                got = f"got {', '.join(more)}" if definition.kind == "function" else f"got a {definition.kind}"
                raise StudyError(f"{definition.place}: must be a function of labels and logits alone, {got}.")
        except StudyError as error:
            wrong.append(f"metrics.{name}.of: {error}")
    if wrong:
        raise StudyError("\n".join(wrong))


def _code(given: dict[str, Any], code: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the files that the tables name, in their order; each must have what is named of it."""
    named: dict[str, str] = {}
    wrong = []
    for place, text in references_in(given):
        try:
            reference = CodeName.of(text)
            find_definition(code, reference)
            named[reference.file] = code[reference.file]
        except ValueError as error:
            wrong.append(f"{place} {error}")
        except StudyError as error:
            wrong.append(f"{place}: {error}")
    if wrong:
        raise StudyError("\n".join(dict.fromkeys(wrong)))
    return named
