"""What a GPU makes of it: steps a second, packs, time to 99 % test accuracy.

    python -m benchmarks.gpu                             # TensorFlow
    KERAS_BACKEND=jax python -m benchmarks.gpu           # JAX, which also trains packs
    python -m benchmarks.gpu --steps 20 --seeds 1 --pack 2 --images 640 --limit 20    # a small try on a CPU

Compilation is timed apart. Reads MNIST from HARNESS_DATA_DIR; ``--synthetic`` uses random images instead, with which
nothing can be said of accuracy. On a GPU table and figures also go to ``benchmarks/results/gpu-BACKEND.json``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import ROOT, save, table, where_and_when

PUBLISHED = "27 s and 31 s"
"""Seconds that the tutorial gives for 10,000 iterations of ``hvass02`` at batch 64, before and after the pool."""

TARGET = 0.99

FAST: dict[str, Any] = {
    "model": {"conv": [{"filters": 32, "kernel": 3}, {"filters": 64, "kernel": 3}], "batch_norm": True,
              "dense": [128], "dense_dropout": 0.3, "activation_order": "after_pool", "initializer": "he_normal"},
    "train": {"optimizer": "adam", "learning_rate": 5e-3, "schedule": "one_cycle", "batch_size": 256},
}  # fmt: skip
"""The quickest way to 99 % that is known here: batch normalisation and one cycle."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10_000, help="iterations of hvass02")
    parser.add_argument("--pack", type=int, default=32, help="replicates side by side")
    parser.add_argument("--seeds", type=int, default=30, help="trainings to 99 %%")
    parser.add_argument("--limit", type=int, default=1000, help="steps of these at most, the span of the cycle")
    parser.add_argument("--every", type=int, default=25, help="steps between their evaluations")
    parser.add_argument("--images", type=int, default=55_000)
    parser.add_argument("--synthetic", action="store_true", help="random images instead of MNIST")
    options = parser.parse_args()

    from harness.engines import describe_device

    device = describe_device()
    data = _images(options)
    rows, found = [], {}
    for name, measure in (("solo", solo), ("pack", pack), ("target", to_target)):
        found[name] = measure(options, data)
        rows += [[label, value] for label, value in found[name]["rows"]]
        print(f"{name}: done", file=sys.stderr, flush=True)
    text = table([f"{device.processor}, {device.backend}", "measured"], rows)
    print(text)
    if device.device != "cpu":
        where = where_and_when(("keras", "tensorflow", "jax"))
        contents = {**where, "device": device._asdict(), "options": vars(options), "found": found}
        path = save(f"gpu-{device.backend.split()[0]}", {**contents, "table": text.splitlines()})
        print(path.relative_to(ROOT), file=sys.stderr)


def _images(options: argparse.Namespace) -> Any:
    """Return training and test images and labels."""
    if options.synthetic:
        random = np.random.default_rng(0)
        shapes = ((options.images, 28, 28, 1), (1000, 28, 28, 1))
        return [(random.random(shape, dtype=np.float32), random.integers(0, 10, shape[0])) for shape in shapes]
    from harness.data import load_images
    from harness.study import DataSpec

    folder = os.environ.get("HARNESS_DATA_DIR")
    spec = DataSpec(name="mnist", validation=0, split="first", train_images=options.images)
    data = load_images(spec, 0, Path(folder) if folder else None)
    return [(data.train.images, data.train.labels), (data.test.images, data.test.labels)]


def _trainings(count: int, model: dict[str, Any], train: dict[str, Any], steps: int, data: Any) -> Iterator[Any]:
    """Yield replicates of a variant, ready for an engine."""
    from harness.engines import Training
    from harness.network import build_network
    from harness.seeds import replicate_seeds
    from harness.study import ModelSpec, TrainSpec

    spec = TrainSpec.model_validate({**train, "max_steps": steps})
    for replicate in range(count):
        seeds = replicate_seeds(0, replicate)
        network = build_network(
            ModelSpec.model_validate(model), (28, 28, 1), 10, seeds.weights, dropout_seed=seeds.dropout
        )
        yield Training(network, spec, steps, *data[0], seeds.order)


