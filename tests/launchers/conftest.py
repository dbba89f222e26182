"""Jobs, and what a launcher is made for."""

from __future__ import annotations

import pytest

from harness.launchers import Work
from harness.records import Job
from harness.seeds import replicate_seeds


@pytest.fixture
def job_of(tiny):
    """Make a job of the tiny study with some keys changed."""

    def make(trial=0, prunable=False, **changes):
        study = tiny(**changes)
        return Job(trial, study.base, 0, replicate_seeds(0, 0), prunable=prunable)

    return make


@pytest.fixture
def work(tmp_path):
    """One training at a time, whose files come to a folder that is not there yet."""
    return Work(trainings=1, scratch=tmp_path / "staging" / "tiny", threads=1)
