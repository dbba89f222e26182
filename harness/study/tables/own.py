"""`[model]` with `build`: a network of one's own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationError, field_validator

from harness.errors import StudyError
from harness.study.code import CodeName, find_definition, settings_table
from harness.study.code.settings import python_value
from harness.study.explain import explain
from harness.study.tables.model import ModelSpec
from harness.study.tables.table import FileTable

GIVEN = ("image_shape", "classes")
"""What the function is given besides its settings."""


class OwnModel(FileTable):
    """`[model]` with `build`: a network of your own. The other keys are the function's settings, by its signature."""

    model_config = ConfigDict(extra="allow")

    build: str = Field(
        description="A function of yours that returns a Keras model ending in logits: its file, relative to the study "
        "file, and its name, e.g. `networks.py:resnet`. It is called with `image_shape` (height, width, channels), "
        "`classes` and the settings."
    )

    @field_validator("build")
    @classmethod
    def _check(cls, build: str) -> str:
        CodeName.of(build)
        return build

    @property
    def name(self) -> CodeName:
        """File and name of the function."""
        return CodeName.of(self.build)

    @property
    def settings(self) -> dict[str, Any]:
        """The function's settings, as JSON has them."""
        return dict(self.__pydantic_extra__ or {})


def _kind(given: Any) -> str:
    own = isinstance(given, OwnModel) or (isinstance(given, dict) and "build" in given)
    return "OwnModel" if own else "ModelSpec"


Model = Annotated[Annotated[ModelSpec, Tag("ModelSpec")] | Annotated[OwnModel, Tag("OwnModel")], Discriminator(_kind)]
"""`[model]`: which of the two it is says the key `build`."""


def require_known_layers(model: ModelSpec | OwnModel, probes: Collection[str]) -> None:
    """Raise ValueError if a probe builds another network out of the specification of one that is the user's."""
    if "activation_order" in probes and isinstance(model, OwnModel):
        raise ValueError(
            "probes must not name 'activation_order' with model.build: the order is part of your function. Remove one "
            "of them."
        )


def own_model(given: Mapping[str, Any], code: Mapping[str, str], prefix: str) -> OwnModel:
    """Return a network of the user's with all of its settings, those at their defaults too.

    Args:
        given: the table as it was read; it has a key `build`.
        code: texts of files of the user's code.
        prefix: dotted path of the table in the file, for messages.

    Raises:
        StudyError: with a line for each setting that the function does not take so.
    """
    try:
        build = OwnModel.model_validate_json(json.dumps({"build": given["build"]}))
    except ValidationError as error:
        raise StudyError("\n".join(explain(error, OwnModel, prefix))) from None
    try:
        table = _table(build.name, code)
    except StudyError as error:
        raise StudyError(f"{prefix}.build: {error}") from None
    others = {key: value for key, value in given.items() if key != "build"}
    try:
        read = table.model_validate_json(json.dumps(others))
    except ValidationError as error:
        raise StudyError("\n".join(explain(error, table, prefix))) from None
    return OwnModel.model_validate({"build": build.build, **read.model_dump(mode="json")})


def call_arguments(model: OwnModel, code: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings as the function takes them: a tuple where its annotation says so."""
    fields = _table(model.name, code).model_fields
    return {name: python_value(value, fields[name].annotation) for name, value in model.settings.items()}


def _table(name: CodeName, code: Mapping[str, str]) -> type[FileTable]:
    return settings_table(find_definition(code, name), GIVEN, ("build", "preset"))
