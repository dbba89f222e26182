"""Which processor this is. Its name alone does not tell: "AMD EPYC" is what virtual machines of five generations say.

What oneDNN and the Arm Compute Library choose their kernels by is asked besides: one "AMD EPYC" computes in bfloat16
ten times slower than another. Libraries that tell it all (py-cpuinfo) start processes for a second and have not been
kept; what is wanted here is a file that the kernel has ready.
"""

from __future__ import annotations

import functools
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

INSTRUCTIONS = (
    *("avx", "avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_int8", "amx_bf16", "amx_fp16"),
    *("asimd", "i8mm", "bf16", "sve", "sve2", "sme"),
)
"""Instruction sets that kernels of the compute libraries are chosen by, as Linux names them: of x86, then of Arm."""

_OF_MACOS = {
    "hw.optional.neon": "asimd",
    "hw.optional.AdvSIMD": "asimd",
    "hw.optional.arm.AdvSIMD": "asimd",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
    "hw.optional.arm.FEAT_BF16": "bf16",
    "hw.optional.arm.FEAT_SME": "sme",
    "hw.optional.avx1_0": "avx",
    "hw.optional.avx2_0": "avx2",
    "hw.optional.avx512f": "avx512f",
}


@dataclass(frozen=True)
class Processor:
    """A processor.

    Attributes:
        name: what it calls itself, e.g. ``AMD EPYC``; its makers' numbers where it has no name.
        model: numbers that tell it from others of its name, e.g. ``family 26, model 2, stepping 1``; may be empty.
        instructions: those of :data:`INSTRUCTIONS` that all its cores have, joined by ``+``; may be empty.
    """

    name: str
    model: str = ""
    instructions: str = ""

    def __str__(self) -> str:
        more = "; ".join(part for part in (self.model, self.instructions) if part)
        return f"{self.name} ({more})" if more else self.name


@functools.cache
def this_processor() -> Processor:
    """Return the processor of this machine."""
    try:
        found = of_cpuinfo(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        found = of_sysctl(_sysctl()) if platform.system() == "Darwin" else None
    return found or Processor(platform.processor() or platform.machine() or "unknown CPU")


def of_cpuinfo(text: str) -> Processor | None:
    """Return the processor that Linux's ``/proc/cpuinfo`` tells of; None if it tells of none.

    Cores may differ, as on Arm: their models are all named, and instructions are those that all of them have.
    """
    cores = [core for part in text.split("\n\n") if (core := _pairs(part.splitlines()))]
    cores = [core for core in cores if {"model name", "cpu family", "CPU part", "Features", "flags"} & set(core)]
    if not cores:
        return None
    models = [_model(core) for core in cores]
    names = [core.get("model name") or _arm_name(core) for core in cores]
    sets = [set(f"{core.get('flags', '')} {core.get('Features', '')}".split()) for core in cores]
    return Processor(_each(names) or "unknown CPU", _each(models), _known(set.intersection(*sets)))


def of_sysctl(text: str) -> Processor | None:
    """Return the processor that ``sysctl`` of macOS tells of, a line each for a name and its value."""
    told = _pairs(text.splitlines())
    if "machdep.cpu.brand_string" not in told:
        return None
    numbers = [(word, told.get(f"machdep.cpu.{word}", "")) for word in ("family", "model", "stepping")]
    numbers += [("family", told.get("hw.cpufamily", ""))] if not numbers[0][1] else []
    has = {name for key, name in _OF_MACOS.items() if told.get(key) == "1"}
    return Processor(told["machdep.cpu.brand_string"], _said(numbers), _known(has))


def _sysctl() -> str:
    names = ["machdep.cpu", "hw.optional", "hw.cpufamily"]
    try:
        done = subprocess.run(["/usr/sbin/sysctl", *names], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def _pairs(lines: Iterable[str]) -> dict[str, str]:
    parts = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, colon, value in parts if colon}


def _model(core: dict[str, str]) -> str:
    if "CPU part" in core:
        words = ("implementer", "part", "variant", "revision")
        return _said([(word, core.get(f"CPU {word}", "")) for word in words])
    numbers = {"family": "cpu family", "model": "model", "stepping": "stepping"}
    return _said([(word, core.get(name, "")) for word, name in numbers.items()])


def _arm_name(core: dict[str, str]) -> str:
    """Arm processors have no names here, but numbers of who made them and what."""
    maker, part = core.get("CPU implementer", ""), core.get("CPU part", "")
    return f"Arm {maker} {part}" if maker and part else ""


def _said(numbers: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{word} {number}" for word, number in numbers if number)


def _each(texts: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(text for text in texts if text))


def _known(names: set[str]) -> str:
    return "+".join(name for name in INSTRUCTIONS if name in names)
