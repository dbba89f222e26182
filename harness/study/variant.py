"""A variant: everything that defines a training except its seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.metrics import OwnName
from harness.study.code import digest_of
from harness.study.designs.ranges import Level
from harness.study.tables.augment import Augment
from harness.study.tables.data import DataSpec
from harness.study.tables.model import ModelSpec
from harness.study.tables.own import OwnModel
from harness.study.tables.table import FileTable
from harness.study.tables.train import SeedSpec, TargetSpec, TrainSpec, stopping_metrics

_UNCHANGED = Augment().model_dump(mode="json")
"""A table of which only what is not so is shown."""

BASE = "base"
"""Label of the variant that differs from the base in nothing."""


@dataclass(frozen=True)
class Variant:
    """Network, preprocessing, optimiser and protocol of a training.

    Attributes:
        label: short name that tells only what differs from the base, e.g. ``downsample=stride``.
        settings: dotted path -> level of every dimension the study varies, as this variant has it.
        code: file -> text, of the files of the user's code that its training uses.
    """

    label: str
    data: DataSpec
    model: ModelSpec | OwnModel
    train: TrainSpec
    target: TargetSpec | None = None
    seeds: SeedSpec = field(default_factory=SeedSpec)
    settings: Mapping[str, Level] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Twelve hex digits of the SHA-256 of what the variant means; label, preset name and defaults left out."""
        return hashlib.sha256(canonical(self.meaning()).encode()).hexdigest()[:12]

    @cached_property
    def program(self) -> str:
        """Text that is equal for variants that one compiled program can train.

        Left out is what a program takes as input: initial weights, learning rate, weight decay, dropout rates (but not
        whether there is dropout), amounts of augmentation (likewise), and the target. Of a network of the user's all
        settings are part of its program.
        """
        model, train = self.model, self.train
        parts: dict[str, Any] = {
            "data": self.data.model_dump(mode="json"),
            "augment": list(train.augment.changes),
            "train": train.model_dump(mode="json", exclude={"learning_rate", "weight_decay", "augment", "l2"}),
            "l2": train.l2 > 0,
        }
        if isinstance(model, OwnModel):
            parts["model"] = model.model_dump(mode="json")
        else:
            inputs = {"preset", "initializer", "initializer_stddev", "bias", "conv_dropout", "dense_dropout"}
            parts["model"] = model.model_dump(mode="json", exclude=inputs)
            parts["dropout"] = [model.conv_dropout > 0, model.dense_dropout > 0]
        return canonical({**parts, "code": self._digests()} if self.code else parts)

    def _digests(self) -> dict[str, str]:
        return {file: digest_of(text) for file, text in self.code.items()}

    def meaning(self) -> dict[str, Any]:
        """Return the settings that differ from the schema's defaults, as plain JSON values."""
        meaning = {
            "data": self.data.model_dump(mode="json", exclude_defaults=True),
            "model": self.model.model_dump(mode="json", exclude_defaults=True, exclude={"preset"}),
            "train": self.train.model_dump(mode="json", exclude_defaults=True),
            "target": self.target.model_dump(mode="json", exclude_defaults=True) if self.target else None,
        }
        seeds = self.seeds.model_dump(mode="json", exclude_defaults=True)
        if seeds:
            meaning["seeds"] = seeds
        stops = [name for name in stopping_metrics(self.train, self.target) if isinstance(name, OwnName)]
        if stops:
            meaning["metrics"] = {name.own.name: name.own.meaning for name in stops}
        if self.code:
            meaning["code"] = self._digests()
        return meaning

    def tables(self) -> dict[str, Any]:
        """Return the settings as plain tables: ``{"data": {...}, "model": {...}, ...}``."""
        specs: dict[str, FileTable | None] = {
            "data": self.data,
            "model": self.model,
            "train": self.train,
            "target": self.target,
            "seeds": self.seeds if self.seeds != SeedSpec() else None,
        }
        return {name: spec.model_dump(mode="json") for name, spec in specs.items() if spec is not None}

    def flat(self) -> dict[str, Any]:
        """Return every setting by dotted path, readable: ``{"model.conv": "16@5x5 36@5x5", ...}``; floats in full."""
        return {
            f"{name}.{key}": repr(value) if isinstance(value, float) else show_level(value)
            for name, table in self.tables().items()
            for key, value in table.items()
            if value is not None
        }


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def show_level(value: Any) -> str:
    """Write a level the short way: ``0.00123``, ``16@5x5 36@5x5``, ``128 64``, ``none``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return " ".join(show_level(item) for item in value) or "none"
    if isinstance(value, dict) and "filters" in value:
        kernel = value.get("kernel", 3)
        tails = [f"/{value[key]}" for key in ("block", "downsample") if value.get(key)]
        return f"{value['filters']}@{kernel}x{kernel}{''.join(tails)}"
    if isinstance(value, dict):
        said = {key: item for key, item in value.items() if item is not None}
        if _UNCHANGED.keys() <= said.keys():
            said = {key: item for key, item in said.items() if item != _UNCHANGED[key]}
        return " ".join(f"{key}={show_level(item)}" for key, item in said.items()) or "none"
    return str(value)


def short_names(paths: list[str]) -> dict[str, str]:
    """Return dotted path -> the fewest last parts that tell it from the others."""
    names: dict[str, str] = {}
    for path in paths:
        parts = path.split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[-count:])
            clash = any(other != path and (other == name or other.endswith("." + name)) for other in paths)
            if not clash and not name[0].isdigit():
                break
        names[path] = name
    return names


def set_path(tables: dict[str, Any], path: str, value: Level) -> None:
    """Set ``tables["model"]["conv"][0]["filters"]`` for the path ``model.conv.0.filters``, in place.

    Raises:
        KeyError: if a part of the path does not exist; the argument is that part.
    """
    *parents, last = path.split(".")
    place: Any = tables
    for part in parents:
        place = _step(place, part)
    if isinstance(place, list):
        _step(place, last)
        place[int(last)] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise KeyError(last)


def get_path(tables: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path.

    Raises:
        KeyError: if a part of the path does not exist; the argument is that part.
    """
    place: Any = tables
    for part in path.split("."):
        place = _step(place, part)
    return place


def _step(place: Any, part: str) -> Any:
    if isinstance(place, dict) and part in place:
        return place[part]
    if isinstance(place, list) and part.isascii() and part.isdigit() and int(part) < len(place):
        return place[int(part)]
    raise KeyError(part)
