"""`"networks.py:resnet"`: where a study names a function or a class of the user's, and the text of its file."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from harness.errors import StudyError, did_you_mean, show_value
from harness.study.syntax import show_line
from harness.study.texts import read_text

_MOST_FILES = 20
"""Of a study: each is kept with it, and read whenever the study is."""

_TABLES = ("model", "train", "metrics", "design")
"""Tables of a study file that may name code."""

_CODE_NAME = re.compile(r"(?P<file>[^:\n]*\.py):(?P<name>[^:\n]*)")


class CodeName(NamedTuple):
    """A function or class of the user's.

    Attributes:
        file: path relative to the study file, as the study has it: ``networks.py``.
        name: of the function or class: ``resnet``.
    """

    file: str
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.name}"

    @classmethod
    def of(cls, text: str) -> CodeName:
        """Return what a text such as ``networks.py:resnet`` names.

        Raises:
            ValueError: if it is none; the message is a rule with what was got and a fix.
        """
        found = _CODE_NAME.fullmatch(text)
        if found is None or not found["name"].isidentifier():
            raise ValueError(
                f'must be a file and a name in it, got {show_value(text)}. E.g. "networks.py:resnet", the function '
                "resnet of networks.py beside the study file."
            )
        path = PurePosixPath(found["file"])
        if path.is_absolute() or "\\" in found["file"] or str(path) != found["file"]:
            raise ValueError(
                f"must name its file by a path relative to the study file, got {show_value(text)}. "
                'E.g. "networks.py:resnet".'
            )
        return cls(found["file"], found["name"])


def references_in(tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of everything in the tables of a study that is meant to name code."""
    for name in _TABLES:
        if name in tables:
            yield from _references(tables[name], name)


def _references(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _references(inner, f'{place}."{key}"' if "." in key else f"{place}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _references(inner, f"{place}.{index}")
    elif isinstance(value, str) and _CODE_NAME.fullmatch(value):
        yield place, value


def files_named(tables: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files that the tables of a study name, each once, in their order."""
    return tuple(dict.fromkeys(_CODE_NAME.fullmatch(text)["file"] for _, text in references_in(tables)))  # type: ignore[index]


def read_code(tables: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Read the files that the tables of a study name: file -> text. Their texts are parsed, and not executed.

    Args:
        tables: of a study file.
        folder: of the study file, from where their paths lead.

    Raises:
        StudyError: with a line for each file that cannot be read, is no Python, or imports one beside it.
    """
    code: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for place, text in references_in(tables):
        try:
            file = CodeName.of(text).file
        except ValueError as error:
            wrong.setdefault(text, f"{place} {error}")
            continue
        if file in code or file in wrong:
            continue
        try:
            if len(code) >= _MOST_FILES:
                raise StudyError(f"the files of a study must be at most {_MOST_FILES}.")
            code[file] = _read(folder / file)
            _require_alone(file, code[file], (folder / file).parent)
        except StudyError as error:
            wrong[file] = f"{place}: {error}"
    if wrong:
        raise StudyError("\n".join(wrong.values()))
    return code


def text_of(code: Mapping[str, str], reference: CodeName) -> str:
    """Return the text of a reference's file.

    Raises:
        StudyError: if it was not read with the study.
    """
    if reference.file not in code:
        raise StudyError(f"{reference.file}: its text is not kept with the study. Run the study from its file.")
    return code[reference.file]


def digest_of(text: str) -> str:
    """Return the SHA-256 of a file's text, as variants and artifacts have it."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def parse(file: str, text: str) -> ast.Module:
    """Return the syntax tree of a file's text.

    Raises:
        StudyError: if it is no Python, with the line.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape that is none; whoever runs it is told
            return ast.parse(text, file)
    except SyntaxError as error:
        said = f"{file}, line {error.lineno}: is not valid Python: {error.msg}."
        if error.lineno and error.offset and (lines := text.splitlines()[error.lineno - 1 : error.lineno]):
            said += f"\n{show_line(error.lineno, max(1, error.offset), lines[0])}"
        raise StudyError(said) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise StudyError(f"{file}: is not valid Python: {error or 'it is nested too deeply'}.") from None


def _read(path: Path) -> str:
    def others() -> str:
        near = did_you_mean(path.name, [other.name for other in path.parent.glob("*.py")])
        return near or " Its path is relative to the study file."

    return read_text(path, others)


def _require_alone(file: str, text: str, folder: Path) -> None:
    """Refuse an import of what lies beside the file: only its own text is kept, and taken to the workers."""
    for node in ast.walk(parse(file, text)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "").split(".")[0]]
        for name in names:
            beside = (folder / f"{name}.py").is_file() or (folder / name).is_dir()
            if name.startswith(".") or (beside and not _is_installed(name, folder)):
                raise StudyError(
                    f"{file}, line {node.lineno}: must import only what is installed, got {name!r}, which lies beside "  # type: ignore[attr-defined]
                    "it: one file is kept with a study, and has all that it needs. Move what it takes from there into "
                    "it."
                )


def _is_installed(name: str, folder: Path) -> bool:
    """Whether a module can be imported from elsewhere than the folder; nothing is imported."""
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    if found is None:
        return False
    places = [found.origin] if found.origin else list(found.submodule_search_locations or ())
    return not all(Path(place).resolve().parent == folder.resolve() for place in places)
