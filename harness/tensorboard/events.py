"""A file of TensorBoard's events: records with checksums, as TensorFlow writes them, without TensorFlow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorboard.compat.proto.event_pb2 import Event

_VERSION = "brain.Event:2"
"""What the first event of a file says."""


class EventFile:
    """One file of events, of one run.

    Args:
        writer: of records.
    """

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, event: Event) -> None:
        """Append an event."""
        self._writer.write(event.SerializeToString())

    def add_scalars(self, values: dict[str, float], step: int, when: float) -> None:
        """Append numbers.

        Args:
            values: tag -> value.
            step: training steps done.
            when: seconds since 1970.
        """
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        parts = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        self.write(Event(wall_time=when, step=step, summary=Summary(value=parts)))


@contextlib.contextmanager
def event_file(folder: Path, when: float) -> Iterator[EventFile]:
    """Open a new file of events in a folder, which is made.

    Args:
        folder: of the run; its path is the run's name in TensorBoard.
        when: when the run began, in seconds since 1970.
    """
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "events.out.tfevents.harness").open("xb") as opened:
        file = EventFile(RecordWriter(opened))
        file.write(Event(wall_time=when, file_version=_VERSION))
        yield file
