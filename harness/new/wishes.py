"""What a new study is to be, and what is taken where nothing was said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from harness.errors import UsageError, did_you_mean, show_value
from harness.presets import PRESETS

Design = Literal["compare", "search", "cross-validate"]
Levels = list[Any] | dict[str, Any]

SMALL = "small"
"""The network that fits the images: as many blocks as halve them to about 7 pixels."""


@dataclass(frozen=True)
class Images:
    """What is known of the images.

    Attributes:
        keys: of [data], beside the split and the scaling: name, and for a folder what it needs.
        shape: (height, width, channels).
        train_images: before anything is held out.
        why: key -> why it is there, for a comment.
        held_out: images that the files themselves hold out for validation, the last ones; 0 if none.
    """

    keys: Mapping[str, Any]
    shape: tuple[int, int, int]
    train_images: int
    why: Mapping[str, str] = field(default_factory=dict)
    held_out: int = 0


@dataclass(frozen=True)
class Template:
    """What a template is for, and what it takes where nothing else is said.

    Attributes:
        title: one line.
        design: how the trainings are planned.
        own_model: whether it writes a file with a network.
        own_images: whether it asks for a folder.
    """

    title: str
    design: Design = "compare"
    own_model: bool = False
    own_images: bool = False


TEMPLATES: dict[str, Template] = {
    "compare": Template("a few variants beside each other, with a verdict on each"),
    "search": Template("the best of many settings, found by Optuna and confirmed afresh", "search"),
    "cross-validate": Template("a grid, each of it validated on every fold of the images", "cross-validate"),
    "own-model": Template("a network of your own, in a Python file beside the study", own_model=True),
    "own-images": Template("a folder of your own pictures", own_images=True),
}


@dataclass(frozen=True)
class Wishes:
    """What a new study is to be.

    Attributes:
        name: of the study.
        design: how the trainings are planned.
        images: what they are trained on.
        model: "small", a preset, or ``file.py:function``.
        vary: dotted key -> levels, or a range; empty for what goes with the model and the design.
        target: metric and value that end a training; None for none.
    """

    name: str
    design: Design
    images: Images
    model: str = SMALL
    vary: Mapping[str, Levels] = field(default_factory=dict)
    target: tuple[str, float] | None = None

    @property
    def is_own(self) -> bool:
        """Whether the network is a function of the user's."""
        return ":" in self.model

    @property
    def blocks(self) -> int:
        """Convolutional blocks of the small network."""
        return max(1, min(5, round(math.log2(max(self.images.shape[:2]) / 7))))

    @property
    def filters(self) -> int:
        """Filters of its first block: more for colours and for large pictures, which show more."""
        height, width, channels = self.images.shape
        return 16 if channels > 1 or max(height, width) > 40 else 8

    @property
    def parts(self) -> int:
        """Equal folds that a cross-validation cuts the images into; 0 for other designs.

        Raises:
            UsageError: if the images cannot be cut into equal folds.
        """
        if self.design != "cross-validate":
            return 0
        images = self.images.train_images
        found = next((parts for parts in (5, 4, 6, 3, 7, 8, 9, 10, 2) if images % parts == 0), 0)
        if not found:
            raise UsageError(
                f"--template cross-validate needs training images that make 2 to 10 equal folds, got {images:,}. "
                "Take another template, or leave some images out."
            )
        return found

    @property
    def validation(self) -> int:
        """Images held out: a fold of a cross-validation, what the files hold out, or an eighth, 5,000 at most."""
        images = self.images.train_images
        if self.parts:
            return images // self.parts
        return self.images.held_out or max(1, min(5000, _rounded(images / 8)))

    @property
    def trained_on(self) -> int:
        """Images that a training sees."""
        return self.images.train_images - self.validation

    @property
    def batch_size(self) -> int:
        """Images a step: fewer where there are few."""
        return min(64, max(1, self.trained_on // 8))

    @property
    def steps_per_epoch(self) -> int:
        """Steps of a pass over the images."""
        return max(1, self.trained_on // self.batch_size)

    @property
    def epochs(self) -> int:
        """Passes that make about 700 steps, 2 to 40: a first answer within minutes."""
        return max(2, min(40, round(700 / self.steps_per_epoch)))

    @property
    def evaluate_every(self) -> int:
        """Steps between evaluations: some two to five in an epoch, and a number that people write."""
        return _rounded(self.steps_per_epoch / 2)


def settle_wishes(wishes: Wishes) -> Wishes:
    """Return wishes with what varies filled in.

    Raises:
        UsageError: for a model that is neither known nor ``file.py:function``, or a preset that the images do not fit.
    """
    if not wishes.is_own and wishes.model != SMALL and wishes.model not in PRESETS:
        known = [SMALL, *PRESETS]
        raise UsageError(
            f"--model must be {', '.join(known)} or FILE.py:FUNCTION, got {show_value(wishes.model)}."
            f"{did_you_mean(wishes.model, known)}"
        )
    for key, levels in wishes.vary.items():
        if isinstance(levels, dict) and wishes.design != "search":
            raise UsageError(f"--vary {key}: a range needs --template search, got {wishes.design}. Name the levels.")
    if wishes.vary:
        return wishes
    return replace(wishes, vary=_usual(wishes))


def _usual(wishes: Wishes) -> dict[str, Levels]:
    """Return what varies if nobody says: what the model has, and what the design is for."""
    if wishes.design == "compare":
        if wishes.is_own:
            return {"train.learning_rate": [1e-3, 3e-3]}
        has_pools = wishes.model == SMALL or bool(PRESETS[wishes.model]["conv"])
        return {"model.downsample": ["max_pool", "stride"]} if has_pools else {"model.dense_dropout": [0.0, 0.5]}
    searched = wishes.design == "search"
    found: dict[str, Levels] = {
        "train.learning_rate": {"low": 3e-4, "high": 3e-2, "log": True} if searched else [1e-3, 3e-3]
    }
    if not wishes.is_own:
        found["model.dense_dropout"] = {"low": 0.0, "high": 0.6} if searched else [0.0, 0.5]
    return found


def _rounded(number: float) -> int:
    """Round to one digit that people write: 1, 2 or 5 times a power of ten, the nearest below."""
    if number < 1:
        return 1
    power = 10 ** math.floor(math.log10(number))
    return int(max(digit * power for digit in (1, 2, 5) if digit * power <= number))
