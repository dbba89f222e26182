"""What of the environment would change what is done here, and what is done about it.

Results must not depend on a variable that was set for something else, on a configuration file in the home folder or on
a file that happens to lie in the working directory. The command line settles its own process once (:func:`settle`);
whoever starts a process gives it :func:`child_environment` and :data:`PYTHON_OPTIONS`; a library user's process is
changed for the length of a block alone (:func:`settled_mlflow`).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from harness.surroundings.rules import RULES, rule_of

PYTHON_OPTIONS = ("-P",)
"""Options of Python for every process that is started: the working directory is no place to import from."""

NEUTRAL_FOLDER = "/"
"""Working directory of servers: uvicorn and others put theirs before everything else that is imported."""


@dataclass(frozen=True)
class Influence:
    """Something that is set here and matters.

    Attributes:
        name: of the variable, or the file.
        value: what it says.
        done: "set to X instead", "not used", "kept".
        why: what it would change, or changes.
    """

    name: str
    value: str
    done: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}: {self.done}; {self.why}"


_OF_PROCESSES = ("PYTHON", "OMP_", "MKL_", "OPENBLAS_", "GOMP_", "KMP_", "TF_NUM_")
"""Beginnings of the variables that are set for the processes that are started, and not in this one: Python has read
its own, and the threads of this process are nobody's."""

_OF_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

_found: list[Influence] | None = None


def settle() -> None:
    """Set and remove variables of this process as :data:`RULES` say: for a command line, which owns its process.

    Before Keras, MLflow, TensorFlow or JAX is imported. :func:`influences` goes on to say what was there before.
    """
    global _found
    _found = influences()
    for name, value in changes(os.environ).items():
        if not name.startswith(_OF_PROCESSES):
            _put(os.environ, name, value)
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if sys.warnoptions:  # of PYTHONWARNINGS, which Python has read already
        warnings.simplefilter("ignore")


@contextlib.contextmanager
def settled_mlflow() -> Iterator[None]:
    """Settle MLflow's variables of this process for the length of a block, and put back what was there.

    For a process that belongs to somebody else: a notebook, a script.
    """
    before = {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}
    for name, value in changes(os.environ).items():
        if name.startswith("MLFLOW_"):
            _put(os.environ, name, value)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
            del os.environ[name]
        os.environ.update(before)


def child_environment(threads: int | None = None) -> dict[str, str]:
    """Return the environment for a process that is started.

    Args:
        threads: of compute libraries; None leaves it to them.
    """
    environment = dict(os.environ)
    for name, value in changes(os.environ).items():
        _put(environment, name, value)
    environment.setdefault("KERAS_BACKEND", "tensorflow")
    environment["PYTHONPATH"] = os.pathsep.join(child_path())
    if threads is not None:
        environment.update(dict.fromkeys(_OF_THREADS, str(threads)))
    return environment


def carried_environment(threads: int | None = None) -> dict[str, str]:
    """Return the variables for a process that somebody else starts, on another machine: those that matter, settled.

    Args:
        threads: of compute libraries; None leaves it to them.
    """
    environment = child_environment(threads)
    return {name: value for name, value in environment.items() if _carried(name)}


def settle_as(carried: Mapping[str, str]) -> None:
    """Make the variables of this process those that a driver elsewhere carries here: what it does not have is removed.

    Variables that speak of one machine are left alone. Before Keras, TensorFlow or JAX is imported.

    Args:
        carried: of :func:`carried_environment`, on the driver's machine.
    """
    for name in [name for name in os.environ if _carried(name) and name not in carried]:
        del os.environ[name]
    os.environ.update(carried)


def _carried(name: str) -> bool:
    rule = rule_of(name)
    return rule is not None and not rule.here


def child_path() -> list[str]:
    """Return where a process that is started imports from: where this one does, but for the working directory.

    That is left out, unless this very package was imported from there: then it comes last, so that a ``random.py``
    beside it hides nothing.
    """
    home = Path(__file__).resolve().parents[2]
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was deleted under this process
        here = None
    paths = [Path(path) if here is None else here / path for path in sys.path if path]
    kept = [str(path) for path in paths if path.is_absolute() and path.resolve() != here]
    return [*dict.fromkeys(kept), *([str(home)] if home == here else [])]


def changes(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Return variable -> what to set it to, or None to remove it, for an environment as it is."""
    found: dict[str, str | None] = {}
    for name in environment:
        rule = rule_of(name)
        if rule is not None and not rule.keep:
            found[name] = rule.value
    return {**found, **{rule.name: rule.value for rule in RULES if rule.value is not None}}


def influences(environment: Mapping[str, str] | None = None) -> list[Influence]:
    """Return what is set that would change what is done, or does, and what is done about it.

    Args:
        environment: the variables; by default this process's, as they were before :func:`settle`.
    """
    if environment is None and _found is not None:
        return list(_found)
    given = os.environ if environment is None else environment
    found = []
    for name, value in sorted(given.items()):
        rule = rule_of(name)
        if rule is None or value == rule.value or (name, value) in _OURS:
            continue
        done = "kept" if rule.keep else "not used" if rule.value is None else f"set to {rule.value} instead"
        secret = any(word in name for word in ("TOKEN", "PASSWORD", "SECRET"))
        shown = "..." if secret else re.sub(r"(?<=//).*@", "...@", value)  # an address may have a password
        found.append(Influence(name, shown, done, rule.why))
    return found + _keras_file(given)


def said_before(variable: str) -> str | None:
    """Return what a variable said that :func:`settle` removed or set, without a password; None if it said nothing."""
    return next((found.value for found in _found or () if found.name == variable), None)


_OURS = {("TF_ENABLE_ONEDNN_OPTS", "1")}
"""What this package sets itself, so that it is nothing to be told of."""


def _keras_file(environment: Mapping[str, str]) -> list[Influence]:
    """Return what a user's keras.json says that is not what Keras does by itself."""
    home = Path(environment.get("KERAS_HOME") or Path(environment.get("HOME", "~")) / ".keras")
    file = home.expanduser() / "keras.json"
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    usual = {"floatx": "float32", "epsilon": 1e-07, "backend": "tensorflow", "image_data_format": "channels_last"}
    other = {key: value for key, value in said.items() if usual.get(key) != value} if isinstance(said, dict) else {}
    if not other:
        return []
    text = ", ".join(f"{key}: {value}" for key, value in other.items())
    return [Influence(str(file), text, "not used", "KERAS_BACKEND says which backend; the rest is chosen here")]


def _put(environment: MutableMapping[str, str], name: str, value: str | None) -> None:
    if value is None:
        environment.pop(name, None)
    else:
        environment[name] = value
