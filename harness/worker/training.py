"""Training one or several networks until each is over, with evaluations and tests at their steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from harness.study import TrainSpec
from harness.worker.scores import scores_of
from harness.worker.session import Session, all_timing

if TYPE_CHECKING:
    from harness.engines import Means, PackEngine


def evaluation_steps(train: TrainSpec, images: int, total: int) -> Iterator[int]:
    """Yield the steps after which to evaluate, ending with ``total``."""
    from harness.engines import steps_for

    count = before = 0
    while True:
        count += 1
        every = train.evaluate_every
        step = steps_for(count, images, train.batch_size) if every == "epoch" else count * every
        if step > before:  # a step may be several epochs of very few images
            yield min(step, total)
        if step >= total:
            return
        before = step


def max_steps(train: TrainSpec, images: int) -> int:
    """Return how many steps a training takes at most."""
    from harness.engines import steps_for

    if train.max_steps is not None:
        return train.max_steps
    assert train.max_epochs is not None
    return steps_for(train.max_epochs, images, train.batch_size)


class Schedule:
    """At which steps a training stops to look.

    Args:
        train: the protocol.
        images: how many are trained on.
        total: steps at most.

    Attributes:
        evaluations: steps after which to evaluate, the last one among them.
        tests: steps after which to score the test split for the record.
        steps: all of them, ascending.
    """

    def __init__(self, train: TrainSpec, images: int, total: int) -> None:
        self.evaluations = set(evaluation_steps(train, images, total))
        self.tests = {step for step in train.test_at if step <= total}
        self.steps = sorted(self.evaluations | self.tests)

    @property
    def longest(self) -> int:
        """Steps between two stops, at most."""
        return max(after - before for before, after in zip([0, *self.steps], self.steps, strict=False))


def train(sessions: Sequence[Session], engine: PackEngine, schedule: Schedule) -> None:
    """Train until each session's callbacks have ended it or the last step is done.

    Of a training that keeps its best network, the engine has that afterwards.
    """
    running = list(sessions)
    trained: list[list[tuple[int, Means]]] = [[] for _ in sessions]
    done = 0
    for step in schedule.steps:
        if step > done:
            with all_timing(running, "train"):
                means = engine.train(step - done)
            for parts, mean in zip(trained, means, strict=True):
                parts.append((step - done, mean))
        done = step
        if step in schedule.tests:
            scores = _scores(sessions, running, engine, "test")
            for index, session in enumerate(sessions):
                if session in running:
                    session.note_test(step, scores[index])
        if step not in schedule.evaluations:
            continue
        validated: list[dict[str, float]] = [{} for _ in sessions]
        if len(sessions[0].data.validation.images):
            validated = _scores(sessions, running, engine, "validation")
        for index, session in enumerate(sessions):
            if session in running:
                session.note(step, _joined(trained[index]), validated[index])
                if session.wants_weights:
                    with session.watch.timing("record"):
                        engine.write_back()
                        session.keep_weights(step)
                if session.is_best:
                    with session.watch.timing("record"):
                        engine.keep(index)
                if session.is_over:
                    engine.freeze(index)
                    running.remove(session)
            trained[index] = []
        if not running:
            break
    for index, session in enumerate(sessions):
        if session.kept is not session.history[-1]:
            engine.restore(index)


def _scores(
    sessions: Sequence[Session], running: Sequence[Session], engine: PackEngine, split: str
) -> list[dict[str, float]]:
    """Score a split of every session's images, on the clock of those that are running."""
    form = {"validation": "val", "test": "test"}[split]
    splits = [getattr(session.data, split) for session in sessions]
    with all_timing(running, "evaluate"):
        logits = engine.logits([part.images for part in splits])
        return [
            scores_of(form, scores, part.labels, session.job.metrics, session.job.code)
            for session, scores, part in zip(sessions, logits, splits, strict=True)
        ]


def _joined(parts: Sequence[tuple[int, Means]]) -> Means:
    """Return the means over all steps since the last evaluation, from those of stretches of so many steps."""
    from harness.engines import Means

    if len(parts) == 1:
        return parts[0][1]
    steps = sum(count for count, _ in parts)
    loss = sum(count * means.loss for count, means in parts) / steps
    return Means(loss, sum(count * means.accuracy for count, means in parts) / steps)
