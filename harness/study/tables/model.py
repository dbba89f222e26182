"""`[model]`: the network."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from harness.presets import PRESETS
from harness.study.tables.table import FileTable, hint

MOST_LAYERS = 100
"""Convolutional blocks, and hidden dense layers: a longer list is a slip, and would take minutes to be told so."""

Activation = Literal[
    "relu", "sigmoid", "tanh", "gelu", "linear", "swish", "elu", "selu", "leaky_relu", "relu6", "mish", "softplus",
    "softsign", "hard_sigmoid", "hard_swish",
]  # fmt: skip
Block = Literal["plain", "separable", "residual"]
Downsample = Literal["max_pool", "average_pool", "stride", "none"]
Padding = Literal["same", "valid"]

_DROPOUT = hint("It is the share of units dropped, usually 0.2 to 0.5.")


class ConvBlock(FileTable):
    """One convolutional block: convolution, activation, downsampling, or what `block` says."""

    filters: int = Field(ge=1, le=4096, description="Number of filters.", json_schema_extra=hint("E.g. 16."))
    kernel: int = Field(
        default=3, ge=1, le=63, description="Side of the square kernel in pixels.", json_schema_extra=hint("E.g. 3.")
    )
    downsample: Downsample | None = Field(
        default=None, description="Overrides model.downsample for this block; absent: as the model says."
    )
    block: Block | None = Field(
        default=None, description="Overrides model.block for this block; absent: as the model says."
    )


def _preset_or_layers(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema what the preset's expansion does: `conv` and `dense` are required only without one."""
    schema.pop("required")
    schema["anyOf"] = [{"required": ["preset"]}, {"required": ["conv", "dense"]}]


class ModelSpec(FileTable):
    """`[model]`: the network, without its last dense layer of one logit a class, which is always there."""

    model_config = ConfigDict(json_schema_extra=_preset_or_layers)

    preset: Literal[tuple(PRESETS)] | None = Field(  # type: ignore[valid-type]
        default=None, description="A reference network whose keys stand in for those not written here."
    )
    conv: tuple[ConvBlock, ...] = Field(
        strict=False,
        max_length=MOST_LAYERS,
        description="Convolutional blocks in order, e.g. [{filters = 16, kernel = 5}, {filters = 36, kernel = 5}].",
        json_schema_extra=hint("E.g. conv = [{filters = 16, kernel = 5}], or [] for a network without convolution."),
    )
    padding: Padding = Field(default="same", description="Padding of the convolutions.")
    downsample: Downsample = Field(
        default="max_pool",
        description="How a block halves its map: a 2x2 pool with stride 2, a stride of 2 in the convolution, or none.",
    )
    block: Block = Field(
        default="plain",
        description="What a [block](#blocks) is: 'plain' is one convolution; 'separable' a depthwise convolution, an "
        "activation and a 1x1 convolution (MobileNet); 'residual' two convolutions whose outcome is added to the "
        "block's input (ResNet).",
    )
    global_pool: Literal["none", "average", "max"] = Field(
        default="none",
        description="Before the dense layers: 'none' flattens the last map, 'average' and 'max' make one number of "
        "each of its channels.",
    )
    pool_padding: Padding = Field(default="same", description="Padding of the pools: does an odd edge count?")
    activation: Activation = Field(default="relu", description="After every convolution and hidden dense layer.")
    activation_order: Literal["before_pool", "after_pool"] = Field(
        default="before_pool", description="Whether the activation of a block comes before or after its pool."
    )
    batch_norm: bool = Field(default=False, description="Batch normalisation before every hidden activation.")
    batch_norm_momentum: float = Field(
        default=0.99, ge=0, lt=1,
        description="Share of a moving average of batch normalisation that each step keeps. Evaluations use these "
        "averages, which begin at mean 0 and variance 1: after n steps momentum^n of that is left.",
        json_schema_extra=hint("Typical values are 0.9 for some hundred steps and 0.99 for thousands."),
    )  # fmt: skip
    conv_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Dropout rate at the end of every block.", json_schema_extra=_DROPOUT
    )
    dense: tuple[Annotated[int, Field(ge=1, le=65536)], ...] = Field(
        strict=False,
        max_length=MOST_LAYERS,
        description="Units of the hidden dense layers in order, e.g. [128].",
        json_schema_extra=hint("E.g. dense = [128], or [] for none."),
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

    @model_validator(mode="after")
    def _check_residual(self) -> ModelSpec:
        if self.padding != "same" and any(self.block_kind(index) == "residual" for index in range(len(self.conv))):
            raise ValueError(
                f"padding must be 'same' with block = 'residual', got {self.padding!r}: what is added must be as large "
                'as the block\'s input. Write padding = "same".'
            )
        return self

    def block_kind(self, index: int) -> Block:
        """What block ``index`` is: its own setting or the model's."""
        return self.conv[index].block or self.block

    def convolution_filters(self) -> list[int]:
        """Filters of the convolutions in order: two of a residual block, without its projection."""
        return [
            block.filters
            for index, block in enumerate(self.conv)
            for _ in range(2 if self.block_kind(index) == "residual" else 1)
        ]

    def block_downsample(self, index: int) -> Downsample:
        """How block ``index`` is downsampled: its own setting or the model's."""
        return self.conv[index].downsample or self.downsample
