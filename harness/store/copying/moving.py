"""A study moved to another store: copied, compared, and then deleted where it was."""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import UsageError
from harness.store.base import Store
from harness.store.copying.study import Copied, Told, copy_study
from harness.store.recording import Hold


@dataclass(frozen=True)
class Moved:
    """What was moved.

    Attributes:
        copied: what is in the other store now.
        left: the name that the study has where it was, deleted, if that store removes nothing for good.
        versions: those of registered models that were of it, and are gone.
    """

    copied: Copied
    left: str | None
    versions: list[str]


def move_study(source: Store, target: Store, name: str, told: Told | None = None) -> Moved:
    """Move a study to another store, as :func:`harness.store.copying.study.copy_study` copies it.

    It is deleted where it was when the copy is there, and equal, and before anybody else can run it. A process that is
    killed in between leaves it in both.

    Args:
        source: where it is.
        target: where it is to be; made if need be.
        name: of the study.
        told: hears how far it is.

    Raises:
        UsageError: as copying does.
        RunError: if what came out is not what went in; nothing is deleted then.
    """
    deleted: list[str] = []

    def delete(hold: Hold) -> None:
        deleted.append(hold.delete())

    copied = copy_study(source, target, name, told, afterwards=delete)
    (since,) = deleted
    try:
        with source.in_words(), source.hold(since) as hold:
            return Moved(copied, None, hold.remove())
    except UsageError:  # a server: its keeper alone can
        return Moved(copied, since, [])
