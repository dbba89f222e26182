"""Whatever is lost between an agent and a worker, each thing is done once, and in order."""

from __future__ import annotations

import threading
import time

from harness.launchers.ray.mailbox import Mailbox
from harness.launchers.ray.messages import Task
from harness.records import Reply, TrainingOver


def test_what_is_told_twice_is_done_once(job_of):
    mail = Mailbox()
    task = Task((job_of(4),), ())
    mail.tell(0, [task])
    mail.tell(0, [task, (4, Reply.GO_ON)])  # the first answer was lost, and more had to be said meanwhile
    mail.tell(2, [(4, Reply.PRUNE)])
    mail.tell(1, [(4, Reply.GO_ON), (4, Reply.PRUNE)])
    assert mail.task() is task
    assert [mail.hear(4), mail.hear(4)] == [Reply.GO_ON, Reply.PRUNE]
    mail.tell(3, [Task((job_of(5),), ())])
    assert mail.task().jobs[0].trial == 5, "the task was there once"


def test_events_are_given_again_until_they_are_acknowledged():
    mail = Mailbox()
    first, second, third = (TrainingOver(trial) for trial in range(3))
    mail.put(first)
    mail.put(second, b"files")
    assert mail.take(0, 0) == (0, ((first, None), (second, b"files")))
    assert mail.take(0, 0) == (0, ((first, None), (second, b"files"))), "the answer was lost"
    mail.put(third)
    assert mail.take(1, 0) == (1, ((second, b"files"), (third, None)))
    assert mail.take(3, 0) == (3, ())
    mail.put(first)
    assert mail.take(3, 0) == (3, ((first, None),))


def test_who_asks_waits_for_an_event():
    mail = Mailbox()
    threading.Timer(0.2, mail.put, [TrainingOver(1)]).start()
    began = time.monotonic()
    assert mail.take(0, 30)[1] == ((TrainingOver(1), None),)
    assert 0.1 < time.monotonic() - began < 20
    began = time.monotonic()
    assert mail.take(1, 0.2) == (1, ())
    assert time.monotonic() - began >= 0.19
