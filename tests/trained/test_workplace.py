"""The folder that an export is made in."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

from harness.trained.workplace import workplace


def die(parent: Path) -> None:
    with workplace(parent) as folder:
        (folder / "half made").mkdir()
        os.kill(os.getpid(), signal.SIGKILL)


def test_it_is_gone_at_the_end(tmp_path):
    with workplace(tmp_path) as folder:
        (folder / "half made").mkdir()
        assert list(tmp_path.iterdir()) == [folder]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_is_cleared_away_by_the_next(tmp_path):
    process = multiprocessing.get_context("fork").Process(target=die, args=(tmp_path,))
    process.start()
    process.join()
    (left,) = tmp_path.iterdir()
    assert (left / "half made").exists()
    other = tmp_path / ".harness-export-of-mine"
    other.mkdir()  # without a lock: no export made it
    with workplace(tmp_path) as running:
        assert not left.exists()
        with workplace(tmp_path):
            assert running.exists(), "an export that is under way keeps its folder"
    assert list(tmp_path.iterdir()) == [other]
