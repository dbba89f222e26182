"""What is run, from which state, and what must be there at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.conftest import TINY, changed

_SEARCH = {
    "kind": "search",
    "trials": 4,
    "sampler": "tpe",
    "space": {
        "train.learning_rate": {"low": 0.001, "high": 0.1, "log": True},
        "model.conv": [[{"filters": 4}], [{"filters": 4, "kernel": 9}]],
    },
    "confirm": {"top": 1, "replicates": 1},
}
_ADAPTIVE = {**TINY["design"], "replicates": {"min": 2, "max": 4}}

STUDIES: dict[str, dict[str, Any]] = {
    "tiny": changed(TINY, {"design.replicates": 1}),
    "other": changed(TINY, {"design.replicates": 1, "question": "Another?"}),
    "search": changed(TINY, {"design": _SEARCH, "model.padding": "valid"}),
    "adaptive": changed(TINY, {"design": _ADAPTIVE, "report": {"metrics": ["test_accuracy"]}}),
}
"""Study files that lie in the folder: name -> tables."""

Command = tuple[str, ...]
Expected = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Scenario:
    """A command that faults are put into.

    Attributes:
        command: the command line.
        expected: study -> phase -> trainings that count at the end, with what a search refused.
        instead: what may be there too, when the fault came before anything was written down: study -> likewise.
        gone: study that the command removes for good.
        before: command lines that make the state it starts from.
        again: the command line that continues; by default the same.
        reported: whether the report is written at the end of the command; else that is left out, for speed.
        warm: whether MLflow's empty tables lie in the cache folder.
        broken: a job that fails with the fault's run, by its number among the jobs.
        interrupted: the job at which Ctrl-C comes.
        before_killed: where the last command of `before` is killed: the part of a boundary's kind and place, and the
            how manieth of those.
        removed: files of the store that are gone then.
        store: the store's name when the command comes: it is moved there if that is not ``mlruns``.
        code: exit code of the command without a fault.
        finally_: command lines after that, without a fault.
    """

    command: Command
    expected: Expected
    instead: Expected | None = None
    gone: str = ""
    before: tuple[Command, ...] = ()
    again: Command = ()
    reported: bool = False
    warm: bool = True
    broken: int | None = None
    interrupted: int | None = None
    before_killed: tuple[str, int] | None = None
    removed: Command = ()
    store: str = "mlruns"
    code: int = 0
    finally_: tuple[Command, ...] = ()


_RUN = ("run", "tiny.toml")
_MORE = (*_RUN, "--set", "design.replicates=2")
_REPAIR = ("doctor", "--repair")
_TWO: Expected = {"tiny": {"design": 2}}
_OTHER: Expected = {"other": {"design": 2}}
_FOUR: Expected = {"tiny": {"design": 4}}

SCENARIOS: dict[str, Scenario] = {
    "new": Scenario(_RUN, _TWO),
    "cold": Scenario(_RUN, _TWO, warm=False),
    "beside": Scenario(_RUN, {**_TWO, "other": {"design": 2}}, before=(("run", "other.toml"),)),
    "continued": Scenario(_MORE, _FOUR, before=(_RUN,)),
    "fresh": Scenario((*_RUN, "--fresh"), _TWO, before=(_RUN,), again=_RUN),
    "fresh-again": Scenario((*_RUN, "--fresh"), _TWO, before=(_RUN,)),
    "search": Scenario(("run", "search.toml"), {"search": {"search": 4, "confirm": 2}}),
    "adaptive": Scenario(("run", "adaptive.toml"), {"adaptive": {"design": 8}}),
    "failed": Scenario(_RUN, _TWO, broken=1, code=1),
    "interrupted": Scenario(_RUN, _TWO, interrupted=2, code=130),
    "register": Scenario((*_RUN, "--register"), _TWO, before=(_RUN,), reported=True),
    "report": Scenario(("report", "tiny"), _TWO, before=(_RUN,), reported=True),
    "moved": Scenario((*_MORE, "--store", "elsewhere"), _FOUR, before=(_RUN,), store="elsewhere"),
    "rename": Scenario(
        ("rename", "tiny", "new"),
        {"new": {"design": 2}},
        instead=_TWO,
        before=(_RUN,),
        again=_REPAIR,
        finally_=(_REPAIR,),
    ),
    "delete": Scenario(
        ("delete", "tiny", "--yes"),
        _OTHER,
        instead={**_OTHER, **_TWO},
        before=(("run", "other.toml"), _RUN),
        again=_REPAIR,
    ),
    "remove": Scenario(
        ("delete", "tiny", "--for-good", "--yes"),
        _OTHER,
        instead={**_OTHER, **_TWO},
        gone="tiny",
        before=(("run", "other.toml"), (*_RUN, "--register")),
        again=_REPAIR,
    ),
    "repair": Scenario(
        _REPAIR, _TWO, before=(_RUN,), before_killed=("commit harness/store/record/models.py", 2), finally_=(_RUN,)
    ),
    "repair-new": Scenario(
        _REPAIR, _TWO, before=(_RUN,), before_killed=("commit harness/plan/plan.py", 5), finally_=(_RUN,)
    ),
    "repair-plan": Scenario(_REPAIR, _FOUR, before=(_RUN,), removed=("optuna.db",), finally_=(_MORE,)),
}
