"""A design whose variants are written out, each with whatever it changes together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from harness.study.designs.factors import Grid
from harness.study.designs.ranges import Level
from harness.study.tables.table import hint

Settings = Annotated[dict[str, Level], Field(min_length=1)]


class Listed(Grid):
    """The base, and variants that are written out: for what changes together, as a network and its learning rate."""

    crossed: ClassVar[bool] = False
    table: ClassVar[str] = "variants"

    kind: Literal["listed"]
    variants: Annotated[tuple[Settings, ...], Field(min_length=1)] = Field(
        description="A table a variant: dotted path in quotes -> its level; what is not named is as in the base.",
        json_schema_extra=hint('E.g. variants = [{ "data.scaling" = "none", "train.learning_rate" = 3e-4 }].'),
    )

    @property
    def dimensions(self) -> dict[str, Any]:
        """Dotted path -> the levels that variants set it to, in their order."""
        found: dict[str, list[Level]] = {}
        for variant in self.variants:
            for path, level in variant.items():
                levels = found.setdefault(path, [])
                if level not in levels:
                    levels.append(level)
        return {path: tuple(levels) for path, levels in found.items()}

    @property
    def most_variants(self) -> int:
        """The base and all that are written out."""
        return 1 + len(self.variants)

    def combinations(self) -> Iterator[dict[str, Level]]:
        """Yield nothing set, which is the base, then each variant's settings."""
        yield {}
        yield from (dict(variant) for variant in self.variants)

    def must_be_possible(self) -> Iterator[tuple[str, dict[str, Level]]]:
        """Yield the place and the settings of each variant."""
        yield from ((f"design.variants.{place}", dict(variant)) for place, variant in enumerate(self.variants))

    @property
    def sentence(self) -> str:
        """In full: ``the base, and the variants that the study writes out; 2 replicates of each variant``."""
        return f"the base, and the variants that the study writes out; {self._often}."
