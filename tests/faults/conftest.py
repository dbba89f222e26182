from __future__ import annotations

from tests.cli.conftest import harness, project, start

__all__ = ["harness", "project", "start"]
