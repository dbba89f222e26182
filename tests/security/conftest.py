"""A stranger's folder: a store, a report and pictures, made once and then changed in hostile ways, and a watch on us.

Commands run in this process. Python's audit events tell which files are opened, which processes are started, which
addresses are connected to, what is unpickled; snapshots tell what was changed.
"""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from harness.cli import main
from harness.driver import run_study
from harness.launchers import Death
from harness.records import Event, Resources
from harness.store.local.database import DATABASE
from harness.store.local.reading.runs import model_file
from harness.study import Study, build_study
from harness.worker import run_jobs
from tests.conftest import TINY, ScriptedLauncher, changed, make_result

SECRET = b"the-user-s-own-secret-4711"
"""Stands in files outside the stranger's folder."""

ALLOWED_PROGRAMS = {"git", "nvidia-smi", "lscpu", "uname", "ldconfig"}
"""What a command may start; none of it is from the folder."""


class Watch:
    """Notes what this process does, while it is on."""

    def __init__(self) -> None:
        self.outside: Path | None = None
        self.touched: list[str] = []
        self.started: list[str] = []
        self.connected: list[str] = []
        self.unpickled: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.outside is None:
            return
        outside, self.outside = self.outside, None  # what is done here is not noted
        try:
            self._note(event, arguments, outside)
        finally:
            self.outside = outside

    def _note(self, event: str, arguments: tuple[Any, ...], outside: Path) -> None:
        if event == "subprocess.Popen":
            self.started.append(Path(os.fsdecode(arguments[0] or arguments[1][0])).name)
        elif event in ("os.system", "os.exec", "os.posix_spawn"):
            self.started.append(f"{event} {arguments[0]!r}")
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            self.connected.append(str(arguments[1]))
        elif event == "pickle.find_class":
            self.unpickled.append(".".join(map(str, arguments)))
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_NOFOLLOW:
            self._note("os.remove", arguments[:1], outside)  # a link of that name is not followed either
        elif event == "open" or event.startswith(("os.", "shutil.", "sqlite3.connect", "glob.")):
            for argument in arguments:
                if isinstance(argument, (str, bytes, os.PathLike)):
                    real = _real(event, os.fsdecode(argument))
                    if real == str(outside) or real.startswith(f"{outside}{os.sep}"):
                        self.touched.append(f"{event} {real}")


def _real(event: str, path: str) -> str:
    """Return what a path means: what is renamed or removed is the link itself, what is opened is where it leads."""
    if event not in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link"):
        return os.path.realpath(path)
    return str(Path(path).parent.resolve() / Path(path).name)


WATCH = Watch()
sys.addaudithook(WATCH)


class Server:
    """Notes every request that it gets."""

    def __init__(self) -> None:
        requests: list[str] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                requests.append(self.rfile.readline(1000).decode(errors="replace"))

        self.requests = requests
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.server.shutdown()


