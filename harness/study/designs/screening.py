"""A design that tells in few runs which of many factors matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from harness.study.designs.factors import PATH, Factored
from harness.study.designs.fractions import MOST_FACTORS, RUNS, columns_of, levels_of, resolution_of, smallest
from harness.study.designs.ranges import Level
from harness.study.tables.table import hint

Pair = Annotated[tuple[Level, ...], Field(json_schema_extra={"minItems": 2, "maxItems": 2})]

_NUMERALS = {3: "III", 4: "IV", 5: "V"}
_FEWEST = 3


class Screening(Factored):
    """Two levels of each factor in few runs: which of many factors matter, each averaged over all others."""

    crossed: ClassVar[bool] = False
    screens: ClassVar[bool] = True

    kind: Literal["screening"]
    replicates: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="Trainings of each variant, each from its own seed.",
        json_schema_extra=hint("3 or more give intervals worth reading."),
    )
    factors: dict[str, Pair] = Field(
        max_length=MOST_FACTORS,
        description="Dotted path in quotes -> its two levels; three factors or more.",
        json_schema_extra=PATH,
    )
    runs: Literal[RUNS] | None = Field(  # type: ignore[valid-type]
        default=None,
        description="Variants: a two-level fractional factorial of 4, 8, 16, 32 or 64, a Plackett-Burman design of 12, "
        "20 or 24, or a fold-over of one with 24, 40 or 48. By default the fewest that fit.",
    )
    resolution: Literal[3, 4, 5] = Field(
        default=3,
        description="At least: with 3 a main effect may be aliased with an interaction of two others, with 4 "
        "only such interactions with each other, with 5 neither.",
    )

    @model_validator(mode="after")
    def _check(self) -> Screening:
        count = len(self.factors)
        for path, levels in self.factors.items():
            if len(levels) != 2:
                raise ValueError(
                    f'factors."{path}" must have two levels, got {len(levels)}. For more of them use '
                    'kind = "one_at_a_time" or "factorial".'
                )
        if count < _FEWEST:
            raise ValueError(
                f"factors must be {_FEWEST} or more, got {count}. Of fewer, every combination is as few runs: "
                'use kind = "factorial".'
            )
        if self.runs is None and smallest(count, self.resolution) is None:
            raise ValueError(
                f"resolution must be at most 4 with {count} factors, got {self.resolution}. "
                "Use 4, or 8 factors at most."
            )
        if self.runs is not None and resolution_of(self._columns, self.runs) < self.resolution:
            fits = [runs for runs in RUNS if resolution_of(columns_of(count, runs), runs) >= self.resolution]
            wanted = f" of resolution {_NUMERALS[self.resolution]}" if self.resolution > _FEWEST else ""
            raise ValueError(
                f"runs must be one of {', '.join(map(str, fits))} with {count} factors{wanted}, got {self.runs}."
                if fits
                else f"runs must not be given with {count} factors{wanted}, got {self.runs}: there is no such design."
            )
        return self

    @property
    def most_variants(self) -> int:
        """How many runs there are."""
        return self.runs or smallest(len(self.factors), self.resolution) or 0

    @property
    def clear(self) -> bool:
        """Whether effects of two factors can be told from each other and from those of one."""
        return resolution_of(self._columns, self.most_variants) > 4

    @property
    def settings(self) -> dict[str, Any]:
        """What is set besides the dimensions."""
        return {**super().settings, "runs": self.runs, "resolution": self.resolution}

    @property
    def _columns(self) -> tuple[int, ...]:
        return columns_of(len(self.factors), self.most_variants)

    def combinations(self) -> Iterator[dict[str, Level]]:
        """Yield the runs, that of all first levels first."""
        for places in levels_of(self._columns, self.most_variants):
            yield {path: levels[place] for (path, levels), place in zip(self.factors.items(), places, strict=True)}

    def brief(self, variants: int) -> str:
        """Return e.g. ``screening, 7 factors in 8 variants (resolution III) x 3 replicates``."""
        factors = f"{len(self.factors)} factors in {variants} variants"
        return f"screening, {factors} (resolution {self._resolution}) x {self.replicates} replicates"

    @property
    def sentence(self) -> str:
        """In full: ``7 factors in 8 variants, a fraction of resolution III of all 128 combinations; ...``."""
        every = 2 ** len(self.factors)
        part = f"a fraction of resolution {self._resolution} of all {every:,} combinations"
        size = f"{len(self.factors)} factors in {self.most_variants} variants"
        return f"{size}, {part if self.most_variants < every else 'every combination'}; {self._often}."

    @property
    def _resolution(self) -> str:
        return _NUMERALS[resolution_of(self._columns, self.most_variants)]
