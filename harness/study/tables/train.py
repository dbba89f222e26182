"""`[train]`, `[target]` and `[seeds]`: optimiser and protocol, when it is done, and what is drawn anew."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from harness.metrics import METRICS, OwnName
from harness.study.code import CodeName
from harness.study.tables.augment import Augment
from harness.study.tables.metrics import EvaluatedMetric
from harness.study.tables.table import FileTable, from_protocol, hint

MOST_STEPS = 100_000_000
"""Of a training: each has a learning rate that is worked out before the first, and 100 ms would make it a year."""


CodeText = Annotated[str, AfterValidator(lambda text: str(CodeName.of(text)))]
ClassWeight = Annotated[float, Field(ge=0)]
Drawn = Literal["replicate", "fixed"]


class SeedSpec(FileTable):
    """`[seeds]`: what is drawn anew in every replicate, and what stays as it is in the first."""

    split: Drawn = Field(default="replicate", description="Which images are held out.")
    weights: Drawn = Field(default="replicate", description="The initial weights.")
    order: Drawn = Field(default="replicate", description="The order of the batches.")
    dropout: Drawn = Field(default="replicate", description="The dropout masks.")
    augment: Drawn = Field(default="replicate", description="How training images are changed with train.augment.")


USED_BY: dict[str, tuple[str, tuple[str, ...]]] = {
    "train.momentum": ("train.optimizer", ("sgd",)),
    "train.weight_decay": ("train.optimizer", ("adamw",)),
    "train.focal_gamma": ("train.loss", ("focal",)),
    "model.batch_norm_momentum": ("model.batch_norm", ("True",)),
    "model.initializer_stddev": ("model.initializer", ("truncated_normal", "random_normal")),
}
"""Settings that matter only beside certain values of another; elsewhere nothing uses them."""


def _with_patience(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema that `evaluations` has another name."""
    schema["properties"]["patience"] = {"type": "integer", "minimum": 1, "title": "Patience"}
    schema["anyOf"] = [{"required": ["evaluations"]}, {"required": ["patience"]}]
    schema.pop("required")


