"""Modules import each other in one direction, and stay of a size that is read in some minutes."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path("harness")
MOST_LINES = 250
MOST_MODULES = 15
LISTS = ("cli",)
"""Folders that list what there is, a module each, and may be as long as that is: commands."""

ROOMS = sorted(path.name for path in PACKAGE.iterdir() if not path.name.startswith("_"))


def name_of(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py")}


def imports(source: str, modules: frozenset[str]) -> Iterator[str]:
    """Yield the modules that a source names, wherever it does: in functions and for annotations, too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from names & modules or {node.module}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of a circle, nothing if there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_one_that_leads_back_to_it():
    modules = frozenset(MODULES)
    graph = {
        name: set(imports(path.read_text(encoding="utf-8"), modules)) & modules - {name}
        for name, path in MODULES.items()
    }
    assert circle(graph) == []


def test_circles_are_seen_wherever_the_import_stands():
    modules = frozenset({"a", "b", "b.c"})
    late = "def f():\n    from b import c\nif TYPE_CHECKING:\n    import a\n"
    assert set(imports(late, modules)) == {"b.c", "a"}
    assert set(imports("from b import name", modules)) == {"b"}
    assert set(circle({"a": {"b"}, "b": {"a"}, "c": set()})) == {"a", "b"}
    assert circle({"a": {"b"}, "b": set()}) == []


@pytest.mark.parametrize("room", ROOMS)
def test_modules_are_short_and_folders_are_small(room):
    place = PACKAGE / room
    files = list(place.rglob("*.py")) if place.is_dir() else [place]
    assert files
    long = {str(path): lines for path in files if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES}
    assert long == {}
    counts: dict[Path, int] = {}
    for path in files if place.is_dir() and room not in LISTS else []:
        counts[path.parent] = counts.get(path.parent, 0) + (path.name != "__init__.py")
    assert {str(folder): count for folder, count in counts.items() if count > MOST_MODULES} == {}


@pytest.mark.parametrize("path", [path for path in MODULES.values() if "__all__" in path.read_text(encoding="utf-8")])
def test_what_is_offered_is_there(path):
    """A name in `__all__` that nothing binds breaks `from harness.stats import *`, and no linter says so here."""
    source = path.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "__all__"
            and isinstance(node.value, ast.List)
        ):
            elsewhere = re.findall(r"\w+", source.replace(ast.get_source_segment(source, node.value), ""))
            assert [name for name in ast.literal_eval(node.value) if name not in elsewhere] == []
