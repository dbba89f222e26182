"""The command line: commands, options, exit codes, how errors look. No logic.

Exit codes: 0 done, 1 failed, 2 wrong use or wrong input, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from harness.errors import HarnessError, UsageError, did_you_mean
from harness.escaping import plain

_COMMANDS = {
    "run": "run",
    "validate": "studies",
    "list": "studies",
    "show": "results",
    "report": "results",
    "compare": "compare",
    "predict": "predict",
    "export": "export",
    "schema": "studies",
    "data": "data",
    "insight": "insight",
    "ui": "ui",
    "dashboard": "ui",
    "doctor": "doctor",
    "completion": "completion",
}
"""Command -> module of this package: a command's module is imported when it is used."""


class _Commands(click.Group):
    """Loads commands on demand, and suggests the nearest one for a name that does not exist."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"harness.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            raise UsageError(f"no such command {args[0]!r}.{did_you_mean(args[0], _COMMANDS)} See harness --help.")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with: harness run studies/quickstart.toml",
)
@click.version_option(package_name="cnn-harness", prog_name="harness")
def cli() -> None:
    """Answer questions about image CNNs by experiment."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    colour = False if os.environ.get("NO_COLOR") else None  # rich looks at it too, click does not
    try:
        code = cli.main(prog_name="harness", standalone_mode=False, color=colour)
    except HarnessError as error:
        for line in plain(str(error)).splitlines():
            click.echo(f"{click.style('error:', fg='red', bold=True)} {line}", err=True, color=colour)
        code = error.exit_code
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        code = 130
    except BrokenPipeError:  # `harness list | head`
        sys.stderr.close()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
