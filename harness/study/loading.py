"""From a TOML file to a study."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.errors import StudyError, UsageError, did_you_mean
from harness.study.checks import build_study
from harness.study.study import Study


def load_study(path: str | Path, overrides: Sequence[str] = (), name: str | None = None) -> Study:
    """Read a study file.

    Args:
        path: the TOML file; its stem is the study's name.
        overrides: settings as ``"train.max_steps=100"``, applied on top of the file; ``"train.max_epochs="`` removes
            a key.
        name: another name than the stem.

    Raises:
        StudyError: if the file cannot be read or does not describe a study that can be carried out. The message has
            one line for each problem, each with the file, the key, the rule, the value and the fix.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = did_you_mean(str(path), [str(other) for other in path.parent.glob("*.toml")])
        raise StudyError(f"{path}: no such file.{near or ' `harness list` shows the studies there are.'}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not valid TOML: {error}") from None
    for override in overrides:
        _apply(given, override)
        text += f"\n# --set {override}"
    fix = "Choose another." if name else "Rename the file."
    name = name or path.stem
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise StudyError(f"{path}: the name {name!r} must be letters, digits, '.', '_' and '-'. {fix}")
    try:
        return build_study(given, name=name, source=path, text=text)
    except StudyError as error:
        lines = "\n".join(f"{path}: {line}" for line in str(error).splitlines())
        raise type(error)(lines) from None


def _apply(given: dict[str, Any], override: str) -> None:
    """Set, or remove, one key. The key is TOML's: parts with dots in them go in quotes."""
    key, separator, value = override.partition("=")
    try:
        parts = list(_parts(tomllib.loads(f"{key} = 0"))) if separator else []
    except tomllib.TOMLDecodeError:
        parts = []
    if not parts:
        raise UsageError(f"--set needs KEY=VALUE, got {override!r}. E.g. --set train.max_epochs=2")
    *parents, last = parts
    table: Any = given
    for part in parents:
        table = table.setdefault(part, {}) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        raise UsageError(f"--set {key}: {'.'.join(parents)} is not a table. Set the whole list instead.")
    if not value.strip():
        table.pop(last, None)
        return
    try:
        table[last] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        table[last] = value.strip()


def _parts(tables: dict[str, Any]) -> Iterator[str]:
    """Yield the parts of the one key that a line of TOML set."""
    for part, inner in tables.items():
        yield part
        if isinstance(inner, dict):
            yield from _parts(inner)
