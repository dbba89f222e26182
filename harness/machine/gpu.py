"""How much memory the GPU of this process has: neither TensorFlow nor JAX tells before it has taken some."""

from __future__ import annotations

import os
import subprocess

from harness.errors import HarnessError


def gpu_megabytes() -> int:
    """Return the memory, in MiB, of the first GPU that this process sees, as NVIDIA's own tool has it.

    Raises:
        HarnessError: if that cannot be told.
    """
    device = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits", f"--id={device}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return int(done.stdout.split()[0])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        raise HarnessError(
            f"nvidia-smi does not tell how much memory GPU {device!r} has, and a worker with a share of it takes no "
            "more than its part. Install NVIDIA's tools on this machine, or give each worker a whole GPU."
        ) from None
