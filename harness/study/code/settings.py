"""The settings that a function of the user's takes, as a table of a study file: typed by its signature."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, Optional, Union, get_args, get_origin

from pydantic import ConfigDict, Field, ValidationError, create_model

from harness.errors import StudyError
from harness.study.code.definitions import Definition, Parameter
from harness.study.tables.table import FileTable

_PLAIN: dict[str, Any] = {"int": int, "float": float, "bool": bool, "str": str}
_LISTS = ("list", "List", "Sequence")
_BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length")
_TYPES = "int, float, bool, str, Literal[...], list[...] or tuple[...] of these, or one of them with `| None`"


@lru_cache(maxsize=256)
def settings_table(definition: Definition, given: tuple[str, ...] = (), taken: tuple[str, ...] = ()) -> type[FileTable]:
    """Return the table that the settings of a function or class make up: a key for each parameter.

    It is strict, as all tables are, and its messages are those of :func:`harness.study.explain.explain`. It is made
    from the signature alone: annotations and literal defaults.

    Args:
        definition: the function or class.
        given: parameters that harness gives, which are no settings; they must be there.
        taken: keys of the same table that mean something else, which no setting may be called.

    Raises:
        StudyError: if it does not take what is given, or a parameter's type or default cannot be told.
    """
    definition.require(given)
    fields: dict[str, Any] = {}
    for parameter in definition.parameters:
        if parameter.name in given:
            continue
        place = f"{definition.reference}, line {parameter.line}: the parameter {parameter.name!r}"
        if parameter.name in taken or parameter.name.startswith("_"):
            raise StudyError(f"{place} must have another name: a setting cannot be called so.")
        default = _default(parameter, place)
        kind = _annotation(parameter.annotation, place) if parameter.annotation else _kind_of(default, place)
        fields[parameter.name] = (kind, Field() if parameter.default is None else Field(default=default))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a setting may be called as one of pydantic's methods is
            table = create_model(definition.reference.name, __base__=_Settings, **fields)
    except (NameError, TypeError, ValueError) as error:
        raise StudyError(f"{definition.place}: a setting cannot be called so: {error}.") from None
    for parameter in definition.parameters:
        if parameter.name in fields and parameter.default is not None:
            _check_default(table, definition, parameter)
    return table


class _Settings(FileTable):
    model_config = ConfigDict(protected_namespaces=())


def _default(parameter: Parameter, place: str) -> Any:
    if parameter.default is None:
        return None
    try:
        return ast.literal_eval(parameter.default)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise StudyError(
            f"{place} must have a default that is written out, got {ast.unparse(parameter.default)}: the file is read, "
            "not executed. E.g. 16."
        ) from None


def _check_default(table: type[FileTable], definition: Definition, parameter: Parameter) -> None:
    value = table.model_fields[parameter.name].default
    lone = create_model("lone", __base__=_Settings, **{"value": (_whole(table, parameter.name), ...)})  # type: ignore[call-overload]
    try:
        lone.model_validate_json(json.dumps({"value": value}))
    except (ValidationError, TypeError, ValueError):
        raise StudyError(
            f"{definition.reference}, line {parameter.line}: the parameter {parameter.name!r} must have a default of "
            f"its type, got {ast.unparse(parameter.default)}."  # type: ignore[arg-type]
        ) from None


def _whole(table: type[FileTable], name: str) -> Any:
    """Return the annotation of a field with its bounds, which pydantic keeps apart."""
    field = table.model_fields[name]
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _kind_of(default: Any, place: str) -> Any:
    """Return the type of a setting without an annotation: its default's."""
    if type(default) in _PLAIN.values():
        return type(default)
    if isinstance(default, (list, tuple)) and default and len({type(item) for item in default}) == 1:
        inner = _kind_of(default[0], place)
        return list[inner] if isinstance(default, list) else tuple[inner, ...]  # type: ignore[valid-type]
    raise StudyError(f"{place} must have its type written beside it: {_TYPES}. E.g. width: int = 16.")


