"""The machine that something runs on: which processor it has, and what others take of it."""

from harness.machine.gpu import gpu_megabytes
from harness.machine.load import Load, Snapshot, load_between, look
from harness.machine.processor import Processor, this_processor

__all__ = ["Load", "Processor", "Snapshot", "gpu_megabytes", "load_between", "look", "this_processor"]
