"""The launcher that answers by script, which tests of the driver have: it keeps to the contract too."""

from __future__ import annotations

import pytest

from tests.conftest import ScriptedLauncher, make_result
from tests.launchers.contract import Placing


@pytest.fixture
def start(work):
    def make(given=work):
        launcher = ScriptedLauncher(
            lambda job: make_result(), leave=lambda job, folder: (folder / "summary.txt").write_text("layer 1")
        )
        return launcher(given)

    return make


class TestScriptedLauncher(Placing):
    """It is held to the contract."""
