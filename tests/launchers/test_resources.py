from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.launchers import resources as module
from harness.launchers.resources import allowed_cores, choose_resources, cores_of, free_memory, has_gpu, memory_limit
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


def test_workers_are_pinned_apart_where_there_is_room():
    two = Resources(threads=2, workers=2)
    assert [cores_of(worker, two, [0, 1, 2, 3]) for worker in (0, 1)] == [(0, 1), (2, 3)]
    assert cores_of(0, two, [0, 1, 2]) == ()
    assert cores_of(0, two, [0, 1, 2, 3, 4]) == (), "another run may have taken the first cores"


MOUNTS_2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
MOUNTS_1 = (
    "31 23 0:27 /docker/abc /sys/fs/cgroup/memory ro,nosuid master:9 - cgroup cgroup rw,memory\n"
    "32 23 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
    "33 23 0:29 / /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n"
)


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """A file system with control groups: ``groups(cgroup, mounts, {file: text})``; 8 GB free, cores 4 to 7."""
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 8e9}))
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {4, 5, 6, 7})

    def make(cgroup, mounts, files):
        for name, text in {"proc/self/cgroup": cgroup, "proc/self/mountinfo": mounts, **files}.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
        return tmp_path

    return make


def test_without_control_groups_the_machine_is_the_limit(tmp_path, groups):
    assert (memory_limit(tmp_path), free_memory(tmp_path), allowed_cores(tmp_path)) == (None, 8e9, [4, 5, 6, 7])
    root = groups("0::/", MOUNTS_2, {"sys/fs/cgroup/memory.stat": "inactive_file 5"})
    assert (memory_limit(root), free_memory(root), allowed_cores(root)) == (None, 8e9, [4, 5, 6, 7])
    assert allowed_cores() == [4, 5, 6, 7][: len(allowed_cores())], "the real ones can be read"


def test_a_system_that_tells_no_cores_is_refused_in_words(monkeypatch):
    monkeypatch.delattr(module.os, "sched_getaffinity")
    monkeypatch.setattr(module.platform, "system", lambda: "Darwin")
    with pytest.raises(UsageError, match=r"trainings need Linux, .* this is Darwin\. Run harness in a container"):
        allowed_cores()


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000", 4), ("200000 100000", 2), ("250000 100000", 2), ("50000 100000", 1), ("junk", 4), ("9 0", 4)],
)
def test_the_processor_share_of_a_group_counts(groups, text, cores):
    root = groups("0::/user.slice/job", MOUNTS_2, {"sys/fs/cgroup/user.slice/job/cpu.max": text})
    assert allowed_cores(root) == [4, 5, 6, 7][:cores]


@pytest.mark.parametrize(
    ("limit", "free"), [("max", 8e9), ("3000000000", 2.3e9), ("1500000000", 0.8e9), ("500000000", 0)]
)
def test_the_memory_of_a_group_counts_and_pages_of_files_do_not(groups, limit, free):
    folder = "sys/fs/cgroup/user.slice/job"
    files = {"memory.max": limit, "memory.current": "1000000000", "memory.stat": "anon 7\ninactive_file 300000000"}
    root = groups("0::/user.slice/job", MOUNTS_2, {f"{folder}/{name}": text for name, text in files.items()})
    assert free_memory(root) == free


def test_the_tightest_of_all_groups_above_counts(groups):
    place = "sys/fs/cgroup"
    root = groups(
        "0::/a/b/c",
        MOUNTS_2,
        {
            f"{place}/a/b/c/memory.max": "6000000000", f"{place}/a/b/c/memory.current": "1000000000",
            f"{place}/a/memory.max": "7000000000", f"{place}/a/memory.current": "5500000000",
            f"{place}/a/b/memory.max": "max", f"{place}/a/b/memory.high": "9000000000",
            f"{place}/a/b/memory.current": "1000000000",
            f"{place}/a/b/cpu.max": "300000 100000", f"{place}/a/cpu.max": "200000 100000",
        },
    )  # fmt: skip
    limit = memory_limit(root)
    assert (limit.limit, limit.used, limit.left) == (7e9, 5.5e9, 1.5e9)
    assert limit.group == root / place / "a"
    assert allowed_cores(root) == [4, 5]


def test_groups_of_version_1_in_a_container(groups):
    """The group is named as on the host, while only the container's part of the tree is mounted."""
    files = {
        "memory/memory.limit_in_bytes": "1500000000",
        "memory/memory.usage_in_bytes": "900000000",
        "memory/memory.stat": "inactive_file 1\ntotal_inactive_file 400000000",
        "cpu,cpuacct/cpu.cfs_quota_us": "150000",
        "cpu,cpuacct/cpu.cfs_period_us": "100000",
    }
    root = groups(
        "9:memory:/docker/abc\n8:cpu,cpuacct:/docker/abc\n7:pids:/docker/abc\n0::/",
        MOUNTS_1,
        {f"sys/fs/cgroup/{name}": text for name, text in files.items()},
    )
    assert memory_limit(root).limit == 1.5e9
    assert free_memory(root) == 1e9
    assert allowed_cores(root) == [4]
    unlimited = {"memory/memory.limit_in_bytes": "9223372036854771712", "cpu,cpuacct/cpu.cfs_quota_us": "-1"}
    groups("9:memory:/docker/abc/job\n8:cpu,cpuacct:/docker/abc", MOUNTS_1,
           {f"sys/fs/cgroup/{name}": text for name, text in unlimited.items()})  # fmt: skip
    assert (free_memory(root), allowed_cores(root)) == (8e9, [4, 5, 6, 7])


@pytest.mark.parametrize(
    ("visible", "found"),
    [
        (None, True), ("", False), ("-1", False), ("none", False), ("NoDevFiles", False), ("0", True), ("1,0", True),
        ("2", False), ("7,0", False), ("-1,0", False), ("0,-1", True), ("GPU-8932f937", True), (" 1", True),
    ],
)  # fmt: skip
def test_which_gpus_cuda_would_see(tmp_path, monkeypatch, visible, found):
    for name in ("nvidia0", "nvidia1", "nvidiactl"):
        (tmp_path / name).touch()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert has_gpu(tmp_path) is found
    assert not has_gpu(tmp_path / "nothing")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert not has_gpu(tmp_path)
