"""Versions, processors, memory, GPUs and image sets."""

from __future__ import annotations

import importlib.util
import os
import platform
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal

from harness.doctor.observation import Observation
from harness.errors import HarnessError
from harness.machine import look, this_processor
from harness.provenance import DISTRIBUTION
from harness.store import Store

_MOMENT = 0.2
"""Seconds to look at how busy the machine is."""
_BUSY = 0.5
"""Cores that the doctor itself, a browser and the like may keep busy."""


def versions() -> Iterator[Observation]:
    """Look at the versions of what matters, and whether they are those that are declared."""
    names = (DISTRIBUTION, "tensorflow", "keras", "mlflow", "optuna", "pandas", "numpy", "scikit-learn")
    found = [f"{name} {metadata.version(name)}" for name in names if _installed(name)]
    yield Observation("versions", "ok", f"Python {platform.python_version()}, {', '.join(found)}")
    wrong = list(_unmet())
    if wrong:
        fix = "Install again from requirements.lock (make install)."
        yield Observation("versions", "problem", f"{'; '.join(wrong)}. {fix}")
    if importlib.util.find_spec("torch") is None:
        yield Observation("versions", "note", "PyTorch is not installed: sampler = 'gp' needs the extra 'gp'")


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


def machine(store: Store) -> Iterator[Observation]:
    """Look at cores, memory, GPUs and the disk of the store."""
    import psutil

    from harness.launchers import allowed_cores, choose_resources, free_memory, memory_limit
    from harness.launchers.resources import has_gpu

    limit, available, whole = memory_limit(), free_memory(), psutil.virtual_memory().total
    limited = f" (limited to {limit.limit / 1e9:.1f} GB by {limit.group})" if limit and limit.limit < whole else ""
    cores, total = len(allowed_cores()), os.cpu_count()
    chosen = choose_resources(trainings=1000)
    yield Observation("machine", "ok", f"processor: {this_processor()}")
    yield Observation(
        "machine",
        "ok",
        f"{cores} of {total} cores to use, {available / 1e9:.1f} of {whole / 1e9:.0f} GB memory free{limited}: "
        f"workers: {chosen.workers}, threads of each: {chosen.threads}",
    )
    if available < 1.5e9:
        yield Observation("machine", "problem", "less than 1.5 GB of memory is free. Close something before a run.")
    yield from _load()
    yield Observation("machine", "ok", _gpus() if has_gpu() else "no GPU: trainings use the processor")
    free = store.free_bytes()
    if free is not None:
        state: Literal["ok", "problem"] = "ok" if free > 1e9 else "problem"
        fix = "" if free > 1e9 else ". Free some."
        yield Observation("machine", state, f"{free / 1e9:.0f} GB free for the store{fix}")


def _load() -> Iterator[Observation]:
    """Look, for a moment, at what others take of the cores, and whether studies train: seconds would not count."""
    import psutil

    busy = psutil.cpu_percent(interval=_MOMENT) / 100 * (psutil.cpu_count() or 1)
    seen = look()
    if seen and seen.others:
        text = f"studies that train now: {len(seen.others)}. Seconds of another beside them would not be compared"
        yield Observation("machine", "note", text)
    elif busy > _BUSY:
        text = f"{busy:.1f} cores are busy: seconds of what trains now may not be compared"
        yield Observation("machine", "note", text)


def variables() -> Iterator[Observation]:
    """Look at what is set that would change what is done, or does, and say what is done about it."""
    from harness.surroundings import influences

    found = influences()
    yield from (Observation("variables", "note", str(one)) for one in found)
    if not found:
        yield Observation("variables", "ok", "nothing is set that changes what is done")


def _gpus() -> str:
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return "a GPU device is there, but nvidia-smi does not answer: is the driver installed?"
    return f"GPU: {', '.join(done.stdout.strip().splitlines())}"


def data(folder: Path | None) -> Iterator[Observation]:
    """Look where each image set is, and verify it."""
    from harness.image_sets import BUILT_IN, built_in, verify

    for name in BUILT_IN:
        location = built_in(name).locate(folder)
        if location is None:
            yield Observation("data", "note", f"{name}: not here; it is downloaded when a study needs it")
            continue
        try:
            problems = [check.problem for check in verify(name, folder) if check.problem is not None]
        except HarnessError as error:
            problems = [str(error)]
        if problems:
            yield from (Observation("data", "problem", problem) for problem in problems)
        else:
            yield Observation("data", "ok", f"{name}: verified, in {location.folder}")
