"""Every import in harness/ is one that the table in docs/architecture.md allows; there is no other copy of the rule.

Imports inside functions count like those at the top. Modules named in strings count too where a file uses
``import_module``. What is imported under TYPE_CHECKING is never loaded; it may cross a border only as listed here.
"""

from __future__ import annotations

import ast
import graphlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path("harness")
PAGE = Path("docs/architecture.md")

HEAVY = {
    "mlflow": {"store"},
    "optuna": {"objective", "plan", "findings", "store"},
    "tensorflow": {"engines"},
    "jax": {"engines"},
    "ray": {"launchers"},
    "keras": {"network", "engines", "callbacks", "worker", "insight", "trained"},
}
"""Library -> rooms that the design allows it in, whatever the table says."""

ONLY_IN_ANNOTATIONS = {
    "driver": {"mlflow", "optuna", "pandas"},
    "results": {"pandas"},
    "gallery": {"keras", "matplotlib"},
}
"""Room -> what it imports under TYPE_CHECKING although the table does not have it."""


class Import(NamedTuple):
    room: str
    target: str  # a room or a library
    typing_only: bool
    place: str


class Rule(NamedTuple):
    rooms: set[str]
    libraries: set[str]


def room_of(module: str) -> str:
    """``harness.study.loading`` is in the room ``study``, ``harness`` itself in the room ``harness``."""
    return [*module.split("."), "harness"][1]


def is_module(name: str) -> bool:
    path = Path(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def nodes(tree: ast.AST, typing_only: bool = False):
    """Yield every node and whether it is under TYPE_CHECKING."""
    for child in ast.iter_child_nodes(tree):
        yield child, typing_only
        if is_type_checking(child):
            for part in child.body:
                yield part, True
                yield from nodes(part, True)
            for part in child.orelse:
                yield part, typing_only
                yield from nodes(part, typing_only)
        else:
            yield from nodes(child, typing_only)


def modules_named(node: ast.AST, package: str, dynamic: bool) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            return [f"{module}.{alias.name}" for alias in node.names] if module == "harness" else [module]
        case ast.Constant(value=str(text)) if dynamic and text.startswith("harness.") and is_module(text):
            return [text]
    return []


def imports_of(source: str, module: str, package: str) -> list[Import]:
    tree = ast.parse(source)
    room, found = room_of(module), []
    for node, typing_only in nodes(tree):
        for name in modules_named(node, package, dynamic="import_module" in source):
            top = name.split(".")[0]
            target = room_of(name) if top == "harness" else top
            if target != room and top not in sys.stdlib_module_names:
                found.append(Import(room, target, typing_only, f"{module}, line {node.lineno}"))
    return found


def all_imports() -> list[Import]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.with_suffix("").parts
        package = ".".join(parts[:-1])
        module = package if parts[-1] == "__init__" else ".".join(parts)
        found += imports_of(path.read_text(encoding="utf-8"), module, package)
    return found


def read_table() -> dict[str, Rule]:
    section = PAGE.read_text(encoding="utf-8").partition("\n## Rooms\n")[2].partition("\n## ")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    names = [[set(re.findall(r"`([\w-]+)`", cell)) for cell in row] for row in rows]
    assert all(len(row) == 4 for row in names), "the table has four columns: room, owns, may import, libraries"
    return {next(iter(room)): Rule(rooms, libraries) for room, _, rooms, libraries in names}


TABLE = read_table()
IMPORTS = all_imports()


def test_every_room_has_a_row_and_every_row_a_room():
    there = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert set(TABLE) == there | {"harness"}
    assert set.union(*(rule.rooms for rule in TABLE.values())) <= there


@pytest.mark.parametrize("room", TABLE)
def test_a_room_imports_what_its_row_allows_and_no_more(room):
    rule = TABLE[room]
    wrong = [f"{i.target} ({i.place})" for i in IMPORTS if i.room == room and not i.typing_only
             and i.target not in rule.rooms | rule.libraries]  # fmt: skip
    assert not wrong, f"docs/architecture.md does not allow {room} to import {', '.join(wrong)}"


@pytest.mark.parametrize("room", TABLE)
def test_imports_for_annotations_stay_within_the_table_or_the_list_above(room):
    rule = TABLE[room]
    allowed = rule.rooms | rule.libraries | ONLY_IN_ANNOTATIONS.get(room, set())
    assert {i.target for i in IMPORTS if i.room == room and i.typing_only} <= allowed


@pytest.mark.parametrize("library", HEAVY)
def test_heavy_libraries_are_kept_in_few_rooms(library):
    assert {i.room for i in IMPORTS if i.target == library and not i.typing_only} <= HEAVY[library]
    assert {room for room, rule in TABLE.items() if library in rule.libraries} <= HEAVY[library]


def test_rooms_depend_on_each_other_in_one_direction():
    graph = {room: {i.target for i in IMPORTS if i.room == room and not i.typing_only} for room in TABLE}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the rooms


def test_the_walk_sees_every_way_to_import():
    source = """
import keras.layers
from harness import store
from harness.plan.storage import open_study
from . import base
from ..records import Job
if TYPE_CHECKING:
    import optuna
else:
    import jax
def late():
    with something:
        import mlflow
importlib.import_module("harness.stats")
"""
    found = imports_of(source, "harness.launchers.local", "harness.launchers")
    assert [(i.target, i.typing_only) for i in found] == [
        ("keras", False),
        ("store", False),
        ("plan", False),
        ("records", False),
        ("optuna", True),
        ("jax", False),
        ("mlflow", False),
        ("stats", False),
    ]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["run", "--help"], ["ui", "--help"], ["validate"], ["schema"], ["list"]]
)
def test_quick_commands_import_nothing_heavy(arguments, tmp_path):
    if arguments == ["list"]:
        arguments = ["list", "--store", str(tmp_path)]
    code = f"""
import sys
sys.argv = ["harness", *{arguments!r}]
from harness.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("loaded:", *sorted({{"keras", "tensorflow", "mlflow", "optuna", "pandas"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]


def test_importing_the_package_imports_no_library():
    code = "import sys; before = set(sys.modules); import harness; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded - set(sys.stdlib_module_names) == {"harness"}


@pytest.mark.parametrize(
    "first", ["harness.network", "harness.callbacks", "harness.engines", "harness.worker", "harness.launchers"]
)
def test_onednn_is_on_when_tensorflow_is_imported_whatever_comes_first(first):
    code = f"""
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "tensorflow":
            print("oneDNN:", os.environ.get("TF_ENABLE_ONEDNN_OPTS"))
            raise SystemExit
sys.meta_path.insert(0, Watch())
import {first}
from harness.worker import import_libraries
import_libraries()
"""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("TF_ENABLE_ONEDNN_OPTS", "KERAS_BACKEND")
    }
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    assert done.stdout.split() == ["oneDNN:", "1" if os.uname().machine == "x86_64" else "None"]


def test_files_named_in_how_to_add_are_there():
    section = PAGE.read_text(encoding="utf-8").partition("\n## How to add\n")[2].partition("\n## ")[0]
    named = {
        name
        for line in section.splitlines()
        if line.startswith("| ")
        for name in re.findall(r"`([\w/.]+/[\w.]*)`", line)
    }
    assert {"harness/metrics/rows.py", "tests/store/contract.py"} <= named
    assert [name for name in sorted(named) if not Path(name).exists()] == []