HVASS: tuple[dict[str, Any], dict[str, Any]] = {"preset": "hvass02"}, {"learning_rate": 1e-4, "batch_size": 64}


def solo(options: argparse.Namespace, data: Any) -> dict[str, Any]:
    """Time so many iterations of ``hvass02``, one training alone."""
    from harness.engines import build_engine

    (training,) = _trainings(1, *HVASS, options.steps, data)
    engine = build_engine(*training)
    compiled = engine.warm_up(options.steps)
    seconds = _time(lambda: engine.train(options.steps))
    return {
        "compile_seconds": compiled,
        "seconds": seconds,
        "rows": [
            (
                f"hvass02, {options.steps:,} iterations, s (published: {PUBLISHED} for 10,000)",
                f"{seconds:.2f}",
            ),
            ("steps a second", f"{options.steps / seconds:,.0f}"),
            ("compilation, s", f"{compiled:.1f}"),
        ],
    }


def pack(options: argparse.Namespace, data: Any) -> dict[str, Any]:
    """Time a pack of replicates against the same number, one after the other."""
    import keras

    from harness.engines import build_engine, build_pack

    if keras.backend.backend() != "jax":
        return {"rows": [(f"pack of {options.pack} over solo runs", "needs JAX")]}
    steps = max(1, options.steps // 10)
    engine = build_pack(list(_trainings(options.pack, *HVASS, steps, data)))
    compiled = engine.warm_up(steps)
    together = _time(lambda: engine.train(steps))
    alone = 0.0
    for training in _trainings(options.pack, *HVASS, steps, data):
        single = build_engine(*training)
        single.warm_up(steps)
        alone += _time(lambda single=single: single.train(steps))  # type: ignore[misc]
    return {
        "compile_seconds": compiled,
        "seconds": together,
        "solo_seconds": alone,
        "rows": [
            (f"pack of {options.pack}, {steps:,} iterations of each, s", f"{together:.2f}"),
            (f"{options.pack} solo runs, {steps:,} iterations of each, s", f"{alone:.2f}"),
            ("throughput of the pack over solo runs", f"{alone / together:.1f}"),
            ("compilation of the pack, s", f"{compiled:.1f}"),
        ],
    }


def to_target(options: argparse.Namespace, data: Any) -> dict[str, Any]:
    """Time trainings of the quickest known variant until they are right on 99 % of the test images.

    This is a measurement of speed and no study: the test images are looked at while training, and nothing is chosen.
    """
    from harness.engines import build_engine, mean_scores

    test_images, test_labels = data[1]
    seconds, steps = [], []
    for training in _trainings(options.seeds, FAST["model"], FAST["train"], options.limit, data):
        engine = build_engine(*training)
        engine.warm_up(options.every)
        engine.logits(test_images)  # puts them on the device
        spent, done = 0.0, 0
        while done < options.limit:
            count = min(options.every, options.limit - done)
            spent += _time(lambda engine=engine, count=count: engine.train(count))  # type: ignore[misc]
            done += count
            if mean_scores(engine.logits(test_images), test_labels).accuracy >= TARGET:
                seconds.append(spent)
                steps.append(done)
                break
    label = f"seeds of {options.seeds} that reach {TARGET:.0%} of the test images within {options.limit:,} steps"
    rows = [(label, str(len(seconds)))]
    if seconds:
        spread = f"{statistics.median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
        rows.append(("training seconds until then, median and range", spread))
        rows.append(("steps until then, median", f"{statistics.median(steps):,.0f}"))
    return {"seconds": seconds, "steps": steps, "rows": rows}


def _time(work: Any) -> float:
    """Return the seconds of a call; engines return when the device is done."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
