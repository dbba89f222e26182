"""What Click says of a command line that cannot be, said as everything else is: place, rule, value, fix."""

from __future__ import annotations

import re
from typing import Any

import click

from harness.errors import HarnessError, UsageError, did_you_mean, show_value

_VALUE = re.compile(r"""(?:(?:File|Directory|Path) )?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+) (?:is|does) """)
"""How Click's messages on values begin: with the value, as Python writes it."""


def in_our_words(error: click.ClickException) -> HarnessError:
    """Return an error of Click's as one of ours.

    Args:
        error: what Click raised.
    """
    message = error.format_message()
    context = (error.ctx if isinstance(error, click.UsageError) else None) or click.get_current_context(silent=True)
    if isinstance(error, click.BadOptionUsage):
        said = f"{error.option_name} {'needs a value' if 'requires an argument' in message else 'takes no value'}."
        return UsageError(f"{context.command_path}: {said}" if context else said)
    if not isinstance(error, click.UsageError) or context is None:
        return UsageError(message)
    command, group, more = context.command_path, context.command, f"See {context.command_path} --help."
    match error:
        case click.MissingParameter(param=click.Parameter() as parameter):
            return UsageError(f"{command} needs {_name(parameter)}. {_example(context) or more}")
        case click.BadParameter(param=click.Parameter() as parameter):
            return UsageError(f"{_name(parameter)} {_rule(error.message, parameter.type)}")
        case click.NoSuchOption():
            known = [option for parameter in context.command.get_params(context) for option in parameter.opts]
            return UsageError(
                f"{command}: no such option {error.option_name}.{did_you_mean(error.option_name, known)} {more}"
            )
    if extra := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", message, re.DOTALL):
        return UsageError(f"{command}: takes no further argument, got {show_value(extra[1])}. {more}")
    if unknown := re.match(r"No such command '(.*?)'\.", message):
        near = did_you_mean(unknown[1], group.list_commands(context) if isinstance(group, click.Group) else [])
        return UsageError(f"{command}: no such command {show_value(unknown[1])}.{near} {more}")
    return UsageError(f"{command}: {message[:1].lower()}{message[1:]} {more}")


def _name(parameter: click.Parameter) -> str:
    """Return what a user calls a parameter: an option by its long name, an argument by its name in capitals."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    named = parameter.metavar or parameter.human_readable_name  # and not its choices, as `make_metavar` has it
    return named.strip("[]").removesuffix("...").removesuffix("]")


def _example(context: click.Context) -> str:
    epilog = context.command.epilog or ""
    return epilog.replace("Example:", "E.g.") if epilog.startswith("Example:") else ""


def _rule(message: str, kind: click.ParamType[Any]) -> str:
    """Return the rule that a value breaks, and the value; a message of our own has both."""
    found = _VALUE.match(message)
    got = found[1] if found else ""
    if isinstance(kind, click.Choice) and found:
        choices = [str(choice) for choice in kind.choices]
        return f"must be one of {', '.join(choices)}, got {got}.{did_you_mean(got.strip(chr(39)), choices)}"
    if found and (number := _number(kind)):
        return f"must be {number}, got {got.strip(chr(39)) if _is_number(got) else got}."
    if isinstance(kind, click.Path) and found and "does not exist" in message:
        return f"names {got}, which is not found."
    if isinstance(kind, click.Path) and found and " is a directory" in message:
        return f"must be a file, got the folder {got}."
    if isinstance(kind, click.Path) and found and " is a file" in message:
        return f"must be a folder, got the file {got}."
    return message


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(kind: click.ParamType[Any]) -> str:
    """Return which number a type takes, in words; empty if it takes none."""
    whole = isinstance(kind, (click.IntRange, click.types.IntParamType))
    if not whole and not isinstance(kind, (click.FloatRange, click.types.FloatParamType)):
        return ""
    said = "a whole number" if whole else "a number"
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    above = "above" if getattr(kind, "min_open", False) else "from" if high is not None else "of at least"
    said += "" if low is None else f" {above} {_written(low)}"
    return said if high is None else f"{said} {'and at most' if above == 'above' else 'to'} {_written(high)}"


def _written(bound: float) -> str:
    return f"{bound:,.0f}" if bound == round(bound) else f"{bound:g}"
