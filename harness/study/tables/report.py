"""`[report]`: what a comparison is about, and reference values."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from harness.metrics import METRICS
from harness.study.tables.metrics import JudgedMetric
from harness.study.tables.table import FileTable, hint
from harness.study.variant import BASE

MOST_OF_ALL_PAIRS = 12
"""Variants of which all pairs are compared: 66 pairs. Of more, so many share the error that little is decided."""


class Reference(FileTable):
    """`[[report.reference]]`: a reference value, shown beside what was measured here; never paired."""

    name: str = Field(min_length=1, description='What it is, e.g. "published, at 1,000 iterations".')
    metric: JudgedMetric = Field(description="The metric.")
    value: float = Field(description="Its value, in the metric's own unit: shares from 0 to 1.")
    source: str = Field(min_length=1, description="Where it is from.")
    step: int | None = Field(
        default=None, ge=0, description="It is of this many steps, one of train.test_at or an evaluation; else the end."
    )
    variant: str = Field(default=BASE, description="Label of the variant that it is beside; the base by default.")
    note: str = Field(default="", description="Why the two differ, if they do.")


class ReportSpec(FileTable):
    """`[report]`: what the comparison is about."""

    metrics: tuple[JudgedMetric, ...] = Field(
        default=(),
        description="Metrics with a paired difference to the base and a verdict. By default test accuracy, and "
        "seconds to target where there is a target.",
    )
    margin: dict[JudgedMetric, float] = Field(
        default_factory=dict,
        description="Metric -> difference below which two variants count as equivalent, in the metric's own unit.",
        json_schema_extra={"fix": "E.g. margin = { test_accuracy = 0.002 }."},
    )
    yes: Literal["better", "as_good", "worse"] | None = Field(
        default=None,
        description="Of a question that Yes or No answers, which verdict in the first of the metrics is a yes: "
        "'better', 'as_good' (better, equivalent or identical) or 'worse'. One such variant is a yes, and it takes all "
        "for a no. Without it reports say neither.",
        json_schema_extra=hint('E.g. yes = "better" for "does it help?", yes = "as_good" for "does it do as well?".'),
    )
    compare: Literal["base", "all_pairs"] = Field(
        default="base",
        description="'base' compares each variant with the base, 'all_pairs' each also with each other, all judged "
        f"together; of {MOST_OF_ALL_PAIRS} variants at most.",
    )
    levels: tuple[float, ...] = Field(
        default=(),
        strict=False,
        description="Other values of the target's metric: the report shows when each was reached, besides the target.",
        json_schema_extra=hint("E.g. levels = [0.9, 0.95] with a target of 0.97 validation accuracy."),
    )
    reference: tuple[Reference, ...] = Field(
        default=(), strict=False, description="Reference values, each a `[[report.reference]]` of its own."
    )

    @model_validator(mode="after")
    def _check(self) -> ReportSpec:
        for name, value in self.margin.items():
            if value <= 0:
                raise ValueError(
                    f"margin.{name} must be above 0, got {value:g}. E.g. 0.002 for 0.2 points of accuracy."
                )
            if METRICS[name].is_share and value >= 1:
                raise ValueError(
                    f"margin.{name} must be below 1, got {value:g}: it goes from 0 to 1. E.g. 0.002 for 0.2 points."
                )
        return self
