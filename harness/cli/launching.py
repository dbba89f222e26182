"""Options of `harness run` that say where workers are."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import PathType
from harness.errors import UsageError
from harness.study.syntax import show_line

if TYPE_CHECKING:
    from harness.launchers import About, Launch, Work

_MOST_HERE = 256
"""Workers of one machine, at most."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_OPTIONS = (
    click.option(
        "--launcher", type=click.Choice(["local", "ray"]), default="local", show_default=True,
        help="Where workers are: processes of this machine, or a Ray cluster (extra `ray`).",
    ),
    click.option(
        "--address", envvar="RAY_ADDRESS", show_envvar=True, metavar="HOST:PORT",
        help="Head of the Ray cluster; by default the one that runs on this machine.",
    ),
    click.option(
        "--gpus", type=click.FloatRange(0, 1), metavar="SHARE",
        help="GPU of each worker on Ray: 0, 1 or a fraction, which caps its memory; by default 1 if there are any.",
    ),
    click.option(
        "--runtime-env", type=PathType(exists=True, dir_okay=False),
        help="JSON file: Ray's runtime environment for workers, with packages to install, say.",
    ),
)  # fmt: skip


def launcher_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, in this order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def launch_of(
    launcher: str,
    address: str | None,
    gpus: float | None,
    runtime_env: Path | None,
    workers: int | None,
    patience: float,
) -> Launch:
    """Return what makes the launcher that the options name.

    Raises:
        UsageError: if they do not go together, or the file is no runtime environment.
    """
    if launcher == "local":
        _require_only_local(gpus, runtime_env, workers)
        from harness.launchers import LocalLauncher

        return functools.partial(LocalLauncher, patience=patience)
    from harness.launchers.ray import Cluster, RayLauncher

    cluster = Cluster(address or "auto", gpus, _read(runtime_env) if runtime_env else {})
    return functools.partial(RayLauncher, cluster=cluster, patience=patience)


def survey(launch: Launch, work: Work) -> About:
    """Return what a launcher would be: processes of this machine by the rule, a cluster by what it has room for."""
    from harness.launchers.ray import RayLauncher

    launcher = launch(work)
    return launcher.survey() if isinstance(launcher, RayLauncher) else launcher.about


def _require_only_local(gpus: float | None, runtime_env: Path | None, workers: int | None) -> None:
    context = click.get_current_context()
    asked = context.get_parameter_source("address") is click.core.ParameterSource.COMMANDLINE
    for option, given in (("--address", asked), ("--gpus", gpus is not None), ("--runtime-env", runtime_env)):
        if given:
            raise UsageError(
                f"{option} is about a Ray cluster, got it without --launcher ray. Add that, or leave it out."
            )
    if workers is not None and workers > _MOST_HERE:
        raise UsageError(
            f"--workers must be at most {_MOST_HERE} on one machine, got {workers}. Use fewer, or --launcher ray."
        )


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        found = json.loads(text)
    except json.JSONDecodeError as error:
        rule = f"{error.msg[:1].lower()}{error.msg[1:]}"
        shown = show_line(error.lineno, error.colno, [*text.split("\n"), ""][error.lineno - 1])
        raise UsageError(f"--runtime-env {file}: line {error.lineno} is not valid JSON: {rule}.\n{shown}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"--runtime-env {file}: cannot be read as JSON: {error}.") from None
    if not isinstance(found, dict):
        raise UsageError(
            f"--runtime-env {file}: must hold an object, as Ray's runtime environments are, got {found!r}."
        )
    return found
