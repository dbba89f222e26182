"""One worker seen from the agent, through calls that get lost: by hand, without a cluster."""

from __future__ import annotations

import asyncio
import types

import pytest

from harness.errors import RunError
from harness.launchers import Cause
from harness.launchers.ray.mailbox import Mailbox
from harness.launchers.ray.member import Member
from harness.launchers.ray.messages import Place, Said, Taken, Task
from harness.launchers.ray.parcel import pack
from harness.records import Reply, TrainingOver

exceptions = pytest.importorskip("ray.exceptions", reason="needs the extra ray")
pytestmark = pytest.mark.ray

PLACE = Place("node-1", "machine", "host", 1, {})


def unavailable():
    return exceptions.ActorUnavailableError("link down", None)


def died(text):
    error = exceptions.ActorDiedError()
    error.error_msg = f"The actor died unexpectedly before finishing this task.\n\tpid: 7\n{text}"
    return error


class FakeActor:
    """A worker whose calls are done, or not, and whose answers come, or not.

    Args:
        fate: method -> what becomes of its calls, one after the other: "" (goes well), "call lost", "answer lost",
            or an exception.
    """

    def __init__(self, **fate):
        self.mail, self.fate = Mailbox(), {name: iter(each) for name, each in fate.items()}
        self.calls = []

    def __getattr__(self, name):
        return types.SimpleNamespace(remote=lambda *arguments: self._call(name, *arguments))

    async def _call(self, name, *arguments):
        self.calls.append(name)
        fate = next(self.fate.get(name, iter(())), "")
        if isinstance(fate, Exception):
            raise fate
        if fate == "call lost":
            raise unavailable()
        answer = await getattr(self, f"_{name}")(*arguments)
        if fate == "answer lost":
            raise unavailable()
        return answer

    async def _greet(self):
        return PLACE

    async def _tell(self, number, said):
        self.mail.tell(number, said)

    async def _take(self, after, seconds):
        await asyncio.sleep(0.01)
        return Taken(*self.mail.take(after, 0), None, 0)


def member_of(actor, tmp_path, sent, alive=True):
    async def is_alive(_):
        return alive

    return Member(0, actor, tmp_path, 600, sent.append, is_alive)


async def converse(member, actor, job):
    """Give a job and a reply, and have an event come back; then the worker ends. Returns how."""
    await member.arrive()
    serving = asyncio.ensure_future(member.serve())
    member.train(Task((job,), ()))
    member.answer(job.trial, Reply.PRUNE)
    await asyncio.wait_for(asyncio.to_thread(actor.mail.task), 20)
    await asyncio.wait_for(asyncio.to_thread(actor.mail.hear, job.trial), 20)
    actor.mail.put(TrainingOver(job.trial))
    return await asyncio.wait_for(serving, 20)


@pytest.mark.parametrize("told", [["call lost"], ["answer lost"], ["call lost", "answer lost", "answer lost"]])
def test_a_lost_call_or_answer_hangs_nothing_and_doubles_nothing(told, job_of, tmp_path):
    lost = died("The actor is dead because its worker process has died.")
    takes = ["answer lost", "", "call lost", *[""] * 60, lost]
    actor, sent = FakeActor(tell=told, take=takes, greet=["answer lost"]), []
    gone = asyncio.run(converse(member_of(actor, tmp_path, sent), actor, job_of(3)))
    assert sent == [Said(0, TrainingOver(3), 0.0)]
    assert actor.calls.count("greet") == 2
    assert gone.cause is Cause.TRAINING
    assert gone.message == "the worker on host: The actor is dead because its worker process has died."


@pytest.mark.parametrize(
    ("text", "alive", "cause"),
    [
        ("The actor died because its node has died. Node Id: 12", True, Cause.MACHINE),
        ("The actor is dead because its worker process has died.", True, Cause.TRAINING),
        ("The actor is dead because its worker process has died.", False, Cause.MACHINE),
    ],
)
def test_a_worker_that_went_with_its_node_blames_no_training(text, alive, cause, job_of, tmp_path):
    actor, sent = FakeActor(take=[*[""] * 30, died(text)]), []
    gone = asyncio.run(converse(member_of(actor, tmp_path, sent, alive), actor, job_of(3)))
    assert gone.cause is cause


def test_what_a_trial_left_that_cannot_be_written_ends_the_run(job_of, tmp_path):
    (tmp_path / "full").write_text("a file in the place of the folder")
    (tmp_path / "3").mkdir()

    async def go():
        actor = FakeActor(take=[""] * 30)
        actor.mail.put(TrainingOver(3), pack(tmp_path / "3"))
        member = member_of(actor, tmp_path / "full", [])
        await member.arrive()
        await member.serve()

    with pytest.raises(RunError, match=r"full: what trial 3 left cannot be written: Not a directory\."):
        asyncio.run(go())