class Plateau(FileTable):
    """`[train.plateau]`: stop when a metric no longer improves."""

    model_config = ConfigDict(json_schema_extra=_with_patience)

    metric: EvaluatedMetric = Field(default="val_loss", description="The metric that must keep improving.")
    evaluations: int = Field(
        ge=1,
        description="Stop after this many evaluations in a row without improvement; `patience`, Keras' word, is taken "
        "for it, too.",
        json_schema_extra=hint("E.g. 5."),
    )

    @model_validator(mode="before")
    @classmethod
    def _take_patience(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "patience" not in given:
            return given
        if "evaluations" in given:
            raise ValueError("patience is another word for evaluations, got both. Remove one of them.")
        return {"evaluations" if key == "patience" else key: value for key, value in given.items()}

    min_delta: float = Field(default=0.0, ge=0, description="A smaller change is no improvement.")


class TrainSpec(FileTable):
    """`[train]`: optimiser and protocol. One of `max_steps` and `max_epochs` says how long at most."""

    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = Field(default="adam", description="Keras optimiser.")
    learning_rate: float = Field(
        default=1e-3, gt=0, description="Learning rate, the peak one where there is a schedule.",
        json_schema_extra=hint("Typical values are 1e-4 to 1e-2."),
    )  # fmt: skip
    momentum: float = Field(default=0.9, ge=0, lt=1, description="Momentum of 'sgd' (0 for none); unused elsewhere.")
    weight_decay: float = Field(default=0.004, ge=0, description="Decoupled weight decay of 'adamw'; unused elsewhere.")
    schedule: Literal["constant", "cosine", "one_cycle"] = Field(
        default="constant",
        description="Learning rate over the steps up to the maximum: constant, half a cosine from learning_rate to 0, "
        "or one cycle (cosine from 1/25 up to learning_rate over the first 30 %, then down to 1/250,000).",
    )
    batch_size: int = Field(
        default=64, ge=1, description="Images a step.", json_schema_extra=hint("Typical values are 32 to 512.")
    )
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="Share of the label spread evenly over all classes, in training only."
    )
    loss: Literal["cross_entropy", "focal", "squared_error"] = Field(
        default="cross_entropy",
        description="What training minimises: softmax cross-entropy, focal loss (easy images count less) or the "
        "squared error of the probabilities. val_loss and test_loss are cross-entropy in any case.",
    )
    focal_gamma: float = Field(
        default=2.0, ge=0, le=20, description="Of loss = 'focal': how much less easy images count; 0 is cross-entropy."
    )
    class_weights: Literal["none", "balanced"] | Annotated[tuple[ClassWeight, ...], Field(strict=False)] = Field(
        default="none",
        description="How much the loss of an image counts, by its class: all the same, as much as its class is rare "
        "('balanced'), or a list with a number for each class, in their order.",
        json_schema_extra=hint('Write "balanced", or a number for each class.'),
    )
    l2: float = Field(
        default=0.0, ge=0, le=1,
        description="So many times the sum of the squares of all kernels is added to the loss that is minimised (not "
        "to train_loss); not the same as weight_decay with an optimiser that adapts its steps.",
        json_schema_extra=hint("Typical values are 1e-5 to 1e-3."),
    )  # fmt: skip
    clip_norm: float = Field(
        default=0.0, ge=0,
        description="Gradients of a step whose norm, over all weights together, is larger are scaled down to it; 0 for "
        "never.",
    )  # fmt: skip
    clip_value: float = Field(
        default=0.0, ge=0, description="Each value of a gradient is cut off at plus and minus this; 0 for never."
    )
    ema: float = Field(
        default=0.0, ge=0, lt=1,
        description="Share of an exponential moving average of the weights that each step keeps: the averages are what "
        "is evaluated, tested and kept. 0 for none.",
        json_schema_extra=hint("Typical values are 0.99 to 0.9999."),
    )  # fmt: skip
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = Field(
        default="float32", description="Keras dtype policy; weights and logits stay float32."
    )
    max_steps: int | None = Field(
        default=None, ge=1, le=MOST_STEPS, description="Training ends after this many batches at the latest."
    )
    max_epochs: float | None = Field(
        default=None, gt=0, description="Training ends after this many passes over the training images at the latest."
    )
    evaluate_every: Annotated[int, Field(ge=1)] | Literal["epoch"] = Field(
        default="epoch", description="Evaluate every so many steps, or 'epoch'. The end is always evaluated.",
        json_schema_extra=hint("Write a number of steps such as 100, or \"epoch\"."),
    )  # fmt: skip
    test_at: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(),
        strict=False,
        description="Steps at which the test split is scored too, 0 before the first; for the record alone: nothing is "
        "stopped, pruned or chosen by it.",
        json_schema_extra=hint("E.g. test_at = [0, 1, 100, 1000]."),
    )
    refit: bool = Field(
        default=False,
        description="After the training, train afresh, with the same seeds and for as many epochs, on training and "
        "validation images together; the test split and the saved model are those of the second training.",
    )
    max_seconds: float | None = Field(
        default=None, gt=0, description="Time budget: stop at the first evaluation after so many training seconds."
    )
    plateau: Plateau | None = Field(default=None, description="Stop when a metric no longer improves.")
    restore_best: EvaluatedMetric | Literal["none"] = Field(
        default="none",
        description="A metric: test and keep the network as it was at the evaluation where this metric was best, the "
        "first of equals, and not as it is at the end. 'none' keeps the last.",
        json_schema_extra=hint('Or "none".'),
    )
    callbacks: tuple[CodeText, ...] = Field(
        default=(),
        strict=False,
        max_length=20,
        description="Keras callbacks of yours, each a class or a function without arguments: its file, relative to the "
        "study file, and its name. They are called at every evaluation and may stop the training.",
        json_schema_extra=hint('E.g. callbacks = ["mine.py:Patience"].'),
    )
    augment: Augment = Field(
        default=Augment(), description="How training images are changed when they are shown; by default not at all."
    )

    @model_validator(mode="after")
    def _check_gradients(self) -> TrainSpec:
        if self.clip_norm and self.clip_value:
            raise ValueError(
                f"clip_norm does not go with clip_value, got {self.clip_norm:g} and {self.clip_value:g}. Remove one of "
                "them."
            )
        if self.ema and self.precision == "mixed_float16":
            raise ValueError(
                f"ema must be 0 with precision = 'mixed_float16', got {self.ema:g}: steps that overflow are "
                "skipped, and would be averaged. Use mixed_bfloat16."
            )
        return self

    @model_validator(mode="after")
    def _check(self) -> TrainSpec:
        if (self.max_steps is None) == (self.max_epochs is None):
            got = "neither" if self.max_steps is None else "both"
            raise ValueError(f"exactly one of max_steps and max_epochs must be given, got {got}. E.g. max_epochs = 5.")
        if self.refit and self.test_at:
            raise ValueError("test_at does not go with refit = true, which scores another network. Remove one of them.")
        return self


class TargetSpec(FileTable):
    """`[target]`: what ends a training successfully."""

    model_config = ConfigDict(json_schema_extra=from_protocol)

    metric: EvaluatedMetric = Field(
        description="The metric to watch.",
        json_schema_extra=hint("The test split is scored once, at the end: stop on val_accuracy instead."),
    )
    value: float = Field(
        description="Reached when the metric is at least this, or at most where less of it is better. Above 0 but for "
        "metrics of one's own."
    )
    in_a_row: int = Field(default=1, ge=1, description="Evaluations in a row that must reach it.")
    stop: bool = Field(
        default=True, description="False: note when the target was reached, and train on to the maximum."
    )

    @field_validator("value")
    @classmethod
    def _check_sign(cls, value: float, info: ValidationInfo) -> float:
        if value <= 0 and not isinstance(info.data.get("metric"), OwnName):
            raise PydanticCustomError("greater_than", "above {gt}", {"gt": 0})
        return value

    @model_validator(mode="after")
    def _check(self) -> TargetSpec:
        if METRICS[self.metric].is_share and self.value > 1:
            raise ValueError(
                f"value must be between 0 and 1, got {self.value:g}. Write {self.value / 100:g} for {self.value:g} %."
            )
        return self

    @property
    def in_words(self) -> str:
        """The target in words: ``98 % validation accuracy``, ``a validation loss of 0.05``."""
        text = METRICS[self.metric].show_goal(self.value)
        return text if self.in_a_row == 1 else f"{text} at {self.in_a_row} evaluations in a row"


def stopping_metrics(train: TrainSpec, target: TargetSpec | None) -> tuple[str, ...]:
    """Return the metrics that may end a training, or choose which of its networks is kept."""
    named = [table.metric for table in (train.plateau, target) if table]
    return (*named, *([train.restore_best] if train.restore_best != "none" else ()))
