"""How much memory a GPU has, by a program in the place of NVIDIA's."""

from __future__ import annotations

import pytest

from harness.errors import HarnessError
from harness.machine import gpu_megabytes


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Put a script in the place of nvidia-smi."""

    def make(script):
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    return make


def test_the_first_gpu_that_this_process_sees_is_asked_for(tool, monkeypatch):
    tool('[ "$3" = --id=GPU-7 ] && [ "$1" = --query-gpu=memory.total ] && echo 81559')
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-7,GPU-1")
    assert gpu_megabytes() == 81559
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    tool('[ "$3" = --id=0 ] && echo 24576')
    assert gpu_megabytes() == 24576


@pytest.mark.parametrize("script", ["exit 9", "echo", "echo [N/A]"])
def test_a_tool_that_does_not_tell_is_said(tool, script):
    tool(script)
    with pytest.raises(HarnessError, match="nvidia-smi does not tell how much memory GPU"):
        gpu_megabytes()


def test_no_tool_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match="or give each worker a whole GPU"):
        gpu_megabytes()
