"""From pydantic's errors to one line each: place, rule, value, fix."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from harness.errors import did_you_mean, show_value
from harness.study.fields import fields_of, tables_of, tag_of, where_it_belongs

_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a string in quotes",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}
_MOST_LINES = 20
"""About one file; a slip that is repeated in each of many entries needs no more."""

_MOST_ERRORS = 500
"""That are looked at: a list may hold hundreds of thousands of wrong entries, and they are compared with each other."""

_ALIKE = 0.8
"""How alike a key of the same table must be to be meant rather than the very key of another."""

_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}


def explain(error: ValidationError, model: type[BaseModel], prefix: str = "") -> list[str]:
    """Return one line for each thing that is wrong.

    Args:
        error: what validating ``model`` raised.
        model: the table that was validated, for hints and known keys.
        prefix: dotted path of that table in the file, empty for the whole file.
    """
    lines: list[str] = []
    for item in _without_union_noise(error.errors(include_url=False)[:_MOST_ERRORS]):
        line = _line(item, model, prefix)
        if line not in lines:
            lines.append(line)
    if error.error_count() > _MOST_ERRORS or len(lines) > _MOST_LINES:
        lines[_MOST_LINES:] = ["... and more of the kind. Put these right first."]
    return lines


def _without_union_noise(items: list[Any]) -> list[Any]:
    """Drop what follows from another error: other members of a union, keys a bad preset left unset, lists cut short."""
    kept: dict[tuple[str, ...], Any] = {}
    for item in items:
        key = _key(item)
        if key not in kept or _weight(item) > _weight(kept[key]):
            kept[key] = item
    bad_presets = {key[:-1] for key in kept if key[-1:] in (("preset",), ("protocol",))}
    return [
        item
        for key, item in kept.items()
        if not (item["type"] == "missing" and key[:-1] in bad_presets)
        and not (item["type"] == "too_short" and item["input"])
        and not (
            item["type"] in ("tuple_type", "int_type")
            and any(other[: len(key)] == key and other != key for other in kept)
        )
    ]


def _key(item: Any) -> tuple[str, ...]:
    return tuple(str(part) for part in item["loc"] if not _is_member_name(part))


def _weight(item: Any) -> int:
    """How much an error of one union member says, compared with those of the others."""
    return 0 if item["type"] in _TYPES else 1 if item["type"] == "literal_error" else 2


def _is_member_name(part: Any) -> bool:
    """Whether pydantic put this part in a location to name the member of a union."""
    if not isinstance(part, str):
        return False
    members = (
        "int",
        "float",
        "str",
        "bool",
        "ModelSpec",
        "OwnModel",
        "Range",
        "Adaptive",
        "factorial",
        "one_at_a_time",
        "listed",
        "screening",
        "search",
    )
    return part in members or part.startswith("constrained-") or "[" in part


def _line(item: Any, model: type[BaseModel], prefix: str) -> str:
    parts = [part for part in item["loc"] if not _is_member_name(part)]
    owner, field = _field(model, item["loc"])
    place = ".".join([*([prefix] if prefix else []), *(_show_part(part) for part in parts)]) or "the file"
    kind, got, context = item["type"], item["input"], item.get("ctx", {})
    hint = ""
    if field is not None and isinstance(field.json_schema_extra, dict):
        hint = f" {field.json_schema_extra.get('fix', '')}".rstrip()

    if kind == "missing":
        return f"{place} is required.{hint}"
    if kind == "extra_forbidden":
        known = list(fields_of(owner)) if owner else []
        key = str(parts[-1])
        where = ".".join(place.split(".")[:-1])
        fix = did_you_mean(key, known, _ALIKE)
        if not fix and not prefix:  # of the whole file: other tables are known
            path = ".".join(str(part) for part in parts[:-1] if not isinstance(part, int))
            kind_of = tag_of(owner) if owner else None
            fix = where_it_belongs(key, path, kind_of, model, table=isinstance(got, dict))
        fix = fix or did_you_mean(key, known) or f" Known keys: {', '.join(known)}."
        return f"{place}: unknown key {show_value(key)}{f' in [{where}]' if where else ''}, got {_show(got)}.{fix}"
    if kind in ("literal_error", "union_tag_invalid"):
        choices = _choices(context)
        text = f"{place} must be one of {', '.join(choices)}, got {_show(got)}."
        if kind == "union_tag_invalid":
            text = f"{place}.kind must be one of {', '.join(choices)}, got {_show(context.get('tag'))}."
            got = context.get("tag")
        from_test = isinstance(got, str) and got.startswith("test_") and not any("test_" in one for one in choices)
        close = did_you_mean(got, choices) if isinstance(got, str) and not from_test else ""
        return f"{text}{close or hint}"
    if kind == "union_tag_not_found":
        return (
            f'{place}.kind is required. Write kind = "factorial", "one_at_a_time", "listed", "screening" or "search".'
        )
    if kind in _BOUNDS:
        words, name = _BOUNDS[kind]
        bound = f"{context[name]:,}" if abs(context[name]) >= 10**6 else f"{context[name]:g}"
        return f"{place} must be {words} {bound}, got {_show(got)}.{hint}"
    if kind == "too_short":
        return f"{place} must not be empty, got {_show(got)}.{hint}"
    if kind == "too_long":
        actual = len(got) if context["actual_length"] is None else context["actual_length"]
        return f"{place} must have at most {context['max_length']} entries, got {actual:,}."
    if kind == "value_error":
        return f"{place}: {context['error']}" if parts or prefix else str(context["error"])
    if kind in _TYPES:
        example = ""
        if kind in ("int_type", "int_from_float") and isinstance(got, float) and got.is_integer():
            example = f" Write {int(got)}."
        return f"{place} must be {_TYPES[kind]}, got {_show(got)}.{example or hint}"
    return f"{place}: {item['msg']}, got {_show(got)}.{hint}"


def _field(model: type[BaseModel], location: tuple[Any, ...]) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Return the table and the field that a location leads to, as far as it leads."""
    owner: type[BaseModel] | None = model
    field: FieldInfo | None = None
    for part in location:
        if isinstance(part, str) and owner is not None and part in fields_of(owner):
            field = fields_of(owner)[part]
            tables = tables_of(field.annotation)
            owner = tables[0] if tables else None
            candidates = tables
        elif isinstance(part, str) and field is not None:
            named = [table for table in candidates if tag_of(table) == part or table.__name__ == part]
            owner = named[0] if named else owner
        if part == location[-1] and isinstance(part, str) and owner is None and field is None:
            break
    last = location[-1] if location else None
    if isinstance(last, str) and field is not None and not _names_field(model, location):
        return owner, None
    return owner, field


def _names_field(model: type[BaseModel], location: tuple[Any, ...]) -> bool:
    """Whether every key of the location is one that the schema knows (members of unions and indices aside)."""
    tables: list[type[BaseModel]] = [model]
    for part in location:
        if not isinstance(part, str) or _is_member_name(part):
            continue
        owners = [table for table in tables if part in fields_of(table)]
        if not owners:
            return not tables
        tables = [found for owner in owners for found in tables_of(fields_of(owner)[part].annotation)]
    return True


def _choices(context: dict[str, Any]) -> list[str]:
    text = context.get("expected") or context.get("expected_tags", "")
    return [choice.strip().strip("'\"") for choice in text.replace(" or ", ", ").split(",")]


def _show_part(part: Any) -> str:
    text = str(part)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f'"{text}"' if "." in text else text


def _show(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else show_value(value)
