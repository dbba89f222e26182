"""The JSON Schema of study files, which editors check and complete them by."""

from __future__ import annotations

import json
from typing import Any

from harness.study.tables.whole import StudyTables

SCHEMA_FILE = "study.schema.json"
"""What the file with the schema is called that lies beside study files."""


def study_schema() -> dict[str, Any]:
    """Return every key, its type, range, default and meaning, as JSON Schema (draft 2020-12)."""
    schema = StudyTables.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "harness study file"}


def schema_text() -> str:
    """Return :func:`study_schema` as the text of a file."""
    return json.dumps(study_schema(), indent=2) + "\n"
