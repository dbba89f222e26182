"""`harness ui`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click

from harness.cli.options import store_option
from harness.errors import UsageError


@click.command("ui", epilog="Example: harness ui --port 5001")
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@store_option
def ui_command(port: int, host: str, store: Path) -> None:
    """Browse all runs in the MLflow UI, on this machine. Ctrl-C ends it."""
    from harness.tracking.store import DATABASE, check_store, store_uri

    if not (store / DATABASE).exists():
        raise UsageError(f"{store / DATABASE}: no such store. `harness run` makes one; --store names another folder.")
    check_store(store)
    _require_free(host, port)
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # job workers: 13 processes and 2 GB that nothing here needs
    }
    command = [
        sys.executable, "-m", "mlflow", "server",
        "--backend-store-uri", store_uri(store),
        "--default-artifact-root", (store / "artifacts").resolve().as_uri(),
        "--host", host, "--port", str(port), "--workers", "1",
        "--uvicorn-opts", "--log-level warning",
    ]  # fmt: skip
    click.echo(f"MLflow UI: http://{host}:{port}  (Ctrl-C ends it)")
    with subprocess.Popen(command, env=environment) as server:
        try:
            code = server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            return
    raise click.exceptions.Exit(1 if code else 0)


def _require_free(host: str, port: int) -> None:
    """Check the port first: MLflow's server reports one in use with a traceback and exit code 0."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise UsageError(f"--host {host} --port {port} cannot be used: {error.strerror}. Try --port 5001.") from None
