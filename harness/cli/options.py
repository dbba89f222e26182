"""Options and arguments that several commands share."""

from __future__ import annotations

import gc
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.errors import UsageError, did_you_mean, show_value

if TYPE_CHECKING:
    from harness.store import Store

STUDIES = Path("studies")
DEFAULT_STORE = Path("mlruns")


def without_garbage_collection() -> None:
    """Switch Python's garbage collector off until the command ends: imports make no garbage, and take a tenth less."""
    gc.disable()
    click.get_current_context().call_on_close(gc.enable)


class PathType(click.Path):
    """A path on the command line: one that may be the name of something, and in one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; click's own error, with exit code 2, if it can be none."""
        text = os.fspath(value)
        name = max(text.split("/"), key=lambda part: len(os.fsencode(part)))
        if not text or "\n" in text or "\t" in text:
            self.fail(f"must be the name of a file or folder, in one line, got {show_value(text)}.", param, ctx)
        if len(os.fsencode(name)) > _LONGEST_NAME or len(os.fsencode(text)) > _LONGEST_PATH:
            self.fail(
                f"a name must have at most {_LONGEST_NAME} bytes, a path {_LONGEST_PATH:,}, got "
                f"{len(os.fsencode(name)):,} and {len(os.fsencode(text)):,}: {show_value(name)}.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


_LONGEST_NAME, _LONGEST_PATH = 255, 4095
"""Bytes that Linux and macOS allow."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class StoreType(PathType):
    """A store on the command line: a folder, or the name or the address of one on servers."""

    name = "store"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text as it is; click's own error, with exit code 2, if it can be no folder and is no address."""
        from harness.store import is_address

        text = os.fspath(value)
        if not is_address(text):
            super().convert(value, param, ctx)
        return text


def _open(context: click.Context, parameter: click.Parameter, where: str | None) -> Store:
    _ = parameter
    from harness.store import default_store, open_store

    store = open_store(where or default_store() or str(DEFAULT_STORE))
    from harness.surroundings import said_before

    if where is None and not context.resilient_parsing and (ignored := said_before("MLFLOW_TRACKING_URI")):
        click.echo(
            f"MLFLOW_TRACKING_URI={ignored} is not used: this is the store {store.place}. --store, or "
            "store in harness.toml, names another.",
            err=True,
        )
    return store


store_option: Decorator = click.option(
    "--store", type=StoreType(), envvar="HARNESS_STORE", show_envvar=True, callback=_open,
    help="Where studies are recorded: a folder, or a profile in harness.toml.  [default: store in harness.toml, else "
    "mlruns]",
)  # fmt: skip
reports_option: Decorator = click.option(
    "--reports", type=PathType(file_okay=False), default="reports", show_default=True,
    help="Folder of the reports.",
)  # fmt: skip
data_option: Decorator = click.option(
    "--data-dir", type=PathType(file_okay=False), envvar="HARNESS_DATA_DIR", show_envvar=True,
    help="Where to look first for image files.",
)  # fmt: skip
trust_option: Decorator = click.option(
    "--trust", is_flag=True, help="Execute the code of a network of somebody's own, which the store brings along."
)


def require_backend() -> str:
    """Return the Keras backend that is asked for, after a look whether it is there.

    Raises:
        UsageError: if it is one that is not supported, or not installed.
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend not in ("tensorflow", "jax"):
        raise UsageError(
            f"KERAS_BACKEND must be 'tensorflow' or 'jax', got {backend!r}. Unset it, or set it to one of these."
        )
    if importlib.util.find_spec(backend) is None:
        hint = "the extra `jax`" if backend == "jax" else "TensorFlow, or set KERAS_BACKEND=jax"
        raise UsageError(f"KERAS_BACKEND must name a library that is installed, got {backend!r}. Install {hint}.")
    return backend


def study_file(text: str) -> Path:
    """Return the study file that a path or a bare name means.

    Raises:
        UsageError: if there is none.
    """
    for path in (Path(text), STUDIES / f"{text}.toml"):
        try:
            if path.is_file():
                return path
        except OSError as error:  # a name that is too long, a folder that may not be looked into
            raise UsageError(f"{path}: is no study file: {error.strerror}.") from None
    names = [path.stem for path in STUDIES.glob("*.toml")]
    near = did_you_mean(Path(text).stem, names) or " `harness list` shows the studies there are."
    tried = "" if text.endswith(".toml") else f", and no {STUDIES / text}.toml"
    kind = "no study file" if Path(text).exists() else "no such study file"
    raise UsageError(f"{text}: {kind}{tried}.{near}")