def _annotation(node: ast.expr, place: str) -> Any:
    """Return the type that an annotation writes."""

    def refuse() -> StudyError:
        return StudyError(f"{place} must be of type {_TYPES}, got {ast.unparse(node)}.")

    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _annotation(ast.parse(node.value, mode="eval").body, place)
        except SyntaxError:
            raise refuse() from None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[_annotation(node.left, place), _annotation(node.right, place)]  # noqa: UP007  of what is known here
    if isinstance(node, (ast.Name, ast.Attribute)):
        if _last(node) not in _PLAIN:
            raise refuse()
        return _PLAIN[_last(node)]
    if isinstance(node, ast.Subscript):
        build = _OF.get(_last(node.value))
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if build is not None and parts:
            return build(parts, place, refuse)
    raise refuse()


def _last(node: ast.expr) -> str:
    """Return the last name of ``typing.Literal``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


_Refuse = Callable[[], StudyError]


def _literal(parts: list[ast.expr], place: str, refuse: _Refuse) -> Any:  # noqa: ARG001
    try:
        values = tuple(ast.literal_eval(part) for part in parts)
    except (ValueError, TypeError):
        raise refuse() from None
    if not all(isinstance(value, (str, int, bool)) for value in values):
        raise refuse()
    return Literal[values]


def _list(parts: list[ast.expr], place: str, refuse: _Refuse) -> Any:
    if len(parts) != 1:
        raise refuse()
    return list[_annotation(parts[0], place)]  # type: ignore[misc]


def _tuple(parts: list[ast.expr], place: str, refuse: _Refuse) -> Any:  # noqa: ARG001
    if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
        return tuple[_annotation(parts[0], place), ...]  # type: ignore[misc]
    return tuple[tuple(_annotation(part, place) for part in parts)]  # type: ignore[misc]


def _optional(parts: list[ast.expr], place: str, refuse: _Refuse) -> Any:
    if len(parts) != 1:
        raise refuse()
    return Optional[_annotation(parts[0], place)]  # noqa: UP045


def _union(parts: list[ast.expr], place: str, refuse: _Refuse) -> Any:  # noqa: ARG001
    return Union[tuple(_annotation(part, place) for part in parts)]  # noqa: UP007


def _annotated(parts: list[ast.expr], place: str, refuse: _Refuse) -> Any:
    """Read ``Annotated[int, Field(ge=1)]``: bounds, and what else is said is passed over."""
    kind = _annotation(parts[0], place)
    for extra in parts[1:]:
        if not (isinstance(extra, ast.Call) and _last(extra.func) == "Field" and not extra.args):
            raise refuse()
        bounds = {one.arg: one.value for one in extra.keywords if one.arg in _BOUNDS}
        try:
            kind = Annotated[kind, Field(**{name: ast.literal_eval(value) for name, value in bounds.items()})]
        except (ValueError, TypeError):
            raise refuse() from None
    return kind


_OF: dict[str, Callable[[list[ast.expr], str, _Refuse], Any]] = {
    "Literal": _literal,
    "Optional": _optional,
    "Union": _union,
    "Annotated": _annotated,
    "tuple": _tuple,
    "Tuple": _tuple,
    **dict.fromkeys(_LISTS, _list),
}


def python_value(value: Any, kind: Any) -> Any:
    """Return a value of JSON as the function takes it: a list where its type says tuple becomes one."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return python_value(value, parts[0])
    if not isinstance(value, list):
        return value
    if origin is Union:
        return python_value(value, next((part for part in parts if get_origin(part) in (list, tuple)), Any))
    if origin is tuple:
        inner = [parts[0]] * len(value) if parts[1:] == (Ellipsis,) else parts
        return tuple(python_value(item, part) for item, part in zip(value, inner, strict=False))
    return [python_value(item, parts[0] if parts else Any) for item in value]
