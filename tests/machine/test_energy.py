"""Energy by counters in a folder as Linux has it, read by CodeCarbon itself."""

from __future__ import annotations

import sys

import pytest

from harness.errors import RunError, UsageError
from harness.machine.energy import EnergyMeter

JOULES = 1_000_000
"""A counter's units in a joule."""
KWH = 3_600_000 * JOULES


@pytest.fixture
def counter(tmp_path):
    """Sets the counter of the one processor that there is, in joules."""
    pytest.importorskip("codecarbon")
    place = tmp_path / "intel-rapl" / "intel-rapl:0"
    place.mkdir(parents=True)
    (place / "name").write_text("package-0\n")
    (place / "max_energy_range_uj").write_text(str(2 * KWH))

    def to(kwh):
        (place / "energy_uj").write_text(str(round(kwh * KWH)))
        return str(place.parent)

    to.file = place / "energy_uj"
    return to


def test_it_counts_since_it_was_asked_last(counter):
    meter = EnergyMeter(counter(0.5))
    counter(0.75)
    assert meter.kwh() == pytest.approx(0.25, rel=1e-5)
    assert meter.kwh() == 0
    counter(1.75)
    assert meter.kwh() == pytest.approx(1.0, rel=1e-5)


def test_a_counter_that_began_anew_is_told_from_one_that_fell(counter):
    meter = EnergyMeter(counter(1.9))
    counter(0.1)
    assert meter.kwh() == pytest.approx(0.2, rel=1e-5)


def test_a_counter_that_can_no_longer_be_read_ends_it(counter):
    meter = EnergyMeter(counter(0.5))
    counter.file.unlink()
    with pytest.raises(RunError, match="the energy counters of the processor can no longer be read"):
        meter.kwh()


def test_without_a_counter_nothing_is_guessed(tmp_path):
    pytest.importorskip("codecarbon")
    with pytest.raises(UsageError, match="needs the energy counters of the processor, and this machine has none"):
        EnergyMeter(str(tmp_path / "intel-rapl"))


def test_without_codecarbon_it_says_which_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "codecarbon.core.cpu", None)
    with pytest.raises(UsageError, match="needs CodeCarbon, which is not installed"):
        EnergyMeter()
