"""One row a metric. What is asked of metrics elsewhere is derived from these rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from harness.metrics.units import CORES, COUNT, EPOCHS, NATS, NOTHING, NUMBER, RATE, SECONDS, SHARE, STEPS, Unit

Known = Literal["evaluated", "scored", "end", "progress", "clock", "built"]
"""When a metric is known:

- evaluated: at every evaluation,
- scored: whenever the test split is scored, at the end and, if a study asks for it, on the way,
- end: at the end, of the trained network,
- progress: at the end, how far and how fast the training got,
- clock: at the end, the seconds that one kind of work took,
- built: as soon as the network is built.
"""


@dataclass(frozen=True)
class Metric:
    """What a metric is called, which way is better, and how it is shown.

    Attributes:
        name: in study files, and of the column in tables.
        title: heading in tables and on axes.
        unit: its unit.
        known: when it is known.
        key: its name in MLflow, whose UI makes a section of charts of everything before the slash.
        better: "higher" or "lower"; empty for what is recorded and never judged.
        split: of the images that it is measured on; empty if it is none of images. Nothing may be chosen by the test
            split.
        probe: the probe that measures it; empty if it is always measured.
        watched: of a time to the target, the metric that says how long each trial was watched; empty for others.
        short: heading where there is little room; the title by default.
        ratio: how a ratio is told, with {} for "32 % fewer" or "3 times the".
        counts_images: whether it is a share of images, and so comes in steps of 1 over their number.
        needs: what must be so for it to have a value; empty where only a network that diverged has none.
    """

    name: str
    title: str
    unit: Unit
    known: Known
    key: str
    better: Literal["higher", "lower", ""] = ""
    split: Literal["train", "validation", "test", ""] = ""
    probe: str = ""
    watched: str = ""
    short: str = ""
    ratio: str = ""
    counts_images: bool = False
    needs: str = ""

    @property
    def is_share(self) -> bool:
        """Whether it goes from 0 to 1."""
        return 1 <= self.unit.bounds.high < 2

    @property
    def direction(self) -> Literal["maximize", "minimize"]:
        """Optuna's word for ``better``."""
        return "maximize" if self.better == "higher" else "minimize"

    @property
    def sign(self) -> int:
        """1 if more is better, -1 if less is: of two values times the sign, the larger is the better."""
        return 1 if self.better == "higher" else -1

    @property
    def evaluated(self) -> bool:
        """Whether it is measured at every evaluation, so that a training can be stopped or pruned by it."""
        return self.known == "evaluated"

    @property
    def needs_finite(self) -> bool:
        """Whether a network that diverged has none: its logits are no numbers, and would count as class 0."""
        return self.known in ("evaluated", "scored", "end") or bool(self.watched)

    @property
    def heading(self) -> str:
        """The title with the symbol of the unit: ``test accuracy (%)``."""
        unit = (self.unit.symbol or self.unit.points).strip()
        return f"{self.title} ({unit})" if unit else self.title

    @property
    def points(self) -> str:
        """What a heading of differences has after the title: `` (points)`` for a share, else nothing."""
        return f" ({self.unit.points.strip()})" if self.unit.points else ""

    def show(self, value: float) -> str:
        """Write one value without its unit: per cent for a share, three digits for seconds, thousands separated."""
        if math.isnan(value):
            return NOTHING
        if math.isinf(value):
            return "not reached"
        return self.unit.write(self.unit.scale * value)

    def show_beside_title(self, value: float) -> str:
        """Write one value where the title says the unit, but for per cent: ``98.12 %``, ``1.38``."""
        return self.show(value) + (self.unit.symbol if math.isfinite(value) else "")

    def show_with_unit(self, value: float) -> str:
        """Write one value with its unit: ``98.12 %``, ``1.38 s``; counts, steps and losses have none."""
        return self.show(value) + ((self.unit.symbol or self.unit.abbreviation) if math.isfinite(value) else "")

    def show_given(self, value: float) -> str:
        """Write a value that somebody set, in as few digits as it takes: ``98 %``, ``0.05``."""
        return f"{self.unit.scale * value:g}{self.unit.symbol or self.unit.points}"

    def show_goal(self, value: float) -> str:
        """Write a value that somebody set, and of what: ``98 % validation accuracy``, ``a validation loss of 0.05``."""
        given = self.show_given(value)
        return f"{given} {self.title}" if self.unit.symbol else f"a {self.title} of {given}"

    def signed(self, difference: float) -> str:
        """Write a difference with its sign and without its unit: points of a per cent for a share."""
        text = f"{self.unit.scale * difference:{self.unit.digits}}"
        if float(text) == 0:
            return text.removeprefix("-")
        return f"−{text[1:]}" if text.startswith("-") else f"+{text}"

    def show_difference(self, difference: float) -> str:
        """Write a difference with its sign and unit: ``−0.21 points``, ``−0.0123``."""
        return self.signed(difference) + self.unit.points


