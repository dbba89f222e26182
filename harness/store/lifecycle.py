"""What is done with whole studies in a store: another name, deleting, restoring, removing for good.

Each is done in both databases or in none, as far as anybody can see.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import UsageError
from harness.store.aside import name_before
from harness.store.base import Store
from harness.store.recording import Hold
from harness.study import require_name


@dataclass(frozen=True)
class Removed:
    """A study that is there no more.

    Attributes:
        name: that it had.
        bytes: what its files took; None if that is not known.
        versions: those of registered models that were of it, and are gone.
    """

    name: str
    bytes: int | None
    versions: list[str]


def rename_study(store: Store, name: str, new_name: str) -> None:
    """Give a study another name, in MLflow and in Optuna; one that was deleted is restored by that.

    Its report and the model that is registered under its name stay what they are.

    Args:
        store: where it is.
        name: of the study, or the name that it has since it was deleted.
        new_name: what it is to be called.

    Raises:
        StudyError: if the new name can be none.
        UsageError: if there is no such study, it is being run, or something has the new name.
    """
    require_name(new_name, "NEW", "Choose another.")
    known = require_known(store, name, deleted=True)
    if new_name in known:
        raise _taken(store, new_name)
    with store.in_words(), store.hold(name) as hold, store.hold(new_name) as new:
        # nobody begins a study of the new name meanwhile, and what was to become of an earlier one is done
        new.finish_aside()
        _require_settled(hold, store, name)
        if new_name in _names(hold):
            raise _taken(store, new_name)
        hold.rename(new_name)


def delete_study(store: Store, name: str) -> str:
    """Delete a study so that :func:`rename_study` restores it; return the name that it has from now on.

    Raises:
        UsageError: if there is no such study, or it is being run.
    """
    require_known(store, name)
    with store.in_words(), store.hold(name) as hold:
        _require_settled(hold, store, name)
        return hold.delete()


def remove_study(store: Store, name: str) -> Removed:
    """Remove a study for good: a deleted one by the name that it has since, any other is deleted first.

    Raises:
        UsageError: if there is no such study, it is being run, or the store is one whose keeper alone can do that.
    """
    known = require_known(store, name, deleted=True)
    size = store.size(name)
    deleted = name if known[name] else delete_study(store, name)
    with store.in_words(), store.hold(deleted) as hold:
        return Removed(name, size, hold.remove())


def require_known(store: Store, name: str, deleted: bool = False) -> dict[str, bool]:
    """Look that a store has a study; return the names that it has -> whether they are of deleted ones.

    Args:
        store: the store.
        name: of the study.
        deleted: whether it may be one that was deleted.

    Raises:
        UsageError: naming what comes near, or how it is restored.
    """
    gone = store.deleted()
    known = {summary.name: False for summary in store.summaries()} | {one.name: True for one in gone}
    if name in known and (deleted or not known[name]):
        return known
    if before := next((one.name for one in gone if name in (one.was, one.name)), None):
        raise UsageError(
            f"{store.place}: {name!r} was deleted, and is {before!r} since. `harness rename '{before}' "
            f"{name_before(before)}` restores it."
        )
    store.kept_study(name)  # raises, unless it has no trials yet
    return {**known, name: False}


def _require_settled(hold: Hold, store: Store, name: str) -> None:
    """Finish what a killed process left of renaming or deleting the study; say so, for it is there no more."""
    since = hold.finish_aside()
    if since is not None:
        raise UsageError(
            f"{store.place}: {name!r} was being renamed when a process was killed, and is {since!r} from now on. "
            "Name it like that."
        )


def _names(hold: Hold) -> set[str]:
    import optuna

    from harness.store.record.experiments import experiment_names

    in_mlflow = experiment_names(hold.depot.client) if hold.depot is not None else []
    return {*optuna.get_all_study_names(hold.storage), *in_mlflow}


def _taken(store: Store, name: str) -> UsageError:
    return UsageError(f"{store.place}: has {name!r} already, and nothing is replaced. Choose another name.")
