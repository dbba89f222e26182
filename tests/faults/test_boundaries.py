"""A sample of the boundaries at which the driver is ended; ``make faults`` takes them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_tool(*options: str) -> str:
    """Run the tool in a process of its own, since this one has threads that a fork would lose; return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cases(text: str) -> int:
    """Return how many cases the tool ran, from the last line that it says."""
    return int(text.splitlines()[-1].split()[0])


@pytest.mark.slow
def test_killed_or_out_of_space_at_some_boundaries_the_study_is_whole_in_the_end():
    said = run_tool("--scenario", "new", "--scenario", "fresh", "--kind", "kill", "--every", "150", "--seed", "1")
    assert cases(said) >= 2 + 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["kill", "enospc", "eio"])
def test_every_scenario_ends_whole(kind):
    said = run_tool("--kind", kind, "--every", "100", "--jobs", "2", "--seed", "2")
    assert cases(said) >= 16 * 2


@pytest.mark.slow
def test_disks_that_are_full_and_limits_of_processes_for_real():
    said = run_tool("--limits", "--scenario", "new", "--every", "4")
    assert cases(said) >= 5
