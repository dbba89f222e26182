"""What is wrong with this machine or this store. Looks, and changes nothing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from harness.errors import HarnessError
from harness.provenance import DISTRIBUTION


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: what it is about: "versions", "machine", "data", "store".
        state: "ok", "note" for what is worth knowing, "problem" for what must be put right.
        text: what was found, and the fix for a problem.
    """

    topic: str
    state: Literal["ok", "note", "problem"]
    text: str


def examine(store: Path, data_folder: Path | None) -> Iterator[Finding]:
    """Look at versions, machine, data and store, one after the other."""
    yield from _versions()
    yield from _machine(store)
    yield from _data(data_folder)
    yield from _store(store)


def _versions() -> Iterator[Finding]:
    names = (DISTRIBUTION, "tensorflow", "keras", "mlflow", "optuna", "pandas", "numpy", "scikit-learn")
    found = [f"{name} {metadata.version(name)}" for name in names if _installed(name)]
    yield Finding("versions", "ok", f"Python {platform.python_version()}, {', '.join(found)}")
    wrong = list(_unmet())
    if wrong:
        fix = "Install again from requirements.lock (make install)."
        yield Finding("versions", "problem", f"{'; '.join(wrong)}. {fix}")
    if importlib.util.find_spec("torch") is None:
        yield Finding("versions", "note", "PyTorch is not installed: sampler = 'gp' needs the extra 'gp'")


def _unmet() -> Iterator[str]:
    """Yield a phrase for each declared dependency that is missing or of another version."""
    from packaging.requirements import Requirement

    for text in metadata.requires(DISTRIBUTION) or []:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if not _installed(requirement.name):
            yield f"{requirement.name} is missing"
        elif not requirement.specifier.contains(metadata.version(requirement.name), prereleases=True):
            yield f"{requirement.name} is {metadata.version(requirement.name)}, needed is {requirement.specifier}"


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _machine(store: Path) -> Iterator[Finding]:
    import psutil

    from harness.launchers import allowed_cores, choose_resources
    from harness.launchers.resources import has_gpu

    memory = psutil.virtual_memory()
    cores, total = len(allowed_cores()), os.cpu_count()
    chosen = choose_resources(trainings=1000)
    yield Finding(
        "machine",
        "ok",
        f"{cores} of {total} cores to use, {memory.available / 1e9:.0f} of {memory.total / 1e9:.0f} GB memory free: "
        f"workers: {chosen.workers}, threads of each: {chosen.threads}",
    )
    if memory.available < 1.5e9:
        yield Finding("machine", "problem", "less than 1.5 GB of memory is free. Close something before a run.")
    yield Finding("machine", "ok", _gpus() if has_gpu() else "no GPU: trainings use the processor")
    free = shutil.disk_usage(store if store.exists() else Path()).free
    state: Literal["ok", "problem"] = "ok" if free > 1e9 else "problem"
    yield Finding("machine", state, f"{free / 1e9:.0f} GB free for the store" + ("" if free > 1e9 else ". Free some."))


def _gpus() -> str:
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return "a GPU device is there, but nvidia-smi does not answer: is the driver installed?"
    return f"GPU: {', '.join(done.stdout.strip().splitlines())}"


def _data(folder: Path | None) -> Iterator[Finding]:
    from harness.data import locate, verify
    from harness.study import IMAGE_SETS

    for name in IMAGE_SETS:
        location = locate(name, folder)
        if location is None:
            yield Finding("data", "note", f"{name}: not here; it is downloaded when a study needs it")
            continue
        try:
            problems = [check.problem for check in verify(name, folder) if check.problem is not None]
        except HarnessError as error:
            problems = [str(error)]
        if problems:
            yield from (Finding("data", "problem", problem) for problem in problems)
        else:
            yield Finding("data", "ok", f"{name}: verified, in {location.folder}")


def _store(store: Path) -> Iterator[Finding]:
    from harness.tracking import DATABASE, check_store, is_running
    from harness.tracking.overview import summaries

    database = store / DATABASE
    if not database.exists():
        yield Finding("store", "note", f"{database}: not there yet; the first run makes it")
        return
    try:
        check_store(store, thorough=True)
        found = summaries(store)
    except HarnessError as error:
        yield Finding("store", "problem", str(error))
        return
    trials = sum(sum(summary.counts.values()) for summary in found)
    size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    yield Finding("store", "ok", f"{database}: healthy; studies: {len(found)}, trials: {trials}, {size / 1e6:.0f} MB")
    for summary in found:
        if summary.counts.get("running") and not is_running(store, summary.name):
            yield Finding(
                "store",
                "problem",
                f"{summary.name}: {summary.counts['running']} runs are open but nothing runs them. "
                f"The next `harness run {summary.name}` closes them and goes on.",
            )
