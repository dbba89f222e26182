"""Names of metrics in a study file: which may stand where. `[metrics.NAME]`: metrics of the user's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator, field_validator
from pydantic_core import PydanticCustomError

from harness.errors import show_value
from harness.metrics import METRICS, NAMED, RECORDED, Metric, OwnMetric, own_name, own_names
from harness.metrics.named import FORMS, HITS, NAME, named
from harness.study.code import CodeName
from harness.study.tables.table import FileTable

MOST_OWN = 20
"""Metrics of the user's in a study."""
_KEYS = {row.key for row in (*RECORDED.values(), *NAMED.values())}


class MetricSpec(FileTable):
    """`[metrics.NAME]`: a metric of one's own, called `val_NAME` and `test_NAME` elsewhere in the file."""

    of: str = Field(
        description="The function that measures it, of `labels` (n,) and `logits` (n, classes), which gives a number: "
        '"mine.py:cost".',
    )
    better: Literal["higher", "lower"] = Field(description="Which way is better.")
    unit: str = Field(
        default="",
        max_length=20,
        description="What stands after its values, such as 'euros'; 'share' for what goes from 0 to 1 and is shown as "
        "per cent.",
    )
    title: str = Field(default="", max_length=60, description='What pages call it after "validation" and "test".')
    margin: float | None = Field(
        default=None,
        gt=0,
        description="Difference below which two variants count as equivalent, where report.margin names none.",
    )

    @field_validator("of")
    @classmethod
    def _check_of(cls, of: str) -> str:
        CodeName.of(of)
        return of

    @field_validator("unit", "title")
    @classmethod
    def _check_text(cls, text: str) -> str:
        if text != text.strip() or set(text) & set("{}\n\t"):
            raise ValueError(
                f"must be text without braces, and without spaces at its ends, got {show_value(text)}. E.g. 'euros'"
            )
        return text


def require_new_name(name: str) -> None:
    """Check that a metric of the user's may have a name.

    Raises:
        ValueError: if it has no name that fits, or one that there is.
    """
    if not all(NAME.fullmatch(f"{form}_{name}") for form in FORMS):
        raise ValueError(
            "a name must be 1 to 40 small letters, digits and '_', the first a letter. E.g. [metrics.cost]"
        )
    for form in FORMS:
        taken = f"{form}_{name}" in RECORDED or named(f"{form}_{name}") or f"{form}/{name}" in _KEYS
        if taken or f"{form}_{name}" == HITS:
            raise ValueError(f"the name is taken: {form}_{name} means something else. Choose another.")


def own_metrics(given: object) -> dict[str, OwnMetric]:
    """Return the metrics of the user's that the table `[metrics]` of a file has, by name.

    What is wrong with one is said where the table is checked; its name is known nevertheless.
    """
    if not isinstance(given, Mapping):
        return {}
    found = {}
    for name, said in given.items():
        table = said if isinstance(said, Mapping) else {}
        of, unit, title = (text if isinstance(text := table.get(key), str) else "" for key in ("of", "unit", "title"))
        found[str(name)] = OwnMetric(
            str(name), of, "lower" if table.get("better") == "lower" else "higher", unit, title
        )
    return found


def context_of(given: Mapping[str, Any]) -> dict[str, dict[str, OwnMetric]]:
    """Return what validating the tables of a study needs to know: the metrics that they may name."""
    return {"own": own_metrics(given.get("metrics"))}


def _named(fits: Callable[[Metric], bool], forms: str) -> tuple[Any, ...]:
    """Return what makes text the name of a metric that fits; the message of another is that of a list of choices.

    Args:
        fits: whether a metric may stand there.
        forms: what the name of a metric that is measured only where it is named may begin with, as a pattern.
    """
    listed = [name for name, row in METRICS.items() if fits(row)]

    def check(value: Any, _: ValidatorFunctionWrapHandler, info: ValidationInfo) -> str:
        own: Mapping[str, OwnMetric] = (info.context or {}).get("own", {})
        name = own_name(value, own) if isinstance(value, str) else ""
        if name not in METRICS or not fits(METRICS[name]):
            choices = [*listed, *(one for one in own_names(own) if fits(one.row))]
            raise PydanticCustomError("literal_error", "one of {expected}", {"expected": ", ".join(choices)})
        return name

    schema = {"type": "string", "anyOf": [{"enum": listed}, {"pattern": f"^{forms}_[a-z][a-z0-9_]*$"}]}
    return WrapValidator(check), WithJsonSchema(schema)


JudgedMetric = Annotated[str, *_named(lambda row: bool(row.better), "(val|test)")]
"""By which variants are judged."""
ChoosableMetric = Annotated[str, *_named(lambda row: row.split != "test", "val")]
"""That a search may optimise."""
EvaluatedMetric = Annotated[str, *_named(lambda row: row.evaluated, "val")]
"""By which a training can be stopped."""
