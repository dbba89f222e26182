"""A checkout beside itself."""

from __future__ import annotations

from benchmarks.against import compare, show
from benchmarks.measure import ROOT


def test_both_checkouts_are_timed_in_turn():
    found = compare({"before": ROOT, "now": ROOT}, ["help"], rounds=2, trials=10)
    assert {which: len(seconds) for which, seconds in found["help"].items()} == {"before": 2, "now": 2}
    assert all(0 < second < 60 for seconds in found["help"].values() for second in seconds)


def test_the_table_has_medians_ranges_and_the_ratio():
    text = show({"trials": {"before": [2.0, 1.0, 4.0], "now": [3.0, 3.0, 5.0]}}, trials=1000, revision="0123456789")
    assert "| 0123456789, s |" in " ".join(text.splitlines()[0].split())
    assert text.splitlines()[-1].replace("  ", "") == (
        "| 1,000 trials, plan and store |3 | 2.00 (1.00 to 4.00) | 3.00 (3.00 to 5.00) |1.50 |"
    )
