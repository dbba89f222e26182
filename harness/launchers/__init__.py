"""Where workers run: they take jobs, give events, and may die."""

from harness.launchers.base import Death, Launcher
from harness.launchers.local import LocalLauncher
from harness.launchers.resources import allowed_cores, choose_resources

__all__ = ["Death", "Launcher", "LocalLauncher", "allowed_cores", "choose_resources"]
