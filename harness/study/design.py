"""`[design]`: what varies, how often, and who chooses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, model_validator

from harness.metrics import CHOOSABLE, METRICS
from harness.study.spec import Table, _hint

Level = JsonValue
"""One value of a factor: a string, a number, true or false, or a list or table for keys that take one."""

Levels = Annotated[tuple[Level, ...], Field(min_length=1)]

_PATH = _hint('Write the dotted path in quotes, e.g. "model.downsample" = ["max_pool", "stride"].')

_replicates = Field(
    default=1, ge=1, le=1000, description="Trainings of each variant, each from its own seed.",
    json_schema_extra=_hint("5 or more give intervals worth reading."),
)  # fmt: skip


class Adaptive(Table):
    """Replicates as many as it takes: more are added to comparisons that are still undecided."""

    min: int = Field(ge=2, le=1000, description="Replicates of every variant before the first look.")
    max: int = Field(ge=2, le=1000, description="Replicates of a variant at most.")

    @model_validator(mode="after")
    def _check(self) -> Adaptive:
        if not self.min < self.max:
            raise ValueError(f"min must be below max, got min = {self.min} and max = {self.max}.")
        return self


_planned: Any = Field(
    default=1, union_mode="left_to_right",
    description="Trainings of each variant, each from its own seed; or `{min, max}`: min of each, then more of those "
    "whose comparison with the base is undecided, max at most.",
    json_schema_extra=_hint("5 or more give intervals worth reading; or { min = 3, max = 30 }."),
)  # fmt: skip
Replicates = Annotated[int, Field(ge=1, le=1000)] | Adaptive


_MOST_STEPS = 1_000_000_000


class Range(Table):
    """A numeric dimension of a search space. Whole numbers if both ends are."""

    low: int | float = Field(description="Smallest value, included.")
    high: int | float = Field(description="Largest value, included.")
    log: bool = Field(default=False, description="Search on a logarithmic scale.")
    step: int | float | None = Field(default=None, gt=0, description="Only every so many from low; not with log.")

    @model_validator(mode="after")
    def _check(self) -> Range:
        if not self.low < self.high:
            raise ValueError(f"low must be below high, got low = {self.low} and high = {self.high}.")
        if self.log and self.low <= 0:
            raise ValueError(f"low must be above 0 with log = true, got {self.low}. E.g. 1e-4.")
        if self.log and self.step is not None:
            raise ValueError("step does not go with log = true. Remove one of them.")
        if self.step is not None and not (self.high - self.low) / self.step <= _MOST_STEPS:
            raise ValueError(f"step must make at most {_MOST_STEPS:,} steps of the range, got {self.step}.")
        return self

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers."""
        return all(isinstance(end, int) for end in (self.low, self.high, self.step or 1))

    def contains(self, value: Any) -> bool:
        """Whether a value can be suggested."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        if not self.low <= value <= self.high or (self.is_integer and value != int(value)):
            return False
        steps = (value - self.low) / self.step if self.step else 0.0
        return abs(steps - round(steps)) < 1e-9


class Factorial(Table):
    """Every combination of the levels."""

    kind: Literal["factorial"]
    replicates: Replicates = _planned
    factors: dict[str, Levels] = Field(
        default_factory=dict,
        description="Dotted path in quotes -> its levels; without any only the base is trained.",
        json_schema_extra=_PATH,
    )


class OneAtATime(Table):
    """The base, and each level of each factor with everything else at the base."""

    kind: Literal["one_at_a_time"]
    replicates: Replicates = _planned
    factors: dict[str, Levels] = Field(
        min_length=1, description="Dotted path in quotes -> its levels.", json_schema_extra=_PATH
    )


class Confirm(Table):
    """Fresh replicates of the best variants found, and of the base: what claims are made from."""

    top: int = Field(default=1, ge=1, description="How many of the best variants are trained again.")
    replicates: int = Field(default=3, ge=1, le=1000, description="Fresh replicates of each.")
    reaching: tuple[float, ...] = Field(
        default=(),
        strict=False,
        description="With several objectives: for each of these values of the first objective, train again the `top` "
        "variants that are best in the last objective among those that reach it.",
        json_schema_extra=_hint('E.g. reaching = [0.98, 0.99] with objectives = ["val_accuracy", "parameters"].'),
    )


class Search(Table):
    """An Optuna search of the space."""

    kind: Literal["search"]
    trials: int = Field(
        ge=1,
        description="Trainings that the search may spend; confirmation comes on top.",
        json_schema_extra=_hint("E.g. 30."),
    )
    replicates: int = _replicates
    space: dict[str, Range | Levels] = Field(
        min_length=1,
        description="Dotted path in quotes -> {low, high, log, step} or a list of choices.",
        json_schema_extra=_hint('E.g. "train.learning_rate" = {low = 1e-4, high = 1e-2, log = true}.'),
    )
    objectives: tuple[Literal[CHOOSABLE], ...] = Field(  # type: ignore[valid-type]
        default=("val_accuracy",),
        min_length=1,
        description="Metrics to optimise: accuracies and images_per_second up, all others down. Several give a Pareto "
        "front.",
        json_schema_extra=_hint("The test split must not choose: use val_accuracy."),
    )
    sampler: Literal["tpe", "random", "gp", "nsga2"] = Field(default="tpe", description="Who suggests variants.")
    pruner: Literal["none", "median", "hyperband"] = Field(
        default="none", description="Ends unpromising trainings early; one objective only."
    )
    confirm: Confirm = Field(default=Confirm(), description="The re-run of the best variants that ends the search.")

    @property
    def confirmed(self) -> int:
        """How many variants are trained again at most, the base not among them."""
        return min(self.confirm.top * max(1, len(self.confirm.reaching)), self.trials)

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


Design = Annotated[Factorial | OneAtATime | Search, Field(discriminator="kind")]


def dimensions(design: Factorial | OneAtATime | Search) -> dict[str, Any]:
    """Return dotted path -> levels or range, whatever the kind of design."""
    return dict(design.space if isinstance(design, Search) else design.factors)


def replicate_range(design: Factorial | OneAtATime | Search) -> tuple[int, int]:
    """Return the fewest and the most replicates that a claim may rest on; equal unless they are adaptive."""
    if isinstance(design, Search):
        return design.confirm.replicates, design.confirm.replicates
    planned = design.replicates
    return (planned.min, planned.max) if isinstance(planned, Adaptive) else (planned, planned)
