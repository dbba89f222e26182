"""The tables of a study file as frozen, strict models. Descriptions here are the documentation of the keys.

`fix` in a field's schema extra is the hint that an error message ends with.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.image_sets import IMAGE_SETS, ImageSet
from harness.metrics import EVALUATED, METRICS
from harness.presets import PRESETS
from harness.study.splits import require_split


class Table(BaseModel):
    """Base of all tables: frozen, strict, no unknown keys, no infinities."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


def _hint(fix: str) -> dict[str, Any]:
    return {"fix": fix}


_DROPOUT = _hint("It is the share of units dropped, usually 0.2 to 0.5.")

MOST_LAYERS = 100
"""Convolutional blocks, and hidden dense layers: a longer list is a slip, and would take minutes to be told so."""

MOST_STEPS = 100_000_000
"""Of a training: each has a learning rate that is worked out before the first, and 100 ms would make it a year."""

Activation = Literal["relu", "sigmoid", "tanh", "gelu", "linear"]
Downsample = Literal["max_pool", "average_pool", "stride", "none"]
Padding = Literal["same", "valid"]
Drawn = Literal["replicate", "fixed"]
EvaluatedMetric = Literal[EVALUATED]  # type: ignore[valid-type]


def _names(known: bool) -> str:
    """Name the image sets that take a folder: those that are known without it, or those that are not."""
    taking = [name for name, each in IMAGE_SETS.items() if each.folder_holds and bool(each.facts) == known]
    return " and ".join(f"'{name}'" for name in taking)


