"""A dimension of a design: the levels of a factor, or a range of numbers that a search samples."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, JsonValue, model_validator

from harness.study.tables.table import FileTable

Level = JsonValue
"""One value of a factor: a string, a number, true or false, or a list or table for keys that take one."""

Levels = Annotated[tuple[Level, ...], Field(min_length=1)]

_MOST_STEPS = 1_000_000_000


class Range(FileTable):
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

    @property
    def ends(self) -> list[Level]:
        """Both ends, and the value a step from the lower one: a step may leave the whole numbers."""
        ends: list[Level] = [self.low, self.high]
        return [*ends, self.low + self.step] if self.step and self.low + self.step < self.high else ends

    def contains(self, value: Any) -> bool:
        """Whether a value can be suggested."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        if not self.low <= value <= self.high or (self.is_integer and value != int(value)):
            return False
        steps = (value - self.low) / self.step if self.step else 0.0
        return abs(steps - round(steps)) < 1e-9
