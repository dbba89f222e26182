"""What a worker says while it trains, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.records.fingerprint import Fingerprint
from harness.records.result import TrialResult


class Reply(StrEnum):
    """What the driver says to an evaluation."""

    GO_ON = "go_on"
    PRUNE = "prune"


@dataclass(frozen=True)
class Started:
    """The worker has data and network and begins to train.

    Attributes:
        trial: the trial's number.
        fingerprint: where it runs.
        costs: cost figures of the network: parameters, macs, activations.
        data_digest: SHA-256 of the images and labels used, shortened.
        max_steps: training steps at most.
        image_shape: (height, width, channels) of the images; empty where it is not known.
        classes: number of classes.
        class_names: by label; empty where they are known without being recorded.
        images: split ("train", "validation", "test") -> number of its images.
    """

    trial: int
    fingerprint: Fingerprint
    costs: Mapping[str, int]
    data_digest: str
    max_steps: int
    image_shape: tuple[int, ...] = ()
    classes: int = 0
    images: Mapping[str, int] = field(default_factory=dict)
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluated:
    """One evaluation.

    Attributes:
        trial: the trial's number.
        step: training steps done.
        epoch: passes over the training images done, fractional.
        train_seconds: training clock so far.
        metrics: train_loss, train_accuracy, and val_loss, val_accuracy where there is a validation split.
    """

    trial: int
    step: int
    epoch: float
    train_seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Scored:
    """The test split was scored during the training, for the record alone: nothing may be chosen by it.

    Attributes:
        trial: the trial's number.
        step: training steps done.
        epoch: passes over the training images done, fractional.
        train_seconds: training clock so far.
        metrics: test_loss, test_accuracy.
    """

    trial: int
    step: int
    epoch: float
    train_seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class TrainingOver:
    """The training is over. What its network learned is looked at and written down, with pictures a while."""

    trial: int


@dataclass(frozen=True)
class Finished:
    """The training ended by itself, or was pruned; its artifacts are written."""

    trial: int
    result: TrialResult


@dataclass(frozen=True)
class Failed:
    """The training broke.

    Attributes:
        trial: the trial's number.
        message: one line.
        traceback: the whole story.
        fatal: whether every other trial would fail in the same way (missing data, say), so that the run must stop.
        theirs: of code of the user's, the message with their traceback, from the first frame of their file on.
    """

    trial: int
    message: str
    traceback: str
    fatal: bool = False
    theirs: str = ""


Event = Started | Evaluated | Scored | TrainingOver | Finished | Failed
