"""A new study put into its place: all of it valid, or nothing is there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from harness.data import image_facts
from harness.errors import UsageError, did_you_mean, show_value
from harness.image_sets import BUILT_IN, IMAGE_SETS, suggest
from harness.new.network import NETWORK
from harness.new.text import study_text
from harness.new.wishes import Images, Wishes
from harness.study import SCHEMA_FILE, Study, check_variants, load_study, schema_text


class Written(NamedTuple):
    """What was written.

    Attributes:
        study: as it is read back.
        files: those that are new, the study's first.
    """

    study: Study
    files: tuple[Path, ...]


def place_of(name: str, folder: Path) -> Path:
    """Return where the file of a study is to be.

    Args:
        name: of the study, or a path that ends in ``.toml``.
        folder: of studies that are given by name.

    Raises:
        UsageError: if it can be no name, or the file is there already.
    """
    place = Path(name) if name.endswith(".toml") else folder / f"{name}.toml"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", place.stem):
        raise UsageError(
            f"NAME must be letters, digits, '.', '_' and '-', 100 at most, the first a letter or digit, "
            f"got {show_value(name)}."
        )
    if place.exists():
        raise UsageError(f"{place}: is there already, and is left as it is. Choose another name, or remove it.")
    return place


def images_of(data: str, data_folder: Path | None) -> Images:
    """Return what is known of an image set, or of pictures of one's own.

    Args:
        data: name of a set, or a path.
        data_folder: where to look first for the files of a set.

    Raises:
        UsageError: if it is neither.
        DataError: if what is there cannot be used.
    """
    if data in BUILT_IN:
        facts = IMAGE_SETS[data].facts
        assert facts is not None
        return Images({"name": data}, facts.image_shape, facts.train_images)
    place = Path(data).expanduser()
    if not place.exists() and data_folder is not None and (data_folder / data).exists():
        place = data_folder / data
    if not place.exists():
        raise UsageError(
            f"--data must be {', '.join(BUILT_IN)}, or a folder, a zip or an .npz file with images, got "
            f"{show_value(data)}.{did_you_mean(data, BUILT_IN)}"
        )
    found = suggest(place)
    keys = {key: value for key, value in found.keys.items() if key not in ("validation", "split")} | {"folder": data}
    why = {key: reason for key, reason in found.reasons.items() if key in keys}
    held_out = found.keys["validation"] if found.keys.get("split") == "last" else 0
    return Images(keys, found.image_shape, found.train_images, why, held_out)


def seen_from(place: Path, model: str) -> str:
    """Return a network, of one's own with its file as it is seen from the folder of the study.

    Raises:
        UsageError: if there is no such file.
    """
    file, colon, function = model.rpartition(":")
    if not colon:
        return model
    for found in (Path(file), place.parent / file):
        if found.is_file():
            return f"{Path(os.path.relpath(found, place.parent)).as_posix()}:{function}"
    raise UsageError(
        f"--model {model}: there is no file {file}, neither here nor in {place.parent}. "
        "`--template own-model` writes one to begin with."
    )


def network_beside(place: Path) -> Path:
    """Return where the network of one's own is put that a new study begins with.

    Raises:
        UsageError: if there is such a file already.
    """
    file = place.with_name(f"{re.sub(r'[^A-Za-z0-9_]', '_', place.stem)}_network.py")
    if file.exists():
        raise UsageError(f"{file}: is there already, and is left as it is. Name it: --model {file}:FUNCTION")
    return file


def write_study(place: Path, wishes: Wishes, network: Path | None = None, data_folder: Path | None = None) -> Written:
    """Write a study, and beside it the schema that editors read.

    Args:
        place: of its file; its folder is made if need be.
        wishes: what it is to be, settled.
        network: where to put a network to begin with, if it is to begin with one.
        data_folder: where to look first for the files of a set.

    Raises:
        StudyError: if it would not be valid: nothing is written then.
    """
    files = (place,) if network is None else (place, network)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        if network is not None:
            network.write_text(NETWORK.format(name=wishes.name, file=place.name), encoding="utf-8")
        place.write_text(study_text(wishes, SCHEMA_FILE), encoding="utf-8")
        study = load_study(place)
        check_variants(study, lambda spec: image_facts(spec, data_folder))
        place.with_name(SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        raise
    return Written(study, files)
