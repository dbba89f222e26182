"""Times to a target for tests."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.stats import Times


@pytest.fixture
def times():
    """Make times by replicate: ``times(1, -2)``; negative ones are censored."""

    def make(*at):
        return Times(
            pd.Series([abs(time) for time in at], dtype=float), pd.Series([time < 0 for time in at], dtype=bool)
        )

    return make
