"""What a function or class of the user's takes, from the syntax tree of its file: nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.errors import StudyError, did_you_mean
from harness.study.code.references import CodeName, parse, text_of


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        name: its name.
        annotation: of its type; None without one.
        default: its default; None without one.
        line: where it stands.
    """

    name: str
    annotation: ast.expr | None
    default: ast.expr | None
    line: int


@dataclass(frozen=True)
class Definition:
    """A function or class of the user's.

    Attributes:
        reference: its file and name.
        kind: what it is.
        parameters: all that it takes by name, in order; of a class those of its ``__init__`` but ``self``.
        line: where it begins.
    """

    reference: CodeName
    kind: Literal["function", "class"]
    parameters: tuple[Parameter, ...]
    line: int

    @property
    def place(self) -> str:
        """Where it is, for messages: ``networks.py:resnet, line 12``."""
        return f"{self.reference}, line {self.line}"

    def require(self, names: tuple[str, ...]) -> None:
        """Check that it takes parameters of these names, which harness gives.

        Raises:
            StudyError: if it does not.
        """
        known = [parameter.name for parameter in self.parameters]
        for name in names:
            if name not in known:
                got = f"got ({', '.join(known)}).{did_you_mean(name, known)}"
                raise StudyError(f"{self.place}: must take {' and '.join(names)}, {got}")


def find_definition(code: Mapping[str, str], reference: CodeName) -> Definition:
    """Return the function or class that a reference names.

    Args:
        code: file -> text.
        reference: file and name.

    Raises:
        StudyError: if the file has no such function or class, or it takes what cannot be given by name.
    """
    return _find(text_of(code, reference), reference)


def _find(text: str, reference: CodeName) -> Definition:
    tree = parse(reference.file, text)
    there = {
        node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    node = there.get(reference.name)
    if node is None:
        near = did_you_mean(reference.name, there) or (f" It has {', '.join(there)}." if there else "")
        raise StudyError(
            f"{reference.file}: must define {reference.name!r} with `def` or `class`, not within another block.{near}"
        )
    if isinstance(node, ast.AsyncFunctionDef):
        raise StudyError(f"{reference}, line {node.lineno}: must be a plain function, got one that is `async`.")
    if isinstance(node, ast.FunctionDef):
        return Definition(reference, "function", _parameters(node, reference, 0), node.lineno)
    first = next((part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"), None)
    return Definition(reference, "class", _parameters(first, reference, 1) if first else (), node.lineno)


def _parameters(node: ast.FunctionDef, reference: CodeName, skipped: int) -> tuple[Parameter, ...]:
    given = node.args
    place = f"{reference}, line {node.lineno}"
    if given.vararg or given.kwarg:
        star = f"*{given.vararg.arg}" if given.vararg else f"**{given.kwarg.arg}"  # type: ignore[union-attr]
        raise StudyError(
            f"{place}: must have a parameter of its own for each setting, got {star}: settings are checked by name."
        )
    if len(given.posonlyargs) > skipped:
        raise StudyError(f"{place}: must take everything by name, got a '/' among its parameters. Remove it.")
    both = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [*[None] * (len(both) - len(given.defaults)), *given.defaults]
    pairs = [*zip(both, defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)][skipped:]
    return tuple(Parameter(one.arg, one.annotation, default, one.lineno) for one, default in pairs)
