"""The schema of the two tables: a row a trial, a row an evaluation. Nothing else names the type of a column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

from harness.metrics import ANY, RECORDED, WHOLE, Metric, Number, is_asked, known, named
from harness.records import Fingerprint, StopReason

PHASES = ("design", "search", "confirm")
STATUSES = ("finished", "pruned", "failed", "killed", "running")
DIGEST = re.compile(r"[0-9a-f]{12}")
"""A variant's digest: it also names folders."""
_RUN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True)
class Text:
    """What a text may be.

    Attributes:
        choices: the texts that there are; empty for any.
        pattern: what it must match in full.
        form: what that is called.
    """

    choices: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    form: str = "text"

    def __str__(self) -> str:
        return f"one of {', '.join(self.choices)}" if self.choices else self.form


@dataclass(frozen=True)
class Time:
    """A moment, in UTC, that a computer of today can have noted."""

    def __str__(self) -> str:
        return "a time between 1970 and 2262"


@dataclass(frozen=True)
class LevelOf:
    """A level of what the study varies: text, a number, true or false."""

    def __str__(self) -> str:
        return "text, a number of 64 bits, true or false"


@dataclass(frozen=True)
class Hits:
    """Which images a network got right, packed."""

    def __str__(self) -> str:
        return "bits, with one of 1 behind the last"


Rule = Number | Text | Time | LevelOf | Hits


@dataclass(frozen=True)
class Column:
    """A column of one of the tables.

    Attributes:
        name: its name.
        rule: its type, and what may stand in it.
        meaning: what it tells.
        unit: of a number, its unit; empty for what is counted or told.
        needed: whether a table without it, or a row without a value in it, tells nothing.
    """

    name: str
    rule: Rule
    meaning: str
    unit: str = ""
    needed: bool = False


def _measured(metric: Metric) -> Column:
    return Column(metric.name, metric.unit.bounds, metric.title, metric.unit.name)


_COUNT = Number(low=1, high=WHOLE.high, whole=True)
_TRIAL = Column("trial", WHOLE, "its number in the study", needed=True)
_RUN = Text(pattern=_RUN_ID, form="an id of MLflow")

TRIALS: tuple[Column, ...] = (
    Column("study", Text(), "the study's name"),
    _TRIAL,
    Column("run_id", _RUN, "its MLflow run"),
    Column("experiment_id", _RUN, "the study's MLflow experiment"),
    Column("variant", Text(), "label of what was trained", needed=True),
    Column("digest", Text(pattern=DIGEST, form="12 hexadecimal digits"), "digest of what was trained", needed=True),
    Column("replicate", WHOLE, "index of the seeds", needed=True),
    Column("phase", Text(PHASES), "what it was trained for", needed=True),
    Column("status", Text(STATUSES), "how it stands", needed=True),
    Column("stop_reason", Text(tuple(StopReason)), "why the training ended"),
    Column("error", Text(), "message of a training that broke"),
    *(_measured(metric) for metric in RECORDED.values()),
    Column("processor", Text(), "model name of the CPU or GPU that trained"),
    Column("device", Text(), "cpu or gpu"),
    Column("backend", Text(), "Keras backend and its version"),
    Column("keras", Text(), "version of Keras"),
    Column("python", Text(), "version of Python"),
    Column("threads", _COUNT, "threads of the worker"),
    Column("workers", _COUNT, "workers that shared the machine"),
    Column("pack", _COUNT, "trainings that shared the program"),
    Column("processor_model", Text(), "numbers that tell the CPU from others of its name"),
    Column("instructions", Text(), "instruction sets of the CPU that matter to training"),
    Column("started", Time(), "when it began"),
    Column("ended", Time(), "when it ended"),
    Column("data_digest", Text(), "digest of the images"),
    Column("weights_digest", Text(), "digest of the trained weights"),
    Column("history_digest", Text(), "digest of everything that was evaluated"),
    Column("test_hits", Hits(), "which test images it got right, a bit an image, and one of 1 behind the last"),
    Column("git_revision", Text(), "revision of the code"),
    Column("version", Text(), "version of harness"),
)
"""Columns of the trials; the dotted paths that a study varies come on top, and counts of the features of each layer."""

HISTORY: tuple[Column, ...] = (
    _TRIAL,
    Column("variant", Text(), "label of what was trained"),
    Column("replicate", WHOLE, "index of the seeds"),
    Column("step", WHOLE, "training steps done", "steps", needed=True),
    Column("epoch", RECORDED["epochs"].unit.bounds, "passes over the training images done", "epochs"),
    _measured(RECORDED["train_seconds"]),
    *(_measured(RECORDED[name]) for name in known("evaluated", "scored")),
)
"""Columns of the history: all but the first four are measured."""

TRIAL_COLUMNS = tuple(column.name for column in TRIALS)
HISTORY_COLUMNS = tuple(column.name for column in HISTORY)
AT_AN_EVALUATION = HISTORY_COLUMNS[4:]
"""What is measured at an evaluation."""
PLACE = tuple(place.name for place in fields(Fingerprint))
"""Columns that say where a trial ran."""
EQUAL_FOR_SECONDS = tuple(name for name in PLACE if name not in ("keras", "python"))
"""Those of them that must be equal for seconds to be compared."""
LOAD = ("foreign_load", "studies_beside")
"""Columns that say what others did on the machine while a trial trained."""
FEATURES = "_features/"
"""In the names of columns that count the features of a layer."""


def asked_columns(names: Iterable[object]) -> tuple[Column, ...]:
    """Return those columns of a table that are of metrics which are measured only where a study names them."""
    found = [str(name) for name in names if is_asked(name)]
    return tuple(
        _measured(row) if (row := named(name)) else Column(name, ANY, name.replace("_", " "), "number")
        for name in found
    )


def of_type(columns: tuple[Column, ...], kind: type[Rule]) -> tuple[str, ...]:
    """Return the names of the columns of one type."""
    return tuple(column.name for column in columns if isinstance(column.rule, kind))
