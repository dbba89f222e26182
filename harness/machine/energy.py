"""How much energy this machine takes, as CodeCarbon reads its counters: what it would guess is not asked for."""

from __future__ import annotations

import functools
import logging
import time
from typing import Any

from harness.errors import RunError, UsageError

RAPL = "/sys/class/powercap/intel-rapl/subsystem"
"""Where Linux shows the energy counters of processors (RAPL), of Intel's and AMD's."""

_ENERGY = "Energy"


class EnergyMeter:
    """Counts what the processors of this machine take, and its NVIDIA GPUs, whoever uses them.

    The counters begin anew every few minutes to hours, so that it must be read about once a minute.

    Args:
        place: folder of the counters.

    Raises:
        UsageError: if CodeCarbon is not installed, or there is no counter that may be read. It would then guess from
            the processor's name, which is no measurement.
    """

    def __init__(self, place: str = RAPL) -> None:
        try:
            from codecarbon.core.cpu import IntelRAPL, is_rapl_available
        except ImportError:
            raise UsageError(
                "budget.kwh needs CodeCarbon, which is not installed. Install the extra `energy`, or limit "
                "budget.minutes."
            ) from None
        logging.getLogger("codecarbon").setLevel(logging.CRITICAL)  # what it says of counters, this says better
        if not is_rapl_available(place):
            raise UsageError(
                "budget.kwh needs the energy counters of the processor, and this machine has none that may be read "
                f"({place}): virtual machines have none, elsewhere they are for root. Limit budget.minutes instead."
            )
        self._is_there = functools.partial(is_rapl_available, place)
        self._processors = IntelRAPL(place)
        self._gpus = _gpus()
        self._processors.start()
        for gpus in self._gpus:
            gpus.start()
        self._read_at = time.monotonic()

    def kwh(self) -> float:
        """Return the kilowatt-hours since this was asked last, or since the meter began.

        Raises:
            RunError: if the counters can no longer be read.
        """
        from codecarbon.core.units import Time

        now = time.monotonic()
        passed = Time.from_seconds(max(now - self._read_at, 1e-3))
        self._read_at = now
        found = self._processors.get_cpu_details(passed)
        energies = [value for name, value in found.items() if _ENERGY in name]
        if not energies or not self._is_there():  # CodeCarbon would go on, with nothing used
            raise RunError("the energy counters of the processor can no longer be read: budget.kwh cannot be kept.")
        graphics = [one["delta_energy_consumption"].kWh for gpus in self._gpus for one in gpus.get_delta(passed)]
        return float(sum(energies) + sum(graphics))


def _gpus() -> list[Any]:
    """Return CodeCarbon's view of the GPUs of this machine, if there are any."""
    from codecarbon.core import gpu

    if not gpu.is_gpu_details_available():
        return []
    found = gpu.AllGPUDevices()
    return [found] if found.device_count else []
