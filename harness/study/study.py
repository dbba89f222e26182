"""A study: the tables of its file, where they came from, and the variants they ask for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ConfigDict, Field, ValidationError

from harness.errors import StudyError
from harness.metrics import OwnName, asked_of, counted
from harness.notebook import html_of
from harness.study.code import CodeName, digest_of, files_named
from harness.study.designs.ranges import Level
from harness.study.explain import explain
from harness.study.tables.data import DataSpec
from harness.study.tables.model import ModelSpec
from harness.study.tables.own import OwnModel, own_model
from harness.study.tables.table import FileTable
from harness.study.tables.train import SeedSpec, TargetSpec, TrainSpec, stopping_metrics
from harness.study.tables.whole import StudyTables
from harness.study.variant import BASE, Variant, canonical, get_path, set_path, short_names, show_level

_TABLES: dict[str, type[FileTable]] = {
    "data": DataSpec,
    "model": ModelSpec,
    "train": TrainSpec,
    "target": TargetSpec,
    "seeds": SeedSpec,
}


_WHOLE_NETWORKS = ("model.preset", "model.build")
"""Settings that bring others with them: where one varies, what the file says beside it is read for each level."""


class Trainings(NamedTuple):
    """How much a study trains when nothing is done yet.

    Attributes:
        variants: how many variants; for a search, how many are sampled at most.
        trainings: how many trainings at most, confirmation and all adaptive replicates included.
    """

    variants: int
    trainings: int


class Study(StudyTables):
    """The tables of a study file, and where they came from, which no file can set."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(description="Name of the Optuna study, the MLflow experiment and the report folder.")
    source: Path | None = Field(default=None, description="The file it was read from.")
    text: str = Field(default="", description="The file's text as read, with any overrides in comments at the end.")
    given: dict[str, Any] = Field(description="The tables as they were read: what the same study is made from.")
    code: dict[str, str] = Field(
        default_factory=dict, description="Texts of the files of the user's code that it names, by the path it names."
    )

    def __repr__(self) -> str:
        return f'<Study {self.name}: {self.design.kind}, {self.size}: "{self.question}">'

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def size(self) -> str:
        """How much is trained, in words: ``2 variants, 4 trainings``. A study that is not possible says so."""
        try:
            count = self.trainings
        except StudyError as error:  # a level that is not allowed: showing a study must not fail for it
            return f"not possible: {error}"
        at_most = " at most" if self.design.explores or self.design.adaptive else ""
        return f"{counted(count.variants, 'variant')}, {counted(count.trainings, 'training')}{at_most}"

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The variants that are known before the first training; worked out once, for thousands take seconds.

        The reference comes first: the base where the design contains it, else the first combination of levels. A search
        has the base alone.

        Raises:
            StudyError: for a level that is not allowed.
        """
        variants = [self.variant(settings) for settings in self.design.combinations()]
        first, *others = sorted(variants, key=lambda variant: variant.label != BASE)
        if not self.design.repeats_base:
            return (first, *others)
        return (first, *(variant for variant in others if variant.label != BASE))

    @property
    def trainings(self) -> Trainings:
        """How many variants and trainings the study asks for."""
        variants = self.design.most_variants if self.design.explores else len(self.variants)
        return Trainings(variants, self.design.trainings(variants))

    @property
    def base(self) -> Variant:
        """The variant that the file describes before anything varies."""
        return self.variant({})

    def meaning(self) -> dict[str, Any]:
        """Return what results depend on: everything but wording, the report and the budget."""
        design = self.design.model_dump(mode="json", exclude={"replicates", "trials", "confirm"})
        meaning = {"base": self.base.meaning(), "design": design, "seed": self.seed, "exclusive": self.exclusive}
        if self.probes:
            meaning["probes"] = list(self.probes)
        if self.code:
            meaning["code"] = {file: digest_of(text) for file, text in self.code.items()}
        if self.own:
            meaning["metrics"] = {name: own.meaning for name, own in self.own.items()}
        return meaning

    @property
    def digest(self) -> str:
        """Twelve hex digits of the SHA-256 of :meth:`meaning`."""
        return hashlib.sha256(canonical(self.meaning()).encode()).hexdigest()[:12]

    def variant(self, settings: Mapping[str, Level]) -> Variant:
        """Return the base with the given dotted paths set to the given levels.

        Raises:
            StudyError: if a path or a level is not one the tables allow; the message names both.
        """
        tables = json.loads(json.dumps({name: self.given[name] for name in _TABLES if name in self.given}))
        tables.setdefault("seeds", {})
        whole = [path for path in _WHOLE_NETWORKS if path in settings]
        for path in whole:
            set_path(tables, path, settings[path])
        base = self._validate(tables)
        resolved = {name: _as_given(spec) for name, spec in base.items()}
        for path, level in settings.items():
            if path in whole:
                continue
            try:
                set_path(resolved, path, level)
            except KeyError as missing:
                raise StudyError(f'"{path}" does not exist: nothing is called {missing.args[0]!r} there') from None
        specs: dict[str, Any] = self._validate(resolved)
        try:
            self.require_validation_images(specs["data"], specs["train"])
        except ValueError as error:
            raise StudyError(str(error)) from None
        shown = {path: level for path, level in settings.items() if not self.is_base_level(path, level)}
        names = short_names(list(self.design.dimensions))
        label = ", ".join(f"{names.get(path, path)}={show_level(level)}" for path, level in shown.items())
        varied = {path: settings.get(path, self.base_level(path)) for path in self.design.dimensions}
        stops = [
            name.own.of for name in stopping_metrics(specs["train"], specs.get("target")) if isinstance(name, OwnName)
        ]
        using = {"metrics": stops, **{name: resolved[name] for name in ("model", "train")}}
        named = files_named(using) if self.code else ()
        code = {file: self.code[file] for file in named}
        return Variant(label=label or BASE, settings=varied, code=code, **specs)

    def metrics_of(self, variant: Variant) -> tuple[str, ...]:
        """Return what is measured of a variant because the study, or the variant itself, names it, each once."""
        return asked_of(*self.asked_metrics, *stopping_metrics(variant.train, variant.target))

    def code_of(self, metrics: Iterable[str]) -> dict[str, str]:
        """Return file -> text, of the functions that measure those of some metrics that are the user's."""
        files = dict.fromkeys(CodeName.of(name.own.of).file for name in metrics if isinstance(name, OwnName))
        return {file: self.code[file] for file in files}

    def base_level(self, path: str) -> Level:
        """Return the base's level at a dotted path.

        Raises:
            KeyError: if the path leads nowhere; the argument is the part that does not exist.
        """
        root = path.split(".")[0]
        if path == "model.preset" and isinstance(self.model, ModelSpec):
            return self.model.preset
        table = getattr(self, root)
        level: Level = get_path({root: table.model_dump(mode="json") if table else {}}, path)
        return level

    def is_base_level(self, path: str, level: Level) -> bool:
        """Whether a level is the base's, compared as the tables read it: 1 is 1.0, an omitted kernel its default."""
        root = path.split(".")[0]
        if path in _WHOLE_NETWORKS:
            return level == self.base_level(path)
        table = getattr(self, root)
        raw = _as_given(table)
        set_path({root: raw}, path, level)
        return bool(self._validate({root: raw})[root] == table)

    def _validate(self, tables: dict[str, Any]) -> dict[str, FileTable]:
        specs: dict[str, FileTable] = {}
        for name, given in tables.items():
            if name == "model" and "build" in given:
                specs[name] = own_model(given, self.code, name)
                continue
            try:
                specs[name] = _TABLES[name].model_validate_json(json.dumps(given), context={"own": self.own})
            except ValidationError as error:
                raise StudyError("\n".join(explain(error, _TABLES[name], name))) from None
        return specs


def _as_given(table: FileTable) -> dict[str, Any]:
    """Return a table as a file would have it. A setting of the user's may be none where its default is something."""
    return table.model_dump(mode="json", exclude_none=not isinstance(table, OwnModel))
