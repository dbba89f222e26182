"""A real PostgreSQL and a real MLflow server on it, for tests: started in a temporary folder, stopped, started again.

PostgreSQL refuses to run as root. Where root runs the tests, its programs run as another user.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

COMPOSE = Path(__file__).resolve().parents[1] / "compose.yaml"
"""What the guide starts; the MLflow server of tests is started by its command."""

PASSWORD = "not-to-be-seen"
USER = "keeper"
_PATIENCE = 120


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, which Debian keeps out of the path; None if there is none."""
    places = [Path(there).resolve().parent for there in [shutil.which("initdb")] if there]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _somebody() -> str | None:
    """Return whom PostgreSQL runs as: nobody else, unless this is root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class Postgres:
    """A database server of a test's own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.port = programs, folder, free_port()
        self._data, self.user = folder / "data", _somebody()
        self._server: subprocess.Popen[bytes] | None = None
        folder.chmod(0o755)
        (folder / "password").write_text(PASSWORD)
        if self.user:
            shutil.chown(folder, self.user)
            shutil.chown(folder / "password", self.user)
        self._run("initdb", "-D", self._data, "-U", USER, "-A", "scram-sha-256", "--pwfile", folder / "password",
                  "--no-sync", "-E", "UTF8", "--locale=C")  # fmt: skip
        self.start()

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run([self.programs / program, *map(str, arguments)], user=self.user, cwd=self.folder,
                              capture_output=True, text=True, timeout=_PATIENCE, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder,
                    "fsync": "off", "max_connections": 60}  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen([self.programs / "postgres", "-D", self._data, *options], user=self.user,
                                            cwd=self.folder, stdout=log, stderr=log)  # fmt: skip
        self.execute("postgres", "SELECT 1", patience=_PATIENCE)

    def stop(self) -> None:
        """Stop it as `systemctl restart` does: those who are connected are thrown out."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(_PATIENCE)
            self._server = None

    def url(self, database: str, password: str | None = PASSWORD) -> str:
        secret = f":{password}" if password else ""
        return f"postgresql+psycopg://{USER}{secret}@127.0.0.1:{self.port}/{database}"

    def execute(self, database: str, query: str, patience: float = 0) -> list[tuple]:
        """Run a query, waiting for the server to take it."""
        import psycopg

        end = time.monotonic() + patience
        while True:
            try:
                with psycopg.connect(self.url(database).replace("+psycopg", ""), autocommit=True) as connection:
                    cursor = connection.execute(query)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)


class Tracking:
    """An MLflow server whose artifacts go through it."""

    def __init__(self, backend: str, folder: Path) -> None:
        self.backend, self.folder, self.port = backend, folder, free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        said = yaml.safe_load(COMPOSE.read_text())["services"]["mlflow"]
        options = dict(zip(said["command"][::2], said["command"][1::2], strict=True))
        options |= {"--host": "127.0.0.1", "--port": str(self.port), "--workers": "1",
                    "--artifacts-destination": str(self.folder / "artifacts")}  # fmt: skip
        command = [sys.executable, *said["entrypoint"][1:], *(part for option in options.items() for part in option)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        environment |= {**said["environment"], "MLFLOW_BACKEND_STORE_URI": self.backend,
                        "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.folder,
                                            start_new_session=True)  # fmt: skip
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except OSError:
                assert self._server.poll() is None, (self.folder / "log").read_text()[-3000:]
                assert time.monotonic() < end, "the MLflow server does not answer"
                time.sleep(0.2)

    def stop(self) -> None:
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)  # its workers are processes of its own
            self._server.wait(_PATIENCE)
            self._server = None


class Lab:
    """Both servers, and the file that names them."""

    def __init__(self, postgres: Postgres, tracking: Tracking) -> None:
        self.postgres, self.tracking = postgres, tracking

    def wipe(self) -> None:
        """Make both as if they were new."""
        tables = [
            name
            for (name,) in self.postgres.execute(
                "mlflow",
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename != 'alembic_version'",
            )
        ]
        self.postgres.execute("mlflow", f"TRUNCATE {', '.join(tables)} CASCADE")
        self.postgres.execute("optuna", "DROP SCHEMA public CASCADE")
        self.postgres.execute("optuna", "CREATE SCHEMA public")

    def write_profile(self, folder: Path, **more: object) -> Path:
        """Write a harness.toml with the profile `lab`."""
        keys = {"tracking_uri": self.tracking.url, "storage": self.postgres.url("optuna"), **more}
        lines = [f"{key} = {value!r}".replace("'", '"') for key, value in keys.items() if value is not None]
        file = folder / "harness.toml"
        file.write_text("\n".join(["[stores.lab]", *lines]) + "\n")
        return file


@contextlib.contextmanager
def started_postgres() -> Iterator[Postgres]:
    """Start PostgreSQL for a block; skip the test where there is none."""
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    programs = binaries()
    if programs is None:
        pytest.skip("needs PostgreSQL's programs (Debian's package postgresql)")
    with tempfile.TemporaryDirectory(prefix="harness-postgres-") as folder:
        server = Postgres(programs, Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with started_postgres() as server:
        for name in ("mlflow", "optuna"):
            server.execute("postgres", f"CREATE DATABASE {name}")
        yield server


@pytest.fixture(scope="session")
def servers(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    tracking = Tracking(postgres.url("mlflow"), tmp_path_factory.mktemp("tracking"))
    try:
        yield Lab(postgres, tracking)
    finally:
        tracking.stop()


@pytest.fixture
def lab(servers: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Both servers, with nothing in them, and a profile for them in the working directory."""
    servers.wipe()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    servers.write_profile(tmp_path)
    return servers
