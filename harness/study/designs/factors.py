"""Designs that train a fixed set of variants: every combination of levels, or one factor at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from harness.metrics import counted
from harness.study.designs.ranges import Level, Levels
from harness.study.tables.table import FileTable, hint

PATH = hint('Write the dotted path in quotes, e.g. "model.downsample" = ["max_pool", "stride"].')


class Adaptive(FileTable):
    """Replicates as many as it takes: more are added to comparisons that are still undecided."""

    min: int = Field(ge=2, le=1000, description="Replicates of every variant before the first look.")
    max: int = Field(ge=2, le=1000, description="Replicates of a variant at most.")

    @model_validator(mode="after")
    def _check(self) -> Adaptive:
        if not self.min < self.max:
            raise ValueError(f"min must be below max, got min = {self.min} and max = {self.max}.")
        return self


Replicates = Annotated[int, Field(ge=1, le=1000)] | Adaptive


class Grid(FileTable):
    """What designs have in common whose variants are known before the first training.

    What it says of itself is said in :mod:`harness.study.designs`.
    """

    model_config = ConfigDict(defer_build=True)  # it is its kinds that are read

    explores: ClassVar[Literal[False]] = False
    crossed: ClassVar[bool]
    repeats_base: ClassVar[bool] = False
    screens: ClassVar[bool] = False
    prunes: ClassVar[Literal[False]] = False
    table: ClassVar[str] = "factors"

    kind: str
    replicates: Replicates = Field(
        default=1,
        union_mode="left_to_right",
        description="Trainings of each variant, each from its own seed; or `{min, max}`: min of each, then more of "
        "those whose comparison with the base is undecided, max at most.",
        json_schema_extra=hint("5 or more give intervals worth reading; or { min = 3, max = 30 }."),
    )

    @property
    def replicate_range(self) -> tuple[int, int]:
        """The fewest and the most replicates of a variant."""
        planned = self.replicates
        return (planned.min, planned.max) if isinstance(planned, Adaptive) else (planned, planned)

    @property
    def clear(self) -> bool:
        """Whether it can be told what two factors do together, apart from what each does alone."""
        return self.crossed

    @property
    def adaptive(self) -> bool:
        """Whether there are more replicates where a comparison is undecided."""
        return isinstance(self.replicates, Adaptive)

    @property
    def objectives(self) -> tuple[str, ...]:
        """None: nothing is chosen."""
        return ()

    @property
    def confirmed(self) -> int:
        """No variant is trained again."""
        return 0

    @property
    def reaching(self) -> tuple[float, ...]:
        """None: nothing is chosen."""
        return ()

    @property
    def settings(self) -> dict[str, Any]:
        """What is set besides the dimensions."""
        return {"kind": self.kind, "replicates": self.replicates}

    def trainings(self, variants: int) -> int:
        """Return how many trainings so many variants take at most."""
        return variants * self.replicate_range[1]

    def brief(self, variants: int) -> str:
        """Return e.g. ``one at a time, 4 variants x 3 to 30 replicates``."""
        first, last = self.replicate_range
        often = str(first) if first == last else f"{first} to {last}"
        return f"{self.kind.replace('_', ' ')}, {variants} variants x {often} replicates"

    @property
    def planned(self) -> str:
        """E.g. ``3 replicates of each variant, then up to 30 of those whose comparison ... is undecided``."""
        first, last = self.replicate_range
        plan = f"{counted(first, 'replicate')} of each variant"
        if not self.adaptive:
            return plan
        return f"{plan}, then up to {last} of those whose comparison with the reference is undecided"

    @property
    def _often(self) -> str:
        first, last = self.replicate_range
        if self.adaptive:
            return f"{first} to {last} replicates of each variant, as many as it takes to decide"
        return f"{counted(first, 'replicate')} of each variant"


class Factored(Grid):
    """What designs have in common that name factors and their levels."""

    factors: dict[str, Levels]

    @property
    def dimensions(self) -> dict[str, Any]:
        """Dotted path -> levels."""
        return dict(self.factors)

    def must_be_possible(self) -> Iterator[tuple[str, dict[str, Level]]]:
        """Yield the place and the setting of each level, with everything else at the base."""
        for path, levels in self.factors.items():
            yield from ((f'design.factors "{path}"', {path: level}) for level in levels)


class Factorial(Factored):
    """Every combination of the levels."""

    crossed: ClassVar[bool] = True

    kind: Literal["factorial"]
    factors: dict[str, Levels] = Field(
        default_factory=dict,
        description="Dotted path in quotes -> its levels; without any only the base is trained.",
        json_schema_extra=PATH,
    )

    @property
    def most_variants(self) -> int:
        """How many combinations there are."""
        return math.prod(len(levels) for levels in self.factors.values())

    def combinations(self) -> Iterator[dict[str, Level]]:
        """Yield every combination of the levels, the last factor's changing fastest."""
        for levels in itertools.product(*self.factors.values()):
            yield dict(zip(self.factors, levels, strict=True))

    @property
    def sentence(self) -> str:
        """In full: ``every combination of the levels; 2 replicates of each variant``."""
        return f"{'every combination of the levels' if self.factors else 'the base alone'}; {self._often}."


class OneAtATime(Factored):
    """The base, and each level of each factor with everything else at the base."""

    crossed: ClassVar[bool] = False
    repeats_base: ClassVar[bool] = True

    kind: Literal["one_at_a_time"]
    factors: dict[str, Levels] = Field(
        min_length=1, description="Dotted path in quotes -> its levels.", json_schema_extra=PATH
    )

    @property
    def most_variants(self) -> int:
        """The base and all levels; fewer where a level is the base's."""
        return 1 + sum(len(levels) for levels in self.factors.values())

    def combinations(self) -> Iterator[dict[str, Level]]:
        """Yield nothing set, which is the base, then each level of each factor alone."""
        yield {}
        for path, levels in self.factors.items():
            yield from ({path: level} for level in levels)

    @property
    def sentence(self) -> str:
        """In full: ``the base, and each level with everything else at the base; 2 replicates of each variant``."""
        return f"the base, and each level with everything else at the base; {self._often}."