def _from_protocol(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema what a protocol's expansion does: a key that is required may come from there."""
    schema.pop("required")


class DataSpec(Table):
    """`[data]`: the images, how they are split and scaled."""

    model_config = ConfigDict(json_schema_extra=_from_protocol)

    name: Literal[tuple(IMAGE_SETS)] = Field(  # type: ignore[valid-type]
        description="Image set. 'folder' reads four IDX files from `folder`.",
    )
    folder: str | None = Field(
        default=None,
        description="Folder with the four IDX files (plain or .gz). "
        f"Required for name = {_names(known=False)}, optional for {_names(known=True)}, whose contents are verified. "
        "Relative to the working directory.",
    )
    validation: int = Field(
        ge=0,
        description="Training images held out for validation; 0 trains on all of them and has no val_ metrics.",
        json_schema_extra=_hint("Typical values are 5000 for mnist and 500 for mnist_5k."),
    )
    split: Literal["stratified", "first", "last", "k_fold"] = Field(
        default="stratified",
        description="Which images are held out: 'stratified' draws them by class from the replicate's seed, 'first' "
        "and 'last' take that many from the start or the end of the file, the same in every replicate. 'k_fold' cuts "
        "the shuffled images by class into parts of `validation` images, and replicate r holds out part r; after the "
        "last part they are shuffled anew.",
    )
    train_images: int | None = Field(
        default=None,
        ge=1,
        description="Train on this many of the images that are left after the split (all by default): drawn by "
        "class with split = 'stratified', else the first ones.",
    )
    scaling: Literal["none", "unit", "standardized"] = Field(
        default="unit",
        description="'none' keeps 0 to 255, 'unit' divides by 255, 'standardized' subtracts the mean of each pixel "
        "and divides by one standard deviation, both of the training images alone.",
    )

    @model_validator(mode="after")
    def _check(self) -> DataSpec:
        known, holds = self.image_set.facts, self.image_set.folder_holds
        if not self.folder and known is None:
            raise ValueError(f"folder is required with name = '{self.name}'. Name the folder that holds the {holds}.")
        if self.folder and not holds:
            raise ValueError(f"folder does not go with name = '{self.name}', which is built in. Remove it.")
        if self.split == "k_fold" and not self.validation:
            raise ValueError("validation must be above 0 with split = 'k_fold', got 0. It is the size of a part.")
        if known:
            require_split(self, known.train_images, f"of {self.name}")
        return self

    @property
    def image_set(self) -> ImageSet:
        """The image set of that name."""
        return IMAGE_SETS[self.name]


class SeedSpec(Table):
    """`[seeds]`: what is drawn anew in every replicate, and what stays as it is in the first."""

    split: Drawn = Field(default="replicate", description="Which images are held out.")
    weights: Drawn = Field(default="replicate", description="The initial weights.")
    order: Drawn = Field(default="replicate", description="The order of the batches.")
    dropout: Drawn = Field(default="replicate", description="The dropout masks.")


class ConvBlock(Table):
    """One convolutional block: convolution, activation, downsampling."""

    filters: int = Field(ge=1, le=4096, description="Number of filters.", json_schema_extra=_hint("E.g. 16."))
    kernel: int = Field(
        default=3, ge=1, le=63, description="Side of the square kernel in pixels.", json_schema_extra=_hint("E.g. 3.")
    )
    downsample: Downsample | None = Field(
        default=None, description="Overrides model.downsample for this block; absent: as the model says."
    )


def _preset_or_layers(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema what the preset's expansion does: `conv` and `dense` are required only without one."""
    schema.pop("required")
    schema["anyOf"] = [{"required": ["preset"]}, {"required": ["conv", "dense"]}]


class ModelSpec(Table):
    """`[model]`: the network, without its last dense layer of one logit a class, which is always there."""

    model_config = ConfigDict(json_schema_extra=_preset_or_layers)

    preset: Literal[tuple(PRESETS)] | None = Field(  # type: ignore[valid-type]
        default=None, description="A reference network whose keys stand in for those not written here."
    )
    conv: tuple[ConvBlock, ...] = Field(
        strict=False,
        max_length=MOST_LAYERS,
        description="Convolutional blocks in order, e.g. [{filters = 16, kernel = 5}, {filters = 36, kernel = 5}].",
        json_schema_extra=_hint("E.g. conv = [{filters = 16, kernel = 5}], or [] for a network without convolution."),
    )
    padding: Padding = Field(default="same", description="Padding of the convolutions.")
    downsample: Downsample = Field(
        default="max_pool",
        description="How a block halves its map: a 2x2 pool with stride 2, a stride of 2 in the convolution, or none.",
    )
    pool_padding: Padding = Field(default="same", description="Padding of the pools: does an odd edge count?")
    activation: Activation = Field(default="relu", description="After every convolution and hidden dense layer.")
    activation_order: Literal["before_pool", "after_pool"] = Field(
        default="before_pool", description="Whether the activation of a block comes before or after its pool."
    )
    batch_norm: bool = Field(default=False, description="Batch normalisation before every hidden activation.")
    conv_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Dropout rate at the end of every block.", json_schema_extra=_DROPOUT
    )
    dense: tuple[Annotated[int, Field(ge=1, le=65536)], ...] = Field(
        strict=False,
        max_length=MOST_LAYERS,
        description="Units of the hidden dense layers in order, e.g. [128].",
        json_schema_extra=_hint("E.g. dense = [128], or [] for none."),
    )
    dense_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Dropout rate after every hidden dense layer.", json_schema_extra=_DROPOUT
    )
    output_activation: Activation = Field(
        default="linear", description="Activation on the last layer, before the softmax of the loss."
    )
    initializer: Literal[
        "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "truncated_normal", "random_normal"
    ] = Field(default="glorot_uniform", description="Initial weights.")
    initializer_stddev: float = Field(
        default=0.05, gt=0, description="Standard deviation for 'truncated_normal' and 'random_normal'; else unused."
    )
    bias: float = Field(default=0.0, description="Initial value of every bias.")

    @model_validator(mode="before")
    @classmethod
    def _expand_preset(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("preset"), str) and given["preset"] in PRESETS:
            return {**PRESETS[given["preset"]], **given}
        return given

    def block_downsample(self, index: int) -> Downsample:
        """How block ``index`` is downsampled: its own setting or the model's."""
        return self.conv[index].downsample or self.downsample


