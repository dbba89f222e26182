"""What a training leaves in its folder: history, summary, model, hits, and pictures as many as the job asks for."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.records import HITS_FILE, Evaluated, Scored, pack_hits
from harness.study import Variant

if TYPE_CHECKING:
    import numpy.typing as npt

    from harness.worker.session import Session


def write_artifacts(session: Session, logits: npt.NDArray[np.float32]) -> None:
    """Write everything to the training's folder; of a network that diverged nothing of what it makes of images.

    Args:
        session: the training, which is over and has evaluated at least once.
        logits: of the test images, (n, classes).
    """
    from harness.gallery import LEVELS, Choice, Subject, write_pictures

    job, data, folder = session.job, session.data, session.folder
    folder.mkdir(parents=True, exist_ok=True)
    rows = history_rows(session.history, session.tested)
    _write_history(folder / "history.csv", rows, session)
    (folder / "summary.txt").write_text(summarise(job.variant, data.image_shape, data.classes), encoding="utf-8")
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
    place = folder / "conv_1 weights"
    place.mkdir(parents=True)
    with own_style():
        for step, kernel in kernels.items():
            draw_weights(kernel, "conv_1", step, most).savefig(place / f"{step}.png")


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


def summarise(variant: Variant, image_shape: tuple[int, int, int], classes: int) -> str:
    """Return the network layer by layer as text: output shapes, parameters, multiply-accumulates."""
    from harness.cost import layer_costs, total_costs

    lines = [f"{'layer':<16}{'output':<16}{'parameters':>12}{'macs':>14}"]
    lines.append(f"{'image':<16}{'x'.join(map(str, image_shape)):<16}")
    for layer in layer_costs(variant.model, image_shape, classes):
        shape = "x".join(map(str, layer.output_shape))
        lines.append(f"{layer.name:<16}{shape:<16}{layer.parameters:>12,}{layer.macs:>14,}")
    total = total_costs(variant.model, image_shape, classes)
    lines.append(f"{'total':<16}{'':<16}{total['parameters']:>12,}{total['macs']:>14,}")
    return "\n".join(lines) + "\n"
