"""What only one room may know, whatever its imports: the walls that docs/architecture.md draws."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path("harness")

DESIGNS = {"Factorial", "OneAtATime", "Factored", "Grid", "Listed", "Screening", "Search", "Adaptive", "Design"}
"""Classes of designs. Each answers what others ask; nobody else asks which one it is."""

KNOWN_ONLY_IN = {
    "sqlite3": "store",
    "sqlalchemy": "store",
    "mlflow": "store",
}
"""Library -> the room that knows of it; the standard library's among them."""

NAMES_ONLY_IN = {
    r"\b(mlflow|optuna)\.db\b": "store",
    r"\bsqlite:///": "store",
    r"\bval/accuracy\b": "metrics",
}
"""Pattern of names in code and docstrings -> the room that may say them."""


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    """Yield room, file and tree of every module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        yield room, path, ast.parse(path.read_text(encoding="utf-8"))


def names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def questions_of_class(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "type"):
            yield node


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_only_the_study_asks_which_design_it_is():
    asked = [f"{path}:{call.lineno}" for room, path, tree in modules() if room != "study"
             for call in questions_of_class(tree) if names_in(call) & DESIGNS]  # fmt: skip
    assert asked == []


@pytest.mark.parametrize("library", KNOWN_ONLY_IN)
def test_what_a_store_is_made_of_is_known_there_alone(library):
    rooms = {room for room, _, tree in modules() if library in imported(tree)}
    assert rooms == {KNOWN_ONLY_IN[library]}


@pytest.mark.parametrize("pattern", NAMES_ONLY_IN)
def test_names_are_said_in_one_room(pattern):
    rooms = {room for room, path, _ in modules() if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert rooms <= {NAMES_ONLY_IN[pattern]}


def test_the_driver_knows_no_process_and_no_folder_of_a_worker():
    words = r"subprocess|\bPopen\b|\bpid\b|staging|local_worker|launchers\.(local|process|here|serving)"
    said = [str(path) for room, path, _ in modules() if room == "driver"
            if re.search(words, path.read_text(encoding="utf-8"))]  # fmt: skip
    assert said == []


def test_pages_know_nothing_of_studies():
    from tests.test_architecture import TABLE

    assert TABLE["pages"].rooms.isdisjoint({"study", "store", "records", "judging", "plan", "driver"})


def test_a_unit_is_asked_and_not_compared_by_name():
    """How a metric is shown or compared is said in its row and that of its unit."""
    compared = [
        f"{path}:{node.lineno}"
        for room, path, tree in modules()
        if room != "metrics"
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and any(isinstance(way, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)) for way in node.ops)
        and re.search(r"\.unit(\.name)?$", ast.unparse(node.left))
    ]
    assert compared == []


def test_only_rooms_that_train_or_build_networks_execute_code_of_the_users():
    rooms = {room for room, _, tree in modules() for node in ast.walk(tree)
             if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness.usercode")}  # fmt: skip
    assert rooms <= {"network", "worker", "callbacks"}
    called = [(room, node.func.id) for room, _, tree in modules() for node in ast.walk(tree)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]  # fmt: skip
    assert {room for room, name in called if name in ("exec", "eval")} == {"usercode"}
