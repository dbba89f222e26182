"""The pictures of a trained network as files in a folder: which there are, and which of them a level means.

A worker makes them when a training ends, `harness insight` later for any run; both from what is in
:class:`Subject`, and with fixed seeds, so that they give the same files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import UsageError, did_you_mean
from harness.gallery.pages import PICTURES, Page
from harness.gallery.subject import FEATURES, Choice, Example, Subject, example_of
from harness.gallery.unused import count_features, feature_rows
from harness.insight import own_style

__all__ = [
    "FEATURES",
    "LEVELS",
    "PICTURES",
    "Choice",
    "Example",
    "Subject",
    "choose",
    "count_features",
    "example_of",
    "feature_rows",
    "write_pictures",
]

LEVELS: dict[str, tuple[str, ...]] = {
    "none": (),
    "basic": ("confusion", "mistakes"),
    "full": tuple(PICTURES),
}
"""Level of insight -> its pictures."""


def choose(
    subject: Subject,
    only: Sequence[str] = (),
    layers: Sequence[str] = (),
    features: int | None = FEATURES,
    examples: Sequence[Example] = (),
) -> Choice:
    """Return what is to be drawn, checked against the network.

    Args:
        subject: the trained network.
        only: names in :data:`PICTURES`; empty for all.
        layers: names of layers; empty for all that there are.
        features: features of a layer that get an image they like; None for all.
        examples: images to look at layer by layer; empty for two of the test split.

    Raises:
        UsageError: naming what there is instead.
    """
    for name in only:
        if name not in PICTURES:
            near = did_you_mean(name, PICTURES)
            raise UsageError(f"--only must name one of {', '.join(PICTURES)}, got {name!r}.{near}")
    known = [layer.name for layer in subject.model.layers]
    for name in layers:
        if name not in known:
            raise UsageError(f"--layer must name a layer of the network, got {name!r}. There are: {', '.join(known)}.")
    return Choice(tuple(only) or tuple(PICTURES), frozenset(layers), features, tuple(examples))


def write_pictures(subject: Subject, choice: Choice, folder: Path) -> list[Path]:
    """Draw pictures of a trained network into a folder; those that its kind of network has none of are left out.

    Args:
        subject: the trained network.
        choice: what to draw.
        folder: made if need be; files of the same names are replaced.

    Returns:
        The files, in the order of :data:`PICTURES`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with own_style():
        return [_write(page, folder / page.name) for page in _pages(subject, choice)]


def _write(page: Page, path: Path) -> Path:
    if isinstance(page.content, list):
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(page.content)
    else:
        page.content.savefig(path)
    return path


def _pages(subject: Subject, choice: Choice) -> Iterator[Page]:
    for name, pages in PICTURES.items():
        if name in choice.pictures:
            yield from pages(subject, choice)
