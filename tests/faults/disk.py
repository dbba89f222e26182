"""Limits for real: a store on a disk that is too small, files that may not grow, too few file descriptors.

What the injector makes up, SQLite, MLflow and the kernel do here by themselves. A case runs the driver under a limit,
lifts it, runs the command again and asks the oracle.
"""

from __future__ import annotations

import ctypes
import filecmp
import json
import os
import resource
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from tests.faults.inject import Injector
from tests.faults.runner import Box, Case, Fault, attempt, last_line
from tests.faults.scenarios import SCENARIOS

_NEWNS = 0x00020000
_PRIVATE = 0x40000 | 0x4000  # MS_PRIVATE, MS_REC


def can_mount() -> bool:
    """Whether this process may have mounts of its own: as root, outside of most containers."""
    return _in_child(lambda: None) is not None


def full_disk(box: Box, scenario: str, kilobytes: int) -> Case:
    """Run a scenario whose store is on a disk with so little space left, then on one with plenty."""

    def limited() -> Case:
        box.prepare(SCENARIOS[scenario])
        store = box.root / "work" / SCENARIOS[scenario].store
        taken = sum(path.stat().st_size for path in (box.base / "start" / "work").rglob("*") if path.is_file())

        def mount() -> None:
            kept = box.base / "kept"
            shutil.rmtree(kept, ignore_errors=True)
            store.mkdir(exist_ok=True)
            shutil.copytree(store, kept)
            _mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(store))
            shutil.copytree(kept, store, dirs_exist_ok=True)
            used = shutil.disk_usage(store).used // 1024
            _mount("-o", f"remount,size={used + kilobytes}k", str(store))

        def free() -> None:
            _mount("-o", "remount,size=256m", str(store))

        case, _ = attempt(box, Fault(scenario, "full disk", 0), around=(mount, free))
        _unmount(store)
        case.what = f"{kilobytes} KB free, {taken // 1024} KB there"
        return case

    case = _in_child(limited)
    assert case is not None
    return case


def limit(box: Box, scenario: str, what: int, value: int) -> Case:
    """Run a scenario with a limit of the process, ``resource.RLIMIT_FSIZE`` say, then without."""

    box.prepare(SCENARIOS[scenario])
    fault = Fault(scenario, "file size" if what == resource.RLIMIT_FSIZE else "descriptors", 0)
    hard = resource.getrlimit(what)[1]
    case, _ = attempt(box, fault, inside=lambda: resource.setrlimit(what, (value, hard)))
    case.what = str(value)
    if what == resource.RLIMIT_NOFILE and case.outcome == "one sentence" and "too many files are open" not in case.said:
        case.violations.append(f"too few descriptors are called something else: {case.said}")
    return case


def read_only(box: Box) -> Case:
    """Look at a store on a disk that may not be written to, then run its study on it: one sentence, and no change."""

    def limited() -> Case:
        scenario = SCENARIOS["continued"]
        box.prepare(scenario)
        box.restore()
        store = box.root / "work" / "mlruns"
        kept = box.base / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(store, kept)
        _mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(store))
        shutil.copytree(kept, store, dirs_exist_ok=True)
        _mount("-o", "remount,ro", str(store))
        case = Case(Fault("continued", "read-only", 0), outcome="one sentence")
        for command in (("list",), ("show", "tiny"), ("show", "tiny#0"), ("doctor",), ("report", "tiny")):
            code, text = box.run(command, Injector(box.root))
            allowed = (0, 2) if command[0] == "report" else (0, 1) if command[0] == "doctor" else (0,)
            if code not in allowed or "Traceback" in text:
                case.violations.append(f"{' '.join(command)} leaves with {code}: {last_line(text)}")
        code, text = box.run(scenario.command, Injector(box.root))
        case.said = last_line(text)
        if code not in (1, 2) or sum(line.startswith("error:") for line in text.splitlines()) != 1:
            case.violations.append(f"run leaves with {code}: {case.said}")
        if differing := filecmp.dircmp(store, kept).diff_files:
            case.violations.append(f"changed are {differing}")
        _unmount(store)
        return case

    case = _in_child(limited)
    assert case is not None
    return case


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def _unmount(place: Path) -> None:
    subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


def _in_child(action: Callable[[], Case | None]) -> Case | None:
    """Do something in a process with mounts of its own; return None if there can be none."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        code = 1
        try:
            os.close(reading)
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(_NEWNS) or libc.mount(b"none", b"/", None, _PRIVATE, None):
                os._exit(77)
            case = action()
            os.write(writing, json.dumps(asdict(case) if case else {}).encode())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if code == 77:
        return None
    if code != 0:
        raise AssertionError(f"the process with the mount ended with {code}")
    told = json.loads(text)
    return Case(**{**told, "fault": Fault(**told["fault"])}) if told else Case(Fault("", "", 0))


SIZES = (4, 8, 16, 32, 48, 64, 96, 128, *range(192, 4096, 128))
"""Kilobytes free: from a page to what a run of the tiny study needs."""

FILE_SIZES = (4096, 20_000, 35_000, 100_000, 300_000, 1_000_000, 1_500_000, 1_700_000, 2_000_000)
DESCRIPTORS = (12, 14, 16, 18, 20, 22, 24, 26, 28, 32, 40)


def all_limits(box: Box, scenarios: tuple[str, ...] = ("new", "continued", "fresh"), every: int = 1) -> Iterator[Case]:
    """Run all of it; without full disks where nothing can be mounted."""
    mounts = can_mount()
    if not mounts:
        print("full and read-only disks are left out: this process may not mount", file=sys.stderr)
    else:
        yield read_only(box)
    for name in scenarios:
        for size in SIZES[::every] if mounts else ():
            yield full_disk(box, name, size)
        for size in FILE_SIZES[::every]:
            yield limit(box, name, resource.RLIMIT_FSIZE, size)
        for count in DESCRIPTORS[::every]:
            yield limit(box, name, resource.RLIMIT_NOFILE, count)
