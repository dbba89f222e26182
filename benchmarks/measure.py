"""Timing whole processes in turn, and saying on what they were timed."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


@dataclass
class Timing:
    """Repeated runs of one command.

    Attributes:
        seconds: from start to exit, each time.
        cpu_seconds: processor time of it and its children, each time.
    """

    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)


def time_process(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float, Path]:
    """Run a command in a new folder; return seconds, processor seconds and the folder.

    Raises:
        SystemExit: with the end of what it printed, if it fails.
    """
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (folder / "output.txt").open("wb") as output:
        started = time.perf_counter()
        process = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, stdout=output, stderr=output)
        seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        tail = (folder / "output.txt").read_text(errors="replace")[-3000:]
        sys.exit(f"{' '.join(command)} ended with {process.returncode} in {folder}:\n{tail}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, folder


def time_in_turn(
    commands: Mapping[str, Sequence[str]], rounds: int, environment: Mapping[str, str], quiet: bool = False
) -> dict[str, Timing]:
    """Time commands one after the other, the whole set so many times: a slow minute of the machine hits them all."""
    import shutil

    timings = {name: Timing() for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            seconds, cpu_seconds, folder = time_process(command, environment)
            timings[name].seconds.append(seconds)
            timings[name].cpu_seconds.append(cpu_seconds)
            if not quiet:
                print(f"round {number + 1}: {name:<14}{seconds:8.2f} s", file=sys.stderr, flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    return timings


def where_and_when(packages: Sequence[str]) -> dict[str, Any]:
    """Return date, processor, cores, Python and the versions of packages."""
    from harness.machine import this_processor
    from harness.provenance import source_tags

    processor = this_processor()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": processor.name,
        "processor_model": processor.model,
        "instructions": processor.instructions,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "revision": source_tags(ROOT).get("mlflow.source.git.commit", "unknown")[:10],
        "versions": {name: _version(name) for name in packages},
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def save(name: str, contents: Mapping[str, Any]) -> Path:
    """Write a result as JSON to ``benchmarks/results``."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(contents, indent=1) + "\n")
    return path


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table: the first column left, the others right."""
    texts = [list(map(str, header)), *(list(map(str, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]

    def line(cells: Sequence[str]) -> str:
        aligned = [cell.ljust(width) if i == 0 else cell.rjust(width)
                   for i, (cell, width) in enumerate(zip(cells, widths, strict=True))]  # fmt: skip
        return f"| {' | '.join(aligned)} |"

    rule = "|" + "|".join("-" * (width + 2) if i == 0 else "-" * (width + 1) + ":" for i, width in enumerate(widths))
    return "\n".join([line(texts[0]), rule + "|", *(line(cells) for cells in texts[1:])])