class Ran(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class Place:
    """A stranger's folder, which the user stands in, and what is the user's own beside it."""

    here: Path
    outside: Path
    canary: Path
    server: Server
    ran: list[Ran] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.here / "mlruns"

    @property
    def report(self) -> Path:
        return self.here / "reports" / "tiny"

    @property
    def model(self) -> Path:
        """The file of the network of tiny#0."""
        ((run_id,),) = self.ask("SELECT run_uuid FROM tags WHERE key = 'harness.trial' AND value = '0'")
        found = model_file(self.store, run_id)
        assert found is not None
        return found

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask or change the store's database."""
        with contextlib.closing(sqlite3.connect(self.store / DATABASE)) as connection, connection:
            return connection.execute(query, values).fetchall()

    def run(self, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> Ran:
        """Run a command in the folder, watched. Whatever it raises beside the user's errors is raised here."""
        monkeypatch.chdir(self.here)
        monkeypatch.setattr(sys, "argv", ["harness", *arguments])
        monkeypatch.setenv("COLUMNS", "200")
        out, err = io.StringIO(), io.StringIO()
        WATCH.touched, WATCH.started, WATCH.connected, WATCH.unpickled = [], [], [], []
        WATCH.outside = self.outside
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
                main()
        finally:
            WATCH.outside = None
        code = left.value.code
        self.ran.append(Ran(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue()))
        return self.ran[-1]


def contents(folder: Path) -> dict[str, bytes | str]:
    """Return what is in a folder: file -> bytes, link -> where to; named pipes by their kind."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path)] = f"-> {path.readlink()}"
        elif path.is_file():
            found[str(path)] = path.read_bytes()
        else:
            found[str(path)] = "folder" if path.is_dir() else "special"
    return found


def make_study(here: Path, **changes: Any) -> Study:
    """The tiny study as a file in the stranger's folder, so that its place is asked for its revision."""
    return build_study(
        changed(TINY, {"train.max_steps": 20, "design.replicates": 1, **changes}), name="tiny",
        source=here / "studies" / "tiny.toml", text="# tiny\n",
    )  # fmt: skip


class TrainingLauncher(ScriptedLauncher):
    """Trains in this process, and draws a picture that reports show."""

    def poll(self, seconds: float) -> list[Event | Death]:
        job, events = self.waiting.pop(0), []
        run_jobs([job], Resources(threads=None, workers=1), self.work.scratch, events.append)
        pictures = self.work.scratch / str(job.trial) / "insight"
        pictures.mkdir(exist_ok=True)
        Image.new("L", (30, 20), 255).save(pictures / "network.png")
        return events


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """A folder with a store, two trained networks in it, their report, a study file and a picture of a digit."""
    from sklearn.datasets import load_digits

    here = tmp_path_factory.mktemp("original") / "here"
    for name in ("mlruns", "studies", "pictures"):
        (here / name).mkdir(parents=True)
    (here / "studies" / "tiny.toml").write_text("# stands for the study\n")
    shutil.copy(empty_database, here / "mlruns" / DATABASE)
    run_study(make_study(here), store=here / "mlruns", launch=TrainingLauncher(lambda job: make_result()))
    digit = np.kron(load_digits().images[3], np.ones((12, 12))) * 16
    Image.fromarray(np.clip(digit, 0, 255).astype(np.uint8)).save(here / "pictures" / "3.png")
    for name in ("mlruns", "reports"):
        (here / name).mkdir(exist_ok=True)
    from harness.reports.writing import write_report
    from harness.results import load_results
    from harness.store.local.files.artifacts import picture_folders

    pictures = picture_folders(here / "mlruns", "tiny")
    assert pictures, "some pictures are shown in the report"
    write_report(*load_results("tiny", here / "mlruns"), here / "reports" / "tiny", "mlruns", pictures)
    with contextlib.closing(sqlite3.connect(here / "mlruns" / DATABASE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return here


@pytest.fixture
def place(original: Path, tmp_path: Path, server: Server) -> Place:
    """A copy of it to be made hostile, beside the user's own files."""
    here = Path(shutil.copytree(original, tmp_path / "here"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(SECRET)
    image = Image.fromarray(np.full((20, 20), 200, np.uint8))
    image.save(outside / "secret.png")
    with (outside / "secret.png").open("ab") as file:
        file.write(SECRET)
    (outside / "folder").mkdir()
    shutil.copy(outside / "secret.png", outside / "folder" / "network.png")
    server.requests.clear()
    return Place(here, outside, tmp_path / "canary", server)


@pytest.fixture
def check(place: Place, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Return a function that runs a command in the folder and checks that nothing in it acts."""

    def run(*arguments: str, may_write: tuple[str, ...] = ("mlruns", "reports"), may_list_outside: bool = False) -> Ran:
        return checked(place, lambda: place.run(*arguments, monkeypatch=monkeypatch), may_write, may_list_outside)

    return run


def checked(place: Place, act: Callable[[], Ran], may_write: tuple[str, ...], may_list_outside: bool = False) -> Ran:
    """Do something, and check that no code ran and nothing outside was read or written."""
    outside, beside = contents(place.outside), _beside(place, may_write)
    ran = act()
    assert not place.canary.exists(), "code of the folder ran"
    assert place.server.requests == [], "a request was sent"
    assert contents(place.outside) == outside, "something outside the folder was written"
    assert _beside(place, may_write) == beside, "something beside store and report was written"
    touched = [each for each in WATCH.touched if not (may_list_outside and each.startswith("os.scandir "))]
    assert touched == [], "something outside the folder was opened"
    assert WATCH.connected == [], "a connection was made"
    assert WATCH.unpickled == [], "something was unpickled"
    assert set(WATCH.started) <= ALLOWED_PROGRAMS, "a program was started"
    assert ran.code in (0, 1, 2, 3), ran  # 3: a comparison that is undecided
    assert "Traceback" not in ran.err, ran.err
    assert SECRET.decode() not in ran.out + ran.err
    return ran


def _beside(place: Place, may_write: tuple[str, ...]) -> dict[str, bytes | str]:
    """Return what there is in the folder beside what a command may write."""
    allowed = [str(place.here / name) for name in may_write]
    return {name: kept for name, kept in contents(place.here).items() if not name.startswith(tuple(allowed))}


def put_config(place: Place, config: Any, **members: str | bytes) -> None:
    """Put another ``config.json``, and other members, into the network's archive, whose weights stay good."""
    import zipfile

    file = place.model
    with zipfile.ZipFile(file) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    kept["config.json"] = config if isinstance(config, bytes) else json.dumps(config).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in {**kept, **members}.items():
            archive.writestr(name, content)
