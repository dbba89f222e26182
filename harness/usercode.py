"""The user's own code, executed: the only room that does so.

A study carries the texts of the files that it names (:mod:`harness.study.code`). Each text is executed once in a
process, as a module of its own: it may import what is installed, and nothing that lies beside its file. Only what
trains, predicts or looks into a network comes here; reading a study, a store or a report never does.
"""

from __future__ import annotations

import contextlib
import hashlib
import linecache
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from harness.errors import HarnessError, UserCodeError, printable
from harness.study.code import CodeName, text_of

_MODULES: dict[tuple[str, str], ModuleType] = {}
"""File and text -> the module that it became, kept for as long as the process lives: classes come from it."""

_LOCK = threading.RLock()


def load(code: Mapping[str, str], reference: CodeName | str) -> Any:
    """Return the function or class that a reference names, from the texts that a study or variant carries.

    Args:
        code: file -> text.
        reference: ``networks.py:resnet``.

    Raises:
        UserCodeError: if executing its file raises, or defines no such name.
        StudyError: if its text is not there.
    """
    reference = reference if isinstance(reference, CodeName) else CodeName.of(reference)
    module = load_module(reference.file, text_of(code, reference))
    if not hasattr(module, reference.name):
        raise UserCodeError(f"{reference.file}: has no {reference.name!r} once it has been executed.")
    return getattr(module, reference.name)


def load_module(file: str, text: str) -> ModuleType:
    """Return the module that a text becomes; it is executed at the first call with this file and text.

    Raises:
        UserCodeError: if it raises.
    """
    with _LOCK:
        if (file, text) not in _MODULES:
            name = f"usercode_{hashlib.sha256(f'{file} {text}'.encode()).hexdigest()[:16]}"
            module = ModuleType(name)
            module.__file__ = file
            sys.modules[name] = module  # dataclasses, Keras and pickle look classes up by the name of their module
            try:
                with calling(file, text, "its statements"), _without_working_directory():
                    exec(compile(text, file, "exec"), module.__dict__)  # noqa: S102  what this room is for
            except BaseException:
                del sys.modules[name]
                raise
            _MODULES[file, text] = module
        return _MODULES[file, text]


@contextlib.contextmanager
def calling(file: str, text: str, call: str) -> Iterator[None]:
    """Turn what the user's code raises in this block into one error.

    Its first line says which call of which file and line it was; below it stands the traceback from the first frame of
    that file on, with the lines of the text that was executed.

    Args:
        file: that the called function is from.
        text: of the file.
        call: for the message, e.g. ``resnet(image_shape=(28, 28, 1), classes=10, width=16)``.

    Raises:
        UserCodeError: in place of what was raised; errors of harness itself pass.
    """
    try:
        yield
    except HarnessError:
        raise
    except (Exception, SystemExit) as error:
        raise UserCodeError(_explained(file, text, call, error)) from error


def show_call(name: str, arguments: Mapping[str, Any]) -> str:
    """Return a call as it is written: ``resnet(image_shape=(28, 28, 1), classes=10)``."""
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def _explained(file: str, text: str, call: str, error: BaseException) -> str:
    own = _from_their_frame(error.__traceback__, file)
    line = None if own is None else own.tb_lineno
    if isinstance(error, SyntaxError) and error.filename == file:
        line = error.lineno
    where = file if line is None else f"{file}, line {line}"
    said = " ".join(printable(str(error)).split())
    first = f"{where}: {call} raised {type(error).__name__}{f': {said}' if said else ''}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        first += f". {error.name.split('.')[0]!r} must be installed; files beside this one are not carried along."
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    try:
        shown = "".join(traceback.format_exception(type(error), error, own, chain=False)).rstrip()
    finally:
        linecache.cache.pop(file, None)
    return f"{first}\n{shown}" if own is not None else first


def _from_their_frame(found: TracebackType | None, file: str) -> TracebackType | None:
    """Return the traceback from the first frame of a file on."""
    while found is not None and found.tb_frame.f_code.co_filename != file:
        found = found.tb_next
    return found


@contextlib.contextmanager
def _without_working_directory() -> Iterator[None]:
    """Leave the working directory out of where modules are looked for: on another machine it is another."""
    here = str(Path.cwd())
    kept = sys.path[:]
    sys.path[:] = [place for place in kept if place not in ("", ".", here)]
    try:
        yield
    finally:
        sys.path[:] = kept
