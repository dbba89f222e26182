"""The keys that tables of a study file declare: of one table, and which tables have a key of some name."""

from __future__ import annotations

import difflib
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_CALLED = {"lr": "learning_rate", "steps": "max_steps", "repeats": "replicates", "repetitions": "replicates"}
"""What other programs call a key."""

_NEAR = 0.75
"""How alike a key of another table must be to be meant."""

_MOST_HOMES = 3


@dataclass(frozen=True)
class Home:
    """A table that has a key.

    Attributes:
        key: the key.
        path: dotted path of the table; empty for the top of the file.
        entry: whether the table is one of a list.
        kind: of the design, where the table is one.
        table: whether the key is a table itself.
    """

    key: str
    path: str
    entry: bool
    kind: str | None
    table: bool

    @property
    def place(self) -> str:
        """Where the key stands, in words."""
        if not self.path and self.table:
            return f"below a heading of its own, [{self.key}]"
        if not self.path:
            return "at the top of the file, above the first [table]"
        return f"in an entry of {self.path}" if self.entry else f"in [{self.path}]"


def fields_of(table: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys of a table as a file has them, with their fields."""
    return {field.alias or name: field for name, field in table.model_fields.items()}


def tag_of(table: type[BaseModel]) -> str | None:
    """Return the kind that a table stands for; None if it has none."""
    kind = table.model_fields.get("kind")
    arguments = get_args(kind.annotation) if kind else ()
    return arguments[0] if len(arguments) == 1 else None


def tables_of(annotation: Any) -> list[type[BaseModel]]:
    """Return the tables that an annotation mentions, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType, Annotated, tuple, dict, list):
        return [table for argument in get_args(annotation) for table in tables_of(argument)]
    return []


def where_it_belongs(key: str, path: str, kind: str | None, whole: type[BaseModel], table: bool = False) -> str:
    """Return the fix for a key in a table that does not know it; empty if no other table does.

    Args:
        key: the key.
        path: dotted path of the table that it is in, entries of lists without their numbers.
        kind: of the design, if it is in one.
        whole: the table of the whole file.
        table: whether it has keys of its own, and so is no setting that is spelled nearly so.
    """
    homes = list(_homes(whole, "", False))
    wanted = _CALLED.get(key, key)
    kinds = [home.kind for home in homes if (home.key, home.path) == (wanted, path) and home.kind not in (None, kind)]
    if kinds and kind is not None:
        return f" It goes with kind = {' or '.join(map(repr, kinds))}, not {kind!r}.".replace("'", '"')
    if wanted not in {home.key for home in homes} and table:
        return ""
    if wanted not in {home.key for home in homes}:
        near = difflib.get_close_matches(wanted[:60], {home.key for home in homes}, n=1, cutoff=_NEAR)
        wanted = near[0] if near else ""
    places = list(dict.fromkeys(home.place for home in homes if home.key == wanted))[:_MOST_HOMES]
    if not places:
        return ""
    if any((home.key, home.path) == (wanted, path) for home in homes):
        return f" Did you mean {wanted!r}?"
    where = " or ".join(places)
    return f" It belongs {where}." if wanted == key else f" Did you mean {wanted!r}, {where}?"


def did_you_mean_path(key: str, whole: type[BaseModel], roots: Collection[str]) -> str:
    """Return ``" Did you mean 'model.padding'?"`` for the key of this name in some tables, or an empty string.

    Args:
        key: the key, or one that is spelled nearly so.
        whole: the table of the whole file.
        roots: tables of the file that are looked into.
    """
    paths = {home.key: f"{home.path}.{home.key}" for home in _homes(whole, "", False)
             if not home.entry and home.path.partition(".")[0] in roots}  # fmt: skip
    wanted = _CALLED.get(key, key)
    near = [wanted] if wanted in paths else difflib.get_close_matches(wanted[:60], paths, n=1, cutoff=_NEAR)
    return f" Did you mean {paths[near[0]]!r}?" if near else ""


def _homes(table: type[BaseModel], path: str, entry: bool) -> Iterator[Home]:
    for key, field in fields_of(table).items():
        within = tables_of(field.annotation)
        yield Home(key, path, entry, tag_of(table), bool(within))
        inner = f"{path}.{key}" if path else key
        listed, named = _shape(field.annotation)
        for each in within:
            yield from _homes(each, f"{inner}.NAME" if named else inner, listed)


def _shape(annotation: Any) -> tuple[bool, bool]:
    """Whether the tables that an annotation mentions are entries of a list, and whether a user names them."""
    origins = {get_origin(annotation), *(get_origin(argument) for argument in get_args(annotation))}
    return tuple in origins, dict in origins
