"""MLflow and Optuna used in a process that belongs to somebody else: what they need of it is set, and put back."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping

from harness.surroundings import settled_mlflow


class _Shared:
    """A change of this process for a block, or for several in several threads: the first sets, the last puts back."""

    def __init__(self, change: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self._change, self._undo = change, contextlib.ExitStack()
        self._lock, self._blocks = threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if self._blocks == 0:
                self._undo.enter_context(self._change())
            self._blocks += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._blocks -= 1
            if self._blocks == 0:
                self._undo.close()


@contextlib.contextmanager
def _levels(wanted: Mapping[str, int]) -> Iterator[None]:
    loggers = {logging.getLogger(name): level for name, level in wanted.items()}
    before = {logger: logger.level for logger in loggers}
    for logger, level in loggers.items():
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)


@contextlib.contextmanager
def _change_for_mlflow() -> Iterator[None]:
    with settled_mlflow():
        import mlflow  # noqa: F401  which sets the levels of its loggers, once

        # MLflow logs a traceback of what its database raises as well; what that means is said in one sentence
        with _levels(
            {"mlflow": logging.WARNING, "alembic": logging.WARNING, "mlflow.store.db.utils": logging.CRITICAL}
        ):
            yield


@contextlib.contextmanager
def _change_for_optuna() -> Iterator[None]:
    import optuna  # noqa: F401  which sets the level of its logger, once

    with _levels({"optuna": logging.WARNING}):
        yield


quiet_mlflow = _Shared(_change_for_mlflow)
"""A block in which MLflow says what went wrong alone, and takes no orders from the environment."""

quiet_optuna = _Shared(_change_for_optuna)
"""A block in which Optuna says what went wrong alone."""
