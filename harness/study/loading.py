"""From a TOML file to a study."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.errors import StudyError, UsageError, did_you_mean, show_value
from harness.study.building import build_study
from harness.study.code import read_code
from harness.study.study import Study
from harness.study.syntax import has_long_key, parse_toml
from harness.study.texts import read_text


def load_study(path: str | Path, overrides: Sequence[str] = (), name: str | None = None) -> Study:
    """Read a study file, and the files of the user's code that it names; nothing of these is executed.

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
    text = _read(path)
    given = parse_toml(text, str(path), StudyError)
    text = _override(given, text, overrides)
    fix = "Choose another." if name else "Rename the file."
    name = name or path.stem
    require_name(name, str(path), fix)
    try:
        return build_study(given, name=name, source=path, text=text, code=read_code(given, path.parent))
    except StudyError as error:
        raise type(error)(_placed(path, error)) from None


def change_study(study: Study, overrides: Sequence[str] = (), name: str | None = None) -> Study:
    """Return a study with some settings changed, as :func:`load_study` would from its file; no file is read.

    Args:
        study: the study, as it was recorded, say.
        overrides: as in :func:`load_study`.
        name: another name.

    Raises:
        StudyError: if what comes out is no study that can be carried out.
    """
    if not overrides and name in (None, study.name):
        return study
    given = copy.deepcopy(study.given)
    text, name = _override(given, study.text, overrides), name or study.name
    require_name(name, "--name", "Choose another.")
    try:
        return build_study(given, name=name, source=study.source, text=text, code=study.code)
    except StudyError as error:
        raise type(error)(_placed(study.name, error)) from None


def require_name(name: str, place: str, fix: str) -> None:
    """Check that a study may have a name.

    Args:
        name: the name.
        place: where it is given, for the message.
        fix: what to do about it.

    Raises:
        StudyError: if it may not.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise StudyError(
            f"{place}: the name {show_value(name)} must be letters, digits, '.', '_' and '-', 100 at most, the "
            f"first a letter or digit. {fix}"
        )


def _placed(place: object, error: StudyError) -> str:
    """Return a message with its place before each line, but for lines of a file that are shown."""
    return "\n".join(line if line.startswith(" ") else f"{place}: {line}" for line in str(error).splitlines())


def _override(given: dict[str, Any], text: str, overrides: Sequence[str]) -> str:
    """Apply overrides to tables; return the text with what was done in comments at its end."""
    for override in overrides:
        _apply(given, override)
        text += "\n# --set " + override.replace("\n", "\n# ")
    return text


def _read(path: Path) -> str:
    def others() -> str:
        near = did_you_mean(str(path), [str(other) for other in path.parent.glob("*.toml")])
        return near or " `harness list` shows the studies there are."

    return read_text(path, others, " Is it a study file?")


def _apply(given: dict[str, Any], override: str) -> None:
    """Set, or remove, one key. The key is TOML's: parts with dots in them go in quotes."""
    key, separator, value = override.partition("=")
    parts = _parts(key) if separator else []
    if not parts:
        raise UsageError(f"--set needs KEY=VALUE, got {show_value(override)}. E.g. --set train.max_epochs=2")
    *parents, last = parts
    table: Any = given
    for part in parents:
        table = table.setdefault(part, {}) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        raise UsageError(f"--set {key}: {'.'.join(parents)} is not a table. Set the whole list instead.")
    if not value.strip():
        table.pop(last, None)
        return
    table[last] = _value(value, f"--set {key}")


def _parts(key: str) -> list[str]:
    """Return the parts of one TOML key, none if it is not one."""
    try:
        tables = {} if "\n" in key else parse_toml(f"{key} = 0", "--set", UsageError)
    except UsageError:
        return []
    parts = []
    while isinstance(tables, dict) and tables:
        (part,) = tables
        parts.append(part)
        tables = tables[part]
    return parts


def _value(text: str, place: str) -> Any:
    """Return a TOML value, or the text as it is where it is none, so that words need no quotes."""
    try:
        found = tomllib.loads(f"value = {text}") if not has_long_key(text) else {}
    except tomllib.TOMLDecodeError:
        return text.strip()
    except (RecursionError, ValueError):
        found = {}
    if list(found) != ["value"]:
        raise UsageError(f"{place} needs one TOML value or a word, got {show_value(text)}.")
    return found["value"]
