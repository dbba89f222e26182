"""Where workers run: they take jobs, give events, and may die."""

from harness.launchers.base import Death, Launcher, Notice, Silence
from harness.launchers.local import LocalLauncher
from harness.launchers.resources import MemoryLimit, allowed_cores, choose_resources, free_memory, memory_limit

__all__ = [
    "Death",
    "Launcher",
    "LocalLauncher",
    "MemoryLimit",
    "Notice",
    "Silence",
    "allowed_cores",
    "choose_resources",
    "free_memory",
    "memory_limit",
]
