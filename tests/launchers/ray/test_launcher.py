"""Workers as actors of a real Ray cluster, of several nodes on this machine."""

from __future__ import annotations

import pytest

from tests.launchers.contract import Training

pytestmark = pytest.mark.ray


class TestRayLauncher(Training):
    """It is held to the contract."""

    @pytest.fixture
    def start(self, start_on, one_node, work):
        return lambda given=work: start_on(one_node, given)
