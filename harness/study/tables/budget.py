"""`[budget]`: what a whole study may take, and when it has seen enough."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from harness.study.designs import Design
from harness.study.tables.table import FileTable, hint

FIRST_LOOK = 3
"""Replicates before the first look of a study that trains until it is decided."""
MOST = 30
"""Its replicates at most, where the file does not say."""

_FIXED = frozenset({"search", "screening"})
"""Kinds of design whose replicates are a number."""


class BudgetSpec(FileTable):
    """`[budget]`: what the whole study may take, all of its runs together. No result depends on it."""

    minutes: float | None = Field(
        default=None,
        gt=0,
        le=1e6,
        description="Minutes of training, of all runs together and whatever the number of workers.",
        json_schema_extra=hint("E.g. 30."),
    )
    trainings: int | None = Field(
        default=None,
        ge=1,
        description="Trainings, of all runs together. A search keeps room for its confirmations.",
        json_schema_extra=hint("E.g. 40."),
    )
    kwh: float | None = Field(
        default=None,
        gt=0,
        description="Kilowatt-hours of the whole machine, of all runs together, as its counters measure them (extra "
        "`energy`); refused where there is none that may be read.",
        json_schema_extra=hint("E.g. 0.5."),
    )
    until: Literal["decided"] | None = Field(
        default=None,
        description="'decided' trains until every comparison is decided, and pays for its looks: it stands for "
        f"design.replicates = {{ min = {FIRST_LOOK}, max = N }}, with N as design.replicates says, else {MOST}.",
    )


def expand_until(given: dict[str, Any]) -> dict[str, Any]:
    """Return a study's tables with the replicates that `until = "decided"` stands for; those given are not changed.

    Tables that are not as they should be, and designs that have no such replicates, are left as they are: validation
    has the better message.
    """
    budget, design = given.get("budget"), given.get("design")
    if not (isinstance(budget, dict) and budget.get("until") == "decided" and isinstance(design, dict)):
        return given
    most = design.get("replicates", MOST)
    if design.get("kind") in _FIXED or type(most) is not int or most <= FIRST_LOOK:
        return given
    return {**given, "design": {**design, "replicates": {"min": FIRST_LOOK, "max": most}}}


def require_possible(budget: BudgetSpec, design: Design, once: str) -> None:
    """Raise ValueError if a study is to go on until it is decided where nobody looks, or a search is left nothing.

    Args:
        budget: the budget.
        design: the design.
        once: the setting for which all is judged once, when all is there; empty if nothing asks for that.
    """
    if budget.until and once:
        raise ValueError(
            f"budget.until must not be 'decided' with {once}, which is judged once, when all is there. Leave it out."
        )
    if budget.until and not design.adaptive:
        raise ValueError(
            f"design.replicates must be above {FIRST_LOOK} with budget.until = 'decided', got "
            f"{design.replicate_range[1]}: it is how many there may be, and the first look is after {FIRST_LOOK}. "
            "E.g. 30."
        )
    if design.explores and budget.trainings is not None:
        confirmations = (design.confirmed + 1) * design.confirm.replicates
        if budget.trainings <= confirmations:
            raise ValueError(
                f"budget.trainings must be at least {confirmations + 1}, one of the search and {confirmations} to "
                f"confirm what it finds, got {budget.trainings}. Raise it, or lower design.confirm."
            )
