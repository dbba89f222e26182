"""A server of a library as a process of its own: its port, the moment when it answers, its end."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from harness.cli import keeper, signals
from harness.errors import RunError, UsageError
from harness.surroundings import NEUTRAL_FOLDER, PYTHON_OPTIONS, child_environment

if TYPE_CHECKING:
    from harness.store import Server

_PATIENCE = 180.0
"""Seconds that a server may take until it answers; on a busy machine their imports take a minute."""

_ALL = ("0.0.0.0", "::", "")  # noqa: S104  compared with, not bound to
"""Hosts that mean all addresses of this machine."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

host_option: _Decorator = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
open_option: _Decorator = click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")


def port_option(default: int) -> _Decorator:
    """Return the option ``--port``."""
    return click.option("--port", type=click.IntRange(1, 65535), default=default, show_default=True)


def serve(server: Server, host: str, port: int, open_browser: bool = False) -> None:
    """Run a server until it ends or is interrupted; say where it is as soon as it answers. One that runs is only told.

    Args:
        server: what it is, and what starts it, in a folder of its own.
        host: address that it listens on.
        port: port that it listens on.
        open_browser: also open its page in the browser.

    Raises:
        UsageError: if the port cannot be used.
        RunError: if it ends by itself, or does not answer.
    """
    if not server.arguments:
        click.echo(f"{server.title}: {server.page}  (runs there already: nothing is started)")
        if open_browser:
            click.launch(server.page)
        return
    _require_free(host, port)
    root = f"http://{_shown(host)}:{port}"
    click.echo(f"starting {server.title} ...", err=True)
    if not _is_this_machine(host):
        click.echo(
            f"note: everybody who can reach port {port} of this machine can read and change the store.", err=True
        )
    command = [sys.executable, *PYTHON_OPTIONS, *server.arguments, "--host", host, "--port", str(port)]
    with _running(command, {**child_environment(), **server.secrets}) as process:
        _await_answer(server.title, process, root)
        click.echo(f"{server.title}: {root}{server.page}  (Ctrl-C ends it)")
        if open_browser:
            click.launch(root + server.page)
        # not server.wait(): a signal just before it blocks, or taken by another thread, would not end it
        while process.poll() is None:
            time.sleep(0.2)
        raise RunError(f"{server.title} ended with exit code {process.returncode}; what it said stands above.")


@contextlib.contextmanager
def _running(command: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process and end it with the block, also on Ctrl-C, SIGTERM and SIGHUP, which end the block and no more.

    It ends with this process too, however that ends.
    """
    taken = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _interrupt) for number in taken}
    kept = [sys.executable, *PYTHON_OPTIONS, str(Path(keeper.__file__).resolve()), *command]
    try:
        # What it says goes to standard error, so that standard output is the address alone. It does not stand in the
        # working directory, which servers import from before all else. Its standard input ends when this process does.
        with subprocess.Popen(kept, env=environment, stdin=subprocess.PIPE, stdout=2, cwd=NEUTRAL_FOLDER) as server:
            try:
                yield server
            except KeyboardInterrupt:
                signals.forget()
            finally:
                server.terminate()
    except OSError as error:
        raise RunError(f"the server could not be started: {error.strerror or error}. Close something first.") from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise KeyboardInterrupt


def _await_answer(title: str, server: subprocess.Popen[bytes], root: str) -> None:
    # proxies of the environment are for other machines
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + _PATIENCE
    while server.poll() is None:
        try:
            with opener.open(root, timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            if time.monotonic() > end:
                raise RunError(f"{title} does not answer at {root} after {_PATIENCE:.0f} seconds.") from None
            time.sleep(0.2)
    raise RunError(f"{title} ended with exit code {server.returncode}; what it said stands above.")


def _is_this_machine(host: str) -> bool:
    """Whether only this machine reaches an address to listen on; of a name other than localhost that is not known."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    """Return the address to look at for one to listen on."""
    if host in _ALL:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _require_free(host: str, port: int) -> None:
    """Check the port first: MLflow's server reports one in use with a traceback and exit code 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return
    except OSError as error:
        why, other = str(error.strerror).partition(" (while")[0], port + 1 if port < 65535 else 5001
        raise UsageError(f"--host {host} --port {port} cannot be used: {why}. Try --port {other}.") from None
