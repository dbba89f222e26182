"""The text of a function or class of the user's, as a study carries it: of its file, or of the cell that defines it."""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
import linecache
import symtable
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from harness.errors import StudyError, show_value
from harness.study import CodeName, read_code

_ALWAYS = frozenset({*vars(builtins), "__name__", "__file__", "__doc__"})


def code_of(thing: Callable[..., Any]) -> tuple[CodeName, str]:
    """Return how a study file would name a function or class, and the text of the file that it would name.

    What a module defines has the text of the module's file. Of what a notebook or a script defines, which cannot be
    imported, it is the definition and what it uses of its cell, or of the script: imports, functions, classes, and
    names of what is written out.

    Raises:
        StudyError: if it cannot be found, is no definition of its own, or does not stand alone.
    """
    name = getattr(thing, "__name__", "")
    whole = inspect.isfunction(thing) or inspect.isclass(thing)
    if not whole or name != thing.__qualname__ or not name.isidentifier():
        raise StudyError(
            f"{show_value(thing)}: must be a function or class that is defined with `def` or `class`, outside of any "
            "other, so that workers can define it again."
        )
    module = sys.modules.get(thing.__module__)
    file = getattr(module, "__file__", None)
    if file and thing.__module__ != "__main__" and file.endswith(".py"):
        reference = CodeName(Path(file).name, name)
        return reference, read_code({"model": {"build": str(reference)}}, Path(file).parent)[reference.file]
    reference = CodeName(f"{name}.py", name)
    return reference, standing_alone(_cell(thing, name), name)


def _cell(thing: Callable[..., Any], name: str) -> str:
    """Return the text of the cell or script that defines something."""
    codes = [getattr(part, "__code__", None) for part in (inspect.unwrap(thing), *vars(thing).values())]
    found = next((code for code in codes if isinstance(code, CodeType)), None)
    lines = linecache.getlines(found.co_filename) if found else []
    if not lines:
        raise StudyError(f"{name}: its source cannot be found. Define it in a file, or in a cell of a notebook.")
    return "".join(lines)


def standing_alone(text: str, name: str) -> str:
    """Return the part of a text that defines a name: its definition, and what that uses, in their order.

    Args:
        text: of a cell, or of a script.
        name: of a function or class that it defines.

    Raises:
        StudyError: naming what is missing, if it uses names that the text does not define.
    """
    tree, lines = ast.parse(text), text.splitlines()
    makers = {bound: statement for statement in tree.body for bound in _bound(statement)}
    if name not in makers:
        raise StudyError(f"{name}: its cell does not define it with `def` or `class`. Define it there.")
    taken: dict[ast.stmt, set[str]] = {}
    missing: dict[str, None] = {}
    waiting = [name]
    while waiting:
        statement = makers.get(wanted := waiting.pop())
        if statement is None:
            missing[wanted] = None
        elif statement in taken:
            taken[statement].add(wanted)
        else:
            taken[statement] = {wanted}
            waiting += [used for used in _used(_text(statement, lines)) if used not in _ALWAYS]
    if missing:
        names = f"{', '.join(map(repr, sorted(missing)))} {'is' if len(missing) == 1 else 'are'}"
        raise StudyError(
            f"{name}: must stand alone, for workers define it again: {names} not defined in its cell. Import and "
            "define there, or in it, all that it uses; what is worked out elsewhere is best a parameter."
        )
    future = [one for one in tree.body if isinstance(one, ast.ImportFrom) and one.module == "__future__"]
    kept = [_only(one, taken.get(one)) for one in tree.body if one in future or one in taken]
    return "\n\n\n".join(_text(one, lines) for one in kept) + "\n"


def _only(statement: ast.stmt, names: set[str] | None) -> ast.stmt:
    """Return a statement, of an import what is used of it: `import keras` of `import keras, harness`."""
    if names is None or not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return statement
    made = copy.copy(statement)
    made.names = [one for one in statement.names if (one.asname or one.name.split(".")[0]) in names]
    return made


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement defines, if it may be executed again elsewhere: it does nothing but define."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (one.asname or one.name.split(".")[0] for one in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        try:
            ast.literal_eval(statement.value)
        except (ValueError, TypeError):
            return
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _text(statement: ast.stmt, lines: list[str]) -> str:
    """Return the text of a statement, of a definition as it is written, with its decorators and comments."""
    if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return ast.unparse(statement)
    first = min([statement.lineno, *(one.lineno for one in statement.decorator_list)])
    return "\n".join(lines[first - 1 : statement.end_lineno])


def _used(text: str) -> set[str]:
    """Return the names that a statement takes from around it."""
    top = symtable.symtable(text, "<cell>", "exec")
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        used |= {one.get_name() for one in table.get_symbols() if one.is_global() and one.is_referenced()}
        tables += table.get_children()
    return used - own
