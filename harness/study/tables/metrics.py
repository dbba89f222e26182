"""Names of metrics in a study file: which may stand where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator
from pydantic_core import PydanticCustomError

from harness.metrics import METRICS, Metric

_TOP_K = "top_[1-9][0-9]*_accuracy"


def _named(fits: Callable[[Metric], bool], forms: str) -> tuple[Any, ...]:
    """Return what makes text the name of a metric that fits; the message of another is that of a list of choices.

    Args:
        fits: whether a metric may stand there.
        forms: what the name of a metric that is measured only where it is named may begin with, as a pattern.
    """
    choices = [name for name, row in METRICS.items() if fits(row)]

    def check(value: Any, _: ValidatorFunctionWrapHandler) -> str:
        if not isinstance(value, str) or value not in METRICS or not fits(METRICS[value]):
            raise PydanticCustomError("literal_error", "one of {expected}", {"expected": ", ".join(choices)})
        return value

    schema = {"type": "string", "anyOf": [{"enum": choices}, {"pattern": f"^{forms}_{_TOP_K}$"}]}
    return WrapValidator(check), WithJsonSchema(schema)


JudgedMetric = Annotated[str, *_named(lambda row: bool(row.better), "(val|test)")]
"""By which variants are judged."""
ChoosableMetric = Annotated[str, *_named(lambda row: row.split != "test", "val")]
"""That a search may optimise."""
EvaluatedMetric = Annotated[str, *_named(lambda row: row.evaluated, "val")]
"""By which a training can be stopped."""
