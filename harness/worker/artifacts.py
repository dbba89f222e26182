"""What a training leaves in its folder: history, confusion matrix, mistakes, summary, model."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records import Evaluated, Job, Scored
from harness.study import Variant

if TYPE_CHECKING:
    import keras
    import numpy as np
    import numpy.typing as npt

    from harness.data import ImageData


def write_artifacts(
    job: Job,
    data: ImageData,
    logits: npt.NDArray[np.float32],
    model: keras.Model,
    history: Sequence[Evaluated],
    tested: Sequence[Scored] = (),
) -> None:
    """Write everything to the job's output folder.

    Args:
        job: what was trained.
        data: its images.
        logits: of the test images, (n, classes).
        model: the trained network.
        history: its evaluations, at least one.
        tested: how the test split scored on the way.
    """
    from harness.engines import probabilities
    from harness.insight import confusion_matrix, draw_confusion, draw_mistakes, most_confident_mistakes

    folder = job.output
    folder.mkdir(parents=True, exist_ok=True)
    _write_history(folder / "history.csv", history, tested)
    matrix = confusion_matrix(data.test.labels, logits.argmax(axis=1), data.classes)
    with (folder / "confusion_matrix.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["true \\ predicted", *data.class_names])
        writer.writerows([name, *row] for name, row in zip(data.class_names, matrix.tolist(), strict=True))
    draw_confusion(matrix, data.class_names).savefig(folder / "confusion_matrix.png")
    mistakes = most_confident_mistakes(probabilities(logits), data.test.labels)
    draw_mistakes(data.test_pixels, mistakes, data.class_names).savefig(folder / "misclassified.png")
    (folder / "summary.txt").write_text(summarise(job.variant, data.image_shape, data.classes), encoding="utf-8")
    model.save(folder / "model.keras")


def _write_history(path: Path, history: Sequence[Evaluated], tested: Sequence[Scored]) -> None:
    """Write a row for each step at which something was scored."""
    rows: dict[int, dict[str, float]] = {}
    events: list[Evaluated | Scored] = [*tested, *history]
    for event in events:
        place = {"step": event.step, "epoch": event.epoch, "train_seconds": event.train_seconds}
        rows.setdefault(event.step, place).update(event.metrics)
    columns = ["step", "epoch", "train_seconds", *history[0].metrics, *(tested[0].metrics if tested else ())]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows[step] for step in sorted(rows))


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
