"""Options and arguments that several commands share."""

from __future__ import annotations

import gc
import importlib.util
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.project import change_folder, default_folder, project_folder, reports_folder, studies_folder
from harness.errors import UsageError, did_you_mean, not_found, show_value

if TYPE_CHECKING:
    from harness.store import Store


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
        if _ADDRESS.match(text):
            self.fail("is an address, and must be a place on this machine. Download it first.", param, ctx)
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


_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
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
        if not is_address(text) and not _ADDRESS.match(text):
            super().convert(value, param, ctx)
        return text


def _open(context: click.Context, parameter: click.Parameter, where: str | None) -> Store:
    _ = parameter
    from harness.store import default_store, open_store

    store = open_store(where or default_store() or str(default_folder()))
    from harness.surroundings import said_before

    if where is None and not context.resilient_parsing and (ignored := said_before("MLFLOW_TRACKING_URI")):
        click.echo(
            f"MLFLOW_TRACKING_URI={ignored} is not used: this is the store {store.place}. --store, or "
            "store in harness.toml, names another.",
            err=True,
        )
    return store


def _reports(context: click.Context, parameter: click.Parameter, where: Path | None) -> Path:
    _ = context, parameter
    return where or reports_folder()


def _images(context: click.Context, parameter: click.Parameter, where: Path | None) -> Path | None:
    """Return where to look for images: below a project's folder, paths in its studies are relative to that."""
    _ = context, parameter
    project = project_folder()
    return where if where is not None or project == Path() else project


store_option: Decorator = click.option(
    "--store", type=StoreType(), envvar="HARNESS_STORE", show_envvar=True, callback=_open,
    help="Where studies are recorded: a folder, or a profile in harness.toml.  [default: store in harness.toml, else "
    "mlruns]",
)  # fmt: skip
reports_option: Decorator = click.option(
    "--reports", type=PathType(file_okay=False), callback=_reports, help="Folder of the reports.  [default: reports]"
)  # fmt: skip
data_option: Decorator = click.option(
    "--data-dir", type=PathType(file_okay=False), envvar="HARNESS_DATA_DIR", show_envvar=True, callback=_images,
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
    studies = studies_folder()
    for path in (Path(text), studies / f"{text}.toml"):
        try:
            if path.is_file():
                return path
        except OSError as error:  # a name that is too long, a folder that may not be looked into
            raise UsageError(f"{path}: is no study file: {error.strerror}.") from None
    if (said := not_found(text)) != "not found":
        raise UsageError(f"{text}: {said}.")
    names = [path.stem for path in studies.glob("*.toml")]
    near = did_you_mean(Path(text).stem, names) or " `harness list` shows the studies there are."
    if not names:
        near = f" There is no study in {studies}/, here or in a folder above. {change_folder()}"
    tried = "" if text.endswith(".toml") else f", and no {studies / text}.toml"
    kind = "no study file" if Path(text).exists() else "no such study file"
    raise UsageError(f"{text}: {kind}{tried}.{near}")
