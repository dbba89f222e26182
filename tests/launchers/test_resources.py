from __future__ import annotations

import pytest

from harness.launchers import resources as module
from harness.launchers.resources import allowed_cores, choose_resources, cores_of, free_memory
from harness.records import Resources


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many cores, so much free memory, and a GPU or none."""

    def make(cores=8, gigabytes=32.0, gpu=False):
        monkeypatch.setattr(module, "allowed_cores", lambda: list(range(cores)))
        monkeypatch.setattr(module, "has_gpu", lambda: gpu)
        monkeypatch.setattr(module, "free_memory", lambda: int(gigabytes * 1e9))

    return make


@pytest.mark.parametrize(
    ("given", "options", "workers", "threads"),
    [
        ({}, {}, 8, 1),
        ({"cores": 1}, {}, 1, 1),
        ({"gigabytes": 4.0}, {}, 3, 2),
        ({"gigabytes": 0.5}, {}, 1, 8),
        ({"gpu": True}, {}, 1, 8),
        ({}, {"trainings": 2}, 2, 4),
        ({}, {"trainings": 0}, 1, 8),
        ({}, {"exclusive": True}, 1, 8),
        ({}, {"workers": 3}, 3, 2),
        ({}, {"workers": 16}, 16, 1),
        ({}, {"workers": 2, "threads": 1}, 2, 1),
    ],
)
def test_the_rule(machine, given, options, workers, threads):
    machine(**given)
    assert choose_resources(**{"trainings": 100, **options}) == Resources(threads, workers)


@pytest.mark.parametrize(
    ("text", "cores"), [("max 100000", 4), ("200000 100000", 2), ("250000 100000", 2), ("50000 100000", 1), ("junk", 4)]
)
def test_the_control_groups_share_counts(tmp_path, monkeypatch, text, cores):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {4, 5, 6, 7})
    (tmp_path / "cpu.max").write_text(text + "\n")
    assert allowed_cores(tmp_path) == [4, 5, 6, 7][:cores]
    assert allowed_cores(tmp_path / "missing") == [4, 5, 6, 7]


def test_workers_are_pinned_apart_where_there_is_room():
    two = Resources(threads=2, workers=2)
    assert [cores_of(worker, two, [0, 1, 2, 3]) for worker in (0, 1)] == [(0, 1), (2, 3)]
    assert cores_of(0, two, [0, 1, 2]) == ()
    assert cores_of(0, two, [0, 1, 2, 3, 4]) == (), "another run may have taken the first cores"


@pytest.mark.parametrize(("limit", "free"), [("max", 8e9), ("3000000000", 2e9), ("500000000", 0)])
def test_the_control_groups_memory_counts(tmp_path, monkeypatch, limit, free):
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 8e9}))
    assert free_memory(tmp_path) == 8e9
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "memory.current").write_text("1000000000\n")
    assert free_memory(tmp_path) == free