USED_BY: dict[str, tuple[str, tuple[str, ...]]] = {
    "train.momentum": ("train.optimizer", ("sgd",)),
    "train.weight_decay": ("train.optimizer", ("adamw",)),
    "model.initializer_stddev": ("model.initializer", ("truncated_normal", "random_normal")),
}
"""Settings that matter only beside certain values of another; elsewhere nothing uses them."""


class Plateau(Table):
    """`[train.plateau]`: stop when a metric no longer improves."""

    metric: EvaluatedMetric = Field(default="val_loss", description="The metric that must keep improving.")
    evaluations: int = Field(
        ge=1,
        description="Stop after this many evaluations in a row without improvement.",
        json_schema_extra=_hint("E.g. 5."),
    )
    min_delta: float = Field(default=0.0, ge=0, description="A smaller change is no improvement.")


class TrainSpec(Table):
    """`[train]`: optimiser and protocol. One of `max_steps` and `max_epochs` says how long at most."""

    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = Field(default="adam", description="Keras optimiser.")
    learning_rate: float = Field(
        default=1e-3, gt=0, description="Learning rate, the peak one where there is a schedule.",
        json_schema_extra=_hint("Typical values are 1e-4 to 1e-2."),
    )  # fmt: skip
    momentum: float = Field(default=0.9, ge=0, lt=1, description="Momentum of 'sgd' (0 for none); unused elsewhere.")
    weight_decay: float = Field(default=0.004, ge=0, description="Decoupled weight decay of 'adamw'; unused elsewhere.")
    schedule: Literal["constant", "cosine", "one_cycle"] = Field(
        default="constant",
        description="Learning rate over the steps up to the maximum: constant, half a cosine from learning_rate to 0, "
        "or one cycle (cosine from 1/25 up to learning_rate over the first 30 %, then down to 1/250,000).",
    )
    batch_size: int = Field(
        default=64, ge=1, description="Images a step.", json_schema_extra=_hint("Typical values are 32 to 512.")
    )
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="Share of the label spread evenly over all classes, in training only."
    )
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
        json_schema_extra=_hint("Write a number of steps such as 100, or \"epoch\"."),
    )  # fmt: skip
    test_at: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(),
        strict=False,
        description="Steps at which the test split is scored too, 0 before the first; for the record alone: nothing is "
        "stopped, pruned or chosen by it.",
        json_schema_extra=_hint("E.g. test_at = [0, 1, 100, 1000]."),
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

    @model_validator(mode="after")
    def _check(self) -> TrainSpec:
        if (self.max_steps is None) == (self.max_epochs is None):
            got = "neither" if self.max_steps is None else "both"
            raise ValueError(f"exactly one of max_steps and max_epochs must be given, got {got}. E.g. max_epochs = 5.")
        if self.refit and self.test_at:
            raise ValueError("test_at does not go with refit = true, which scores another network. Remove one of them.")
        return self


class TargetSpec(Table):
    """`[target]`: what ends a training successfully."""

    model_config = ConfigDict(json_schema_extra=_from_protocol)

    metric: EvaluatedMetric = Field(
        description="The metric to watch.",
        json_schema_extra=_hint("The test split is scored once, at the end: stop on val_accuracy instead."),
    )
    value: float = Field(gt=0, description="Reached when an accuracy is at least, a loss at most, this.")
    in_a_row: int = Field(default=1, ge=1, description="Evaluations in a row that must reach it.")
    stop: bool = Field(
        default=True, description="False: note when the target was reached, and train on to the maximum."
    )

    @model_validator(mode="after")
    def _check(self) -> TargetSpec:
        if self.metric.endswith("accuracy") and self.value > 1:
            raise ValueError(
                f"value must be between 0 and 1, got {self.value:g}. Write {self.value / 100:g} for {self.value:g} %."
            )
        return self

    @property
    def in_words(self) -> str:
        """The target in words: ``98 % validation accuracy``, ``a validation loss of 0.05``."""
        text = METRICS[self.metric].show_goal(self.value)
        return text if self.in_a_row == 1 else f"{text} at {self.in_a_row} evaluations in a row"
