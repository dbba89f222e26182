"""Where a training ran."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fingerprint:
    """Where a trial ran. Seconds are compared only where :data:`harness.trials.EQUAL_FOR_SECONDS` is equal.

    Attributes:
        processor: model name of the CPU or GPU that trained.
        device: "cpu" or "gpu".
        backend: Keras backend and its version, e.g. ``tensorflow 2.21.0``.
        keras: version of Keras.
        python: version of Python.
        threads: threads of the worker.
        workers: workers that shared the machine.
        pack: trainings that shared the program, side by side.
        processor_model: numbers that tell a processor from others of its name; empty if unknown, and of a GPU.
        instructions: instruction sets of the processor that matter to training, joined by ``+``; empty likewise.
    """

    processor: str
    device: str
    backend: str
    keras: str
    python: str
    threads: int
    workers: int
    pack: int = 1
    processor_model: str = ""
    instructions: str = ""
