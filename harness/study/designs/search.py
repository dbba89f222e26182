"""A design that samples variants from a space, and trains the best of them again before anything is claimed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from harness.metrics import METRICS, counted
from harness.study.designs.ranges import Level, Levels, Range
from harness.study.tables.metrics import ChoosableMetric
from harness.study.tables.table import FileTable, hint


class Confirm(FileTable):
    """Fresh replicates of the best variants found, and of the base: what claims are made from."""

    top: int = Field(default=1, ge=1, description="How many of the best variants are trained again.")
    replicates: int = Field(default=3, ge=1, le=1000, description="Fresh replicates of each.")
    reaching: tuple[float, ...] = Field(
        default=(),
        strict=False,
        description="With several objectives: for each of these values of the first objective, train again the `top` "
        "variants that are best in the last objective among those that reach it.",
        json_schema_extra=hint('E.g. reaching = [0.98, 0.99] with objectives = ["val_accuracy", "parameters"].'),
    )


class Search(FileTable):
    """An Optuna search of the space."""

    explores: ClassVar[Literal[True]] = True
    crossed: ClassVar[bool] = False
    repeats_base: ClassVar[bool] = False
    screens: ClassVar[bool] = False
    clear: ClassVar[bool] = False
    adaptive: ClassVar[bool] = False
    table: ClassVar[str] = "space"

    kind: Literal["search"]
    trials: int = Field(
        ge=1,
        description="Trainings that the search may spend; confirmation comes on top.",
        json_schema_extra=hint("E.g. 30."),
    )
    replicates: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="Trainings of each variant, each from its own seed.",
        json_schema_extra=hint("5 or more give intervals worth reading."),
    )
    space: dict[str, Range | Levels] = Field(
        min_length=1,
        description="Dotted path in quotes -> {low, high, log, step} or a list of choices.",
        json_schema_extra=hint('E.g. "train.learning_rate" = {low = 1e-4, high = 1e-2, log = true}.'),
    )
    objectives: tuple[ChoosableMetric, ...] = Field(
        default=("val_accuracy",),
        min_length=1,
        description="Metrics to optimise: accuracies and images_per_second up, all others down. Several give a Pareto "
        "front.",
        json_schema_extra=hint("The test split must not choose: use val_accuracy."),
    )
    sampler: Literal["tpe", "random", "gp", "nsga2"] = Field(
        default="tpe", description="Optuna's sampler, which suggests variants."
    )
    pruner: Literal["none", "median", "hyperband"] = Field(
        default="none", description="Ends unpromising trainings early; one objective only."
    )
    confirm: Confirm = Field(default=Confirm(), description="The re-run of the best variants that ends the search.")

    @property
    def dimensions(self) -> dict[str, Any]:
        """Dotted path -> range or levels."""
        return dict(self.space)

    @property
    def replicate_range(self) -> tuple[int, int]:
        """Fresh replicates of what is confirmed: claims rest on them alone."""
        return self.confirm.replicates, self.confirm.replicates

    @property
    def prunes(self) -> bool:
        """Whether a pruner may end a training."""
        return self.pruner != "none"

    @property
    def confirmed(self) -> int:
        """How many variants are trained again at most, the base not among them."""
        return min(self.confirm.top * max(1, len(self.confirm.reaching)), self.trials)

    @property
    def reaching(self) -> tuple[float, ...]:
        """Values of the first objective, for each of which the best in the last is chosen."""
        return self.confirm.reaching

    @property
    def settings(self) -> dict[str, Any]:
        """What is set besides the dimensions."""
        return {name: getattr(self, name) for name in ("kind", "replicates", "trials", "sampler", "objectives")}

    @property
    def most_variants(self) -> int:
        """How many variants are sampled at most."""
        return math.ceil(self.trials / self.replicates)

    def combinations(self) -> Iterator[dict[str, Level]]:
        """Yield nothing set, which is the base: all others are sampled."""
        yield {}

    def must_be_possible(self) -> Iterator[tuple[str, dict[str, Level]]]:
        """Yield the place and the setting of each choice, and of both ends of each range."""
        for path, levels in self.space.items():
            tried = levels.ends if isinstance(levels, Range) else levels
            yield from ((f'design.space "{path}"', {path: level}) for level in tried)

    def trainings(self, variants: int) -> int:
        """Return how many trainings a search of so many variants takes at most, confirmation included."""
        return self.trials + (min(self.confirmed, variants) + 1) * self.confirm.replicates

    def brief(self, variants: int) -> str:
        """Return e.g. ``tpe search, 30 trainings of up to 30 variants, then the best 2 and the base 3 times each``."""
        return (
            f"{self.sampler} search, {self.trials} trainings of up to {variants} variants, then the best "
            f"{self.confirmed} and the base {self.confirm.replicates} times each"
        )

    @property
    def sentence(self) -> str:
        """In full: ``a search of 30 trainings for the best validation accuracy (tpe), then the best and ...``."""
        objectives = " and ".join(METRICS[name].title for name in self.objectives)
        best = f"the best {self.confirmed}" if self.confirmed > 1 else "the best"
        return (
            f"a search of {self.trials} trainings for the best {objectives} ({self.sampler}), then {best} and the base "
            f"with {counted(self.confirm.replicates, 'fresh replicate')} each."
        )

    @property
    def planned(self) -> str:
        """E.g. ``30 trials (tpe), then 3 fresh replicates of the best variant and of the base``."""
        fresh = counted(self.confirm.replicates, "fresh replicate")
        who = "best variant" if self.confirmed == 1 else f"{self.confirmed} best variants"
        return f"{counted(self.trials, 'trial')} ({self.sampler}), then {fresh} of the {who} and of the base"

    @model_validator(mode="after")
    def _check(self) -> Search:
        if len(set(self.objectives)) < len(self.objectives):
            raise ValueError(f"objectives must differ, got {list(self.objectives)}. Remove the repeated one.")
        if self.pruner != "none" and len(self.objectives) > 1:
            raise ValueError(
                f"pruner must be 'none' with several objectives, got {self.pruner!r} with {len(self.objectives)}. "
                "Remove the pruner, or keep one objective."
            )
        if self.pruner != "none" and not METRICS[self.objectives[0]].evaluated:
            raise ValueError(
                f"pruner needs an objective that is measured while training, got {self.objectives[0]!r}. "
                "Optimise val_accuracy, or remove the pruner."
            )
        if self.confirm.reaching and len(self.objectives) == 1:
            raise ValueError(
                f"confirm.reaching needs several objectives, got only {self.objectives[0]!r}. Add one, e.g. "
                '"parameters", or use confirm.top.'
            )
        if self.replicates > self.trials:
            raise ValueError(f"trials must be at least replicates ({self.replicates}), got {self.trials}.")
        return self
