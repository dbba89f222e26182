"""Workers on a cluster that Ray holds together. Only agent and workers import Ray, in processes of their own."""

from harness.launchers.ray.launcher import RayLauncher
from harness.launchers.ray.messages import Cluster

__all__ = ["Cluster", "RayLauncher"]
