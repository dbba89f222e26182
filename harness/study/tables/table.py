"""What every table of a study file is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class FileTable(BaseModel):
    """Base of all tables: frozen, strict, no unknown keys, no infinities."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


def hint(fix: str) -> dict[str, Any]:
    """Return the schema extra of a field whose messages end with this fix."""
    return {"fix": fix}


def from_protocol(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema what a protocol's expansion does: a key that is required may come from there."""
    schema.pop("required")
