"""Signals end a command with exit code 130 and one line, wherever it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from harness.cli import signals

COMMAND = """
import os, signal, sys, time
import click
from harness.cli import cli, main
how = sys.argv.pop()

@cli.command("wait")
def wait():
    click.echo("waiting")
    sys.stdout.flush()
    if how == "swallowed":
        try:
            time.sleep(60)
        except BaseException:  # as some libraries have it, while they are imported
            pass
    elif how == "renamed":
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            raise ImportError("numpy failed to import")
    elif how == "destructor":
        class Slow:
            def __del__(self):
                time.sleep(60)
        Slow()
    else:
        time.sleep(60)

cli.get_command = lambda context, name: wait
cli.resolve_command = lambda context, args: ("wait", wait, args[1:])
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize("how", ["plain", "swallowed", "renamed", "destructor"])
def test_a_command_ends_with_one_line(number, how):
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "wait", how], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.05)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.strip()) == (130, "interrupted")


def test_what_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.listening():
            os.kill(os.getpid(), signal.SIGHUP)
            signals.check()
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert not signals.heard()
