"""The command line: commands, options, exit codes, how errors look. No logic.

Exit codes: 0 done, 1 failed, 2 wrong use or wrong input, 3 ended by a budget (`run`), 130 interrupted.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys

import click

from harness.cli import signals
from harness.cli.encoding import print_anything
from harness.errors import HarnessError, RunError, UsageError, did_you_mean, show_value
from harness.escaping import plain
from harness.surroundings import settle

_COMMANDS = {
    "new": "new",
    "run": "run",
    "validate": "studies",
    "list": "studies",
    "runs": "runs",
    "show": "results",
    "report": "results",
    "compare": "compare",
    "predict": "predict",
    "export": "export",
    "schema": "studies",
    "data": "data",
    "insight": "insight",
    "copy": "copy",
    "move": "copy",
    "rename": "keeping",
    "delete": "keeping",
    "ui": "ui",
    "dashboard": "ui",
    "tensorboard": "tensorboard",
    "doctor": "doctor",
    "completion": "completion",
}
"""Command -> module of this package: a command's module is imported when it is used."""


class _Commands(click.Group):
    """Loads commands on demand, and suggests the nearest one for a name that does not exist."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for arg in args:  # of every command: none has a use for them
            bad = next((each for each in arg if (each < " " and each not in "\n\t") or each == "\x7f"), None)
            if bad is not None:
                raise UsageError(f"arguments must not have control characters, got {show_value(arg)}.")
        return super().parse_args(ctx, args)

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
            raise UsageError(
                f"no such command {show_value(args[0])}.{did_you_mean(args[0], _COMMANDS)} See harness --help."
            )
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
    settle()  # before a command imports Keras or MLflow
    print_anything()
    colour = False if os.environ.get("NO_COLOR") else None  # rich looks at it too, click does not
    with signals.listening():
        code = _run(colour)
    sys.exit(code)


def _run(colour: bool | None) -> int:
    """Run the command line; say what went wrong, and return the exit code."""
    try:
        code = cli.main(prog_name="harness", standalone_mode=False, color=colour)
        signals.check()
    except HarnessError as error:
        return _complain(error, colour)
    except click.exceptions.Exit as leaving:
        return int(leaving.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        from harness.cli.usage import in_our_words

        return _complain(in_our_words(error), colour)
    except (KeyboardInterrupt, click.Abort):
        return _say_interrupted()
    except BrokenPipeError:  # `harness list | head`
        sys.stderr.close()
        return 0
    except OSError as error:  # of the system: no permission, a name that is too long, a full disk
        return _complain(_in_words(error), colour)
    except Exception:
        if signals.heard():  # a library, cut off in the middle, may call that something else: an import that failed
            return _say_interrupted()
        raise
    return code if isinstance(code, int) else 0


def _say_interrupted() -> int:
    with contextlib.suppress(OSError):  # the terminal may be gone
        click.echo("interrupted", err=True)
    return 130


def _complain(error: HarnessError, colour: bool | None) -> int:
    """Print an error; return the exit code."""
    for line in plain(str(error)).splitlines():
        shown = line.startswith("  ")  # of a file, below what is wrong with it
        start = " " * len("error:") if shown else click.style("error:", fg="red", bold=True)
        click.echo(f"{start} {line}", err=True, color=colour)
    return error.exit_code


def _in_words(error: OSError) -> HarnessError:
    """Return what the system said as an error for the user; a name that cannot be is wrong use."""
    place = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, (str, bytes)) else ""
    kind = UsageError if error.errno == errno.ENAMETOOLONG else RunError
    return kind(f"{place}{error.strerror or error}.")
