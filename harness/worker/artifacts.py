"""What a training leaves in its folder: history, summary, model, hits, and pictures as many as the job asks for."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.records import HITS_FILE, Evaluated, Scored, pack_hits

if TYPE_CHECKING:
    import numpy.typing as npt

    from harness.cost import LayerCost
    from harness.worker.session import Session


def write_artifacts(session: Session, logits: npt.NDArray[np.float32]) -> None:
    """Write everything to the training's folder; of a network that diverged nothing of what it makes of images.

    Args:
        session: the training, which is over and has evaluated at least once.
        logits: of the test images, (n, classes).
    """
    from harness.cost import costs_of
    from harness.gallery import LEVELS, Choice, Subject, write_pictures

    job, data, folder = session.job, session.data, session.folder
    folder.mkdir(parents=True, exist_ok=True)
    layers = costs_of(job.variant.model, session.model, data.image_shape, data.classes)
    rows = history_rows(session.history, session.tested)
    _write_history(folder / "history.csv", rows, session)
    (folder / "summary.txt").write_text(summarise(layers, data.image_shape), encoding="utf-8")
    session.model.save(folder / "model.keras")
    if not session.diverged:
        (folder / HITS_FILE).write_bytes(pack_hits(logits.argmax(axis=1) == data.test.labels))
    if job.insight != "none" and not session.diverged:
        subject = Subject(job.variant, session.model, data, logits, rows)
        write_pictures(subject, Choice(LEVELS[job.insight]), folder / "insight")
    if session.snapshots:
        _write_snapshots(folder / "steps", session)


def _write_snapshots(folder: Path, session: Session) -> None:
    """Draw the weights of the first convolution as they were at some steps, all on one scale: ``KEY/STEP.png``."""
    from harness.insight import draw_weights, own_style

    kernels = {step: kernel for step, kernel in session.snapshots.items() if np.isfinite(kernel).all()}
    most = max((float(abs(kernel).max()) for kernel in kernels.values()), default=0.0)
    name = session.first_convolution
    place = folder / f"{name} weights"
    place.mkdir(parents=True)
    with own_style():
        for step, kernel in kernels.items():
            draw_weights(kernel, name, step, most).savefig(place / f"{step}.png")


def history_rows(history: Sequence[Evaluated], tested: Sequence[Scored]) -> list[dict[str, float]]:
    """Return a row for each step at which something was scored, with what was."""
    rows: dict[int, dict[str, float]] = {}
    events: list[Evaluated | Scored] = [*tested, *history]
    for event in events:
        place = {"step": event.step, "epoch": event.epoch, "train_seconds": event.train_seconds}
        rows.setdefault(event.step, place).update(event.metrics)
    return [rows[step] for step in sorted(rows)]


def _write_history(path: Path, rows: Sequence[Mapping[str, float]], session: Session) -> None:
    tested = session.tested[0].metrics if session.tested else ()
    columns = ["step", "epoch", "train_seconds", *session.history[0].metrics, *tested]
    columns += dict.fromkeys(name for row in rows for name in row if name not in columns)  # without a value at first
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def summarise(layers: Sequence[LayerCost], image_shape: tuple[int, int, int]) -> str:
    """Return the network layer by layer as text: output shapes, parameters, multiply-accumulates."""
    from harness.cost import total_of, uncounted

    wide = max(16, *(len(layer.name) + 2 for layer in layers))
    lines = [f"{'layer':<{wide}}{'output':<16}{'parameters':>12}{'macs':>14}"]
    lines.append(f"{'image':<{wide}}{'x'.join(map(str, image_shape)):<16}")
    for layer in layers:
        shape = "x".join(map(str, layer.output_shape))
        macs = f"{layer.macs:,}" if layer.counted else "uncounted"
        lines.append(f"{layer.name:<{wide}}{shape:<16}{layer.parameters:>12,}{macs:>14}")
    total = total_of(layers)
    macs = f"{total['macs']:,}" if "macs" in total else "uncounted"
    lines.append(f"{'total':<{wide}}{'':<16}{total['parameters']:>12,}{macs:>14}")
    if unknown := uncounted(layers):
        lines.append(f"Operations are not counted: it is not known here what these layers do: {', '.join(unknown)}.")
    return "\n".join(lines) + "\n"