ROWS: tuple[Metric, ...] = (
    Metric("val_accuracy", "validation accuracy", SHARE, "evaluated", "val/accuracy", "higher", split="validation",
           short="val acc", counts_images=True),
    Metric("val_loss", "validation loss", NATS, "evaluated", "val/loss", "lower", split="validation", short="val loss"),
    # those of training are running means over the batches trained on since the last evaluation, as Keras shows them
    Metric("train_accuracy", "training accuracy", SHARE, "evaluated", "train/accuracy", "higher", split="train",
           short="train acc", counts_images=True),
    Metric("train_loss", "training loss", NATS, "evaluated", "train/loss", "lower", split="train", short="train loss"),
    Metric("test_accuracy", "test accuracy", SHARE, "scored", "test/accuracy", "higher", split="test",
           counts_images=True),
    Metric("test_loss", "test loss", NATS, "scored", "test/loss", "lower", split="test"),
    Metric("steps", "steps", STEPS, "progress", "progress/steps"),
    Metric("epochs", "epochs", EPOCHS, "progress", "progress/epochs"),
    Metric("refit_steps", "steps of the second training", STEPS, "progress", "progress/refit_steps"),
    Metric("restored_step", "step of the network that was kept", STEPS, "progress", "progress/restored_step"),
    Metric("steps_to_target", "steps to target", STEPS, "progress", "target/steps", "lower", watched="steps"),
    Metric("seconds_to_target", "seconds to target", SECONDS, "progress", "target/seconds", "lower",
           watched="train_seconds"),
    Metric("train_seconds", "training seconds", SECONDS, "clock", "seconds/train", "lower",
           ratio="trains in {} time"),
    Metric("evaluate_seconds", "evaluation seconds", SECONDS, "clock", "seconds/evaluate"),
    Metric("compile_seconds", "compilation seconds", SECONDS, "clock", "seconds/compile"),
    Metric("prepare_seconds", "preparation seconds", SECONDS, "clock", "seconds/prepare"),
    Metric("record_seconds", "recording seconds", SECONDS, "clock", "seconds/record"),
    Metric("refit_seconds", "seconds of the second training", SECONDS, "clock", "seconds/refit"),
    Metric("images_per_second", "images per second", RATE, "progress", "progress/images_per_second", "higher",
           ratio="trains on {} images per second"),
    Metric("foreign_load", "cores taken by others", CORES, "progress", "machine/foreign_load"),
    Metric("kwh", "kWh of the machine since the trial before", NUMBER, "progress", "machine/kwh"),
    Metric("studies_beside", "other studies beside", COUNT, "progress", "machine/studies_beside"),
    Metric("parameters", "parameters", COUNT, "built", "cost/parameters", "lower",
           ratio="has {} parameters"),
    Metric("macs", "multiply-accumulates", COUNT, "built", "cost/macs", "lower",
           ratio="needs {} multiply-accumulates"),
    Metric("activations", "activation values", COUNT, "built", "cost/activations", "lower",
           ratio="puts out {} activation values"),
    Metric("activation_ops", "activation functions", COUNT, "built", "cost/activation_ops", "lower",
           ratio="evaluates {} activation functions"),
    Metric("pool_ops", "pooling operations", COUNT, "built", "cost/pool_ops", "lower",
           ratio="needs {} pooling operations"),
    Metric("dead_classes", "classes never predicted", NUMBER, "end", "test/dead_classes", "lower", split="test"),
    Metric("dead_features", "dead features", NUMBER, "end", "features/dead", "lower", probe="features"),
    Metric("redundant_features", "redundant features", NUMBER, "end", "features/redundant", "lower", probe="features"),
    Metric("order_difference", "largest change of a logit in the other order", NUMBER, "end",
           "features/order_difference", "lower", split="test", probe="activation_order"),
)  # fmt: skip
"""Every metric that is measured of every trial, in the order in which tables and references list them."""

RECORDED: dict[str, Metric] = {row.name: row for row in ROWS}
"""Every number that is recorded of a trial, by its name."""


def known(*when: Known) -> tuple[str, ...]:
    """Return the names of the metrics that are known then, in order."""
    return tuple(row.name for row in ROWS if row.known in when)


EVALUATED = known("evaluated")
"""Measured at every evaluation of every training, so that it can be stopped or pruned by them."""
NEED_FINITE = tuple(row.name for row in ROWS if row.needs_finite)
"""Metrics that a network which diverged does not have."""
CLOCKS = tuple(name.removesuffix("_seconds") for name in known("clock"))
"""What the time of a training is spent on, a clock each."""
PROBES: dict[str, tuple[str, ...]] = {
    probe: tuple(row.name for row in ROWS if row.probe == probe)
    for probe in dict.fromkeys(row.probe for row in ROWS if row.probe)
}
"""Probe of a trained network -> the metrics that it measures."""
