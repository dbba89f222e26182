"""Where workers run: they take jobs, give events and files, and may die."""

from harness.launchers.base import About, Cause, Death, Joined, Launch, Launcher, Notice, Silence, Work
from harness.launchers.here import InProcessLauncher
from harness.launchers.local import LocalLauncher
from harness.launchers.resources import MemoryLimit, allowed_cores, choose_resources, free_memory, memory_limit

__all__ = [
    "About",
    "Cause",
    "Death",
    "InProcessLauncher",
    "Joined",
    "Launch",
    "Launcher",
    "LocalLauncher",
    "MemoryLimit",
    "Notice",
    "Silence",
    "Work",
    "allowed_cores",
    "choose_resources",
    "free_memory",
    "memory_limit",
]
