"""The injector counts what it should, strikes where it is told, and fails as a disk and as SQLite do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

WRITES = """
import json, os, shutil, sqlite3, sys
from pathlib import Path
from tests.faults.inject import Injector

root, at, fault = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
injector = Injector(root, at, fault)
injector.install()
try:
    (root / "a").mkdir()
    (root / "a" / "text").write_text("0123456789")
    (root / "a" / "text").replace(root / "a" / "other")
    connection = sqlite3.connect(root / "x.db")
    connection.execute("CREATE TABLE t (n)")
    connection.execute("INSERT INTO t VALUES (1)")
    connection.execute("INSERT INTO t VALUES (2)")
    connection.commit()
    with connection:
        connection.execute("DELETE FROM t WHERE n = 1")
    (root / "a" / "other").read_text()
    shutil.rmtree(root / "a")
    Path("/dev/null").write_text("elsewhere")
    said = ""
except Exception as error:
    said = f"{type(error).__name__} {getattr(error, 'errno', '')} {error}"
print(json.dumps([said, [[kind, what] for kind, what, _ in injector.seen]]))
"""

SEEN = [
    ["mkdir", "a"],
    ["open", "a/text"],
    ["write", "a/text"],
    ["rename", "a/other"],
    ["commit", "x.db"],
    ["commit", "x.db"],
    ["commit", "x.db"],
    ["unlink", "a/other"],
    ["rmdir", "a"],
]


def run_writes(folder: Path, at: int, fault: str = "kill") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WRITES, str(folder), str(at), fault],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_write_below_the_folder_is_a_boundary_and_no_reading(tmp_path):
    assert json.loads(run_writes(tmp_path, 0).stdout) == ["", SEEN]


def test_a_process_killed_at_a_write_leaves_half_of_it(tmp_path):
    done = run_writes(tmp_path, 3)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "a" / "text").read_text() == "01234"


def test_a_process_killed_at_a_commit_leaves_what_was_committed_before(tmp_path):
    import sqlite3

    assert run_writes(tmp_path, 7).returncode == -signal.SIGKILL
    with sqlite3.connect(tmp_path / "x.db") as connection:
        assert connection.execute("SELECT n FROM t").fetchall() == [(1,), (2,)]


@pytest.mark.parametrize(
    ("at", "fault", "said"),
    [
        (1, "enospc", f"OSError 28 [Errno 28] {os.strerror(28)}: '{{}}/a'"),
        (3, "eio", f"OSError 5 [Errno 5] {os.strerror(5)}: '{{}}/a/text'"),
        (6, "enospc", "OperationalError  database or disk is full"),
        (7, "eio", "OperationalError  disk I/O error"),
        (9, "eio", f"OSError 5 [Errno 5] {os.strerror(5)}: '{{}}/a'"),
    ],
)
def test_errors_are_those_of_the_system_and_of_sqlite(tmp_path, at, fault, said):
    assert json.loads(run_writes(tmp_path, at, fault).stdout)[0] == said.format(tmp_path)
