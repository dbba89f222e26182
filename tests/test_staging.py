"""Folders put in place in one step, and what a killed process leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness import staging
from harness.staging import leftovers, put_in_place, staged


def texts(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def old(tmp_path):
    """A folder with a file of ours, one that is obsolete, and things of somebody else."""
    folder = tmp_path / "x"
    (folder / "figures").mkdir(parents=True)
    (folder / "mine" / "empty").mkdir(parents=True)
    (folder / "page").write_text("old")
    (folder / "figures" / "gone.svg").write_text("old")
    (folder / "mine" / "note").write_text("note")
    (folder / "link").symlink_to("/etc/hostname")
    (folder / "loop").symlink_to(".")
    return folder


def replace(folder, **files):
    with staged(folder) as made:
        (made / "figures").mkdir()
        for name, text in files.items():
            (made / name).write_text(text)
        put_in_place(made, folder, lambda file: file == "figures/gone.svg")


@pytest.mark.parametrize("can_exchange", [True, False])
def test_new_files_replace_old_ones_and_others_stay(old, monkeypatch, can_exchange):
    if not can_exchange:
        monkeypatch.setattr(staging, "_exchange", lambda one, other: False)
    note = (old / "mine" / "note").stat().st_ino
    replace(old, page="new", table="new")
    found = texts(old)
    assert {name: found[name] for name in ("page", "table", "mine/note")} == {
        "page": "new", "table": "new", "mine/note": "note"
    }  # fmt: skip
    assert "figures/gone.svg" not in found
    assert (old / "mine" / "note").stat().st_ino == note
    assert (old / "mine" / "empty").is_dir()
    assert (old / "link").readlink() == Path("/etc/hostname")
    assert [path.name for path in old.parent.iterdir()] == ["x"]


def test_a_folder_that_is_not_there_is_made(tmp_path):
    replace(tmp_path / "x", page="new")
    assert texts(tmp_path / "x") == {"page": "new"}
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_folder_that_a_shell_stands_in_stays_the_same_one(old, monkeypatch):
    monkeypatch.chdir(old / "mine")
    inode = old.stat().st_ino
    replace(old, page="new")
    assert old.stat().st_ino == inode
    assert texts(old)["page"] == "new"
    assert texts(old)["mine/note"] == "note"


KILLED = """
import os, signal, sys
from pathlib import Path
from harness import staging
point, folder = sys.argv[1], Path(sys.argv[2])
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
if point == "exchange": staging._exchange = die
if point == "carry": staging.shutil.copymode = die
if point == "remove": staging.shutil.rmtree = die
with staging.staged(folder) as made:
    (made / "figures").mkdir()
    (made / "page").write_text("new")
    if point == "fill": die()
    (made / "table").write_text("new")
    staging.put_in_place(made, folder, lambda file: file == "figures/gone.svg")
"""


@pytest.mark.parametrize("point", ["fill", "carry", "exchange", "remove"])
def test_killed_at_any_point_all_is_old_or_all_is_new_and_the_next_one_cleans_up(old, point):
    ended = subprocess.run([sys.executable, "-c", KILLED, point, str(old)], check=False)
    assert ended.returncode == -signal.SIGKILL
    found = texts(old)
    if point == "remove":
        assert (found["page"], found["table"]) == ("new", "new")
        assert "figures/gone.svg" not in found
    else:
        assert (found["page"], found["figures/gone.svg"]) == ("old", "old")
        assert "table" not in found
    (left,) = leftovers(old.parent)
    assert left.name.startswith(".x.harness-")
    replace(old, page="newer")
    assert leftovers(old.parent) == []
    assert [path.name for path in old.parent.iterdir()] == ["x"]
    assert texts(old)["mine/note"] == "note"


def test_what_is_under_way_or_somebody_elses_is_no_leftover(tmp_path):
    for name in (".x-abcdefgh", ".notes-20240101", ".x.harness-0123456789ag", "x.harness-0123456789ab"):
        (tmp_path / name).mkdir()
    (tmp_path / ".notes-20240101" / "diary.txt").write_text("mine")
    (tmp_path / ".y.harness-0123456789ab").symlink_to(tmp_path / ".notes-20240101")
    with staged(tmp_path / "x"):
        assert leftovers(tmp_path) == []
    assert leftovers(tmp_path / "nowhere") == []
    (tmp_path / ".x-abcdefgh" / "figures").mkdir()
    (tmp_path / ".x-abcdefgh" / "figures" / "front.svg").write_text("<svg/>")  # as an earlier version left it
    assert leftovers(tmp_path) == [tmp_path / ".x-abcdefgh"]
