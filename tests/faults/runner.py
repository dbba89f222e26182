"""Runs scenarios with a fault at one boundary after the other, and looks at what comes of it.

All libraries are imported once; each command runs in a fork of this process, so that a boundary costs well below a
second. A case is: the state it starts from, the command with a fault, a look around with the commands that read, the
command again without a fault, the oracle.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

from tests.faults import checks
from tests.faults.inject import Injector
from tests.faults.scenarios import SCENARIOS, STUDIES, Command, Scenario
from tests.faults.workers import Workers

SECONDS = 60
"""A command that takes longer hangs."""

FAIR = ("killed", "went on", "one sentence", "not reached")
"""Outcomes of a command with a fault that are as they should be."""

LOOKS: tuple[Command, ...] = (("list",), ("doctor",))
"""Commands that read a store as the fault left it, besides ``show``."""


@dataclass(frozen=True)
class Fault:
    """A boundary of a scenario and what happens there.

    Attributes:
        scenario: its name.
        kind: kill, enospc or eio.
        at: the boundary's number; 0 for no fault.
        lasting: whether all later boundaries fail too.
    """

    scenario: str
    kind: str
    at: int
    lasting: bool = False


@dataclass
class Case:
    """What came of a fault.

    Attributes:
        fault: where and what.
        kind: kind of the boundary.
        what: the file, relative to the folder.
        place: where in the harness.
        outcome: one of :data:`FAIR`, traceback, hang, or how else it left.
        said: the last line of standard error.
        violations: what is wrong at the end, and on the way.
        seconds: what the case took.
    """

    fault: Fault
    kind: str = ""
    what: str = ""
    place: str = ""
    outcome: str = ""
    said: str = ""
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        fault = self.fault
        lasting = " lasting" if fault.lasting else ""
        head = (
            f"{fault.scenario} {fault.kind}{lasting} {fault.at} [{self.kind} {self.what}] {self.place}: {self.outcome}"
        )
        said = f": {self.said}" if self.said and self.outcome != "killed" else ""
        return "\n".join([f"{head}{said}", *(f"    ! {text}" for text in self.violations)])


class Box:
    """A folder that commands run in: always the same one, since stores know where they lie.

    Args:
        base: folder for it and for the state that scenarios start from.
        template: cache folder with MLflow's empty tables.
    """

    def __init__(self, base: Path, template: Path | None) -> None:
        self.base, self.template = base, template
        self.root = base / "box"
        self.log = base / "log"
        self.notes = base / "notes.json"

    def prepare(self, scenario: Scenario) -> None:
        """Make the state that a scenario starts from, and keep it."""
        for folder in (self.root, self.base / "start"):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("work", "tmp", "cache"):
            (self.root / name).mkdir(parents=True)
        for name, tables in STUDIES.items():
            (self.root / "work" / f"{name}.toml").write_text(to_toml(tables))
        if scenario.warm and self.template is not None:
            shutil.copytree(self.template, self.root / "cache", dirs_exist_ok=True)
        for number, command in enumerate(scenario.before, start=1):
            killed = scenario.before_killed if number == len(scenario.before) else None
            injector = Injector(self.root, killed[1], where=killed[0]) if killed else Injector(self.root)
            code, text = self.run(command, injector)
            if code != (-signal.SIGKILL if killed else 0):
                raise AssertionError(f"{command} left with {code}:\n{text}")
        for name in scenario.removed:
            (self.root / "work" / "mlruns" / name).unlink()
        if scenario.store != "mlruns":
            (self.root / "work" / "mlruns").rename(self.root / "work" / scenario.store)
        self.root.rename(self.base / "start")

    def restore(self) -> None:
        """Go back to the state that a scenario starts from."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.base / "start", self.root, symlinks=True)

    def run(
        self,
        command: Command,
        injector: Injector,
        scenario: Scenario | None = None,
        inside: Callable[[], None] = lambda: None,
    ) -> tuple[int | None, str]:
        """Run a command line; return its exit code (negative for a signal, None if it hangs) and what it printed."""

        def action() -> NoReturn:
            inside()
            _command(self.root, command, injector, self.notes, scenario)

        return self.fork(action)

    def fork(self, action: Callable[[], NoReturn]) -> tuple[int | None, str]:
        """Do something in a fork; return how it ended and what it printed."""
        self.notes.unlink(missing_ok=True)
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process == 0:
            with self.log.open("w") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), line_buffering=True)
            sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), line_buffering=True)
            try:
                action()
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(99)
        code = _wait(process)
        return code, self.log.read_text(errors="replace")

    def seen(self) -> list[list[str]]:
        """Return the boundaries of the last command that ended by itself."""
        return json.loads(self.notes.read_text()) if self.notes.exists() else []


def _wait(process: int) -> int | None:
    handle = os.pidfd_open(process)
    try:
        if not select.select([handle], [], [], SECONDS)[0]:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return None
    finally:
        os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _surround(root: Path) -> None:
    """Let a command see the box as its working, cache and temporary folder."""
    os.chdir(root / "work")
    os.environ |= {
        "XDG_CACHE_HOME": str(root / "cache"),
        "TMPDIR": str(root / "tmp"),
        "NO_COLOR": "1",
        "COLUMNS": "300",
    }
    tempfile.tempdir = None


def _forget_exits() -> None:
    """Leave to the process that was forked what it does at its end; what this one adds is done at its own."""
    atexit._clear()
    weakref.finalize._registry.clear()  # type: ignore[attr-defined]
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]


def _command(root: Path, command: Command, injector: Injector, notes: Path, scenario: Scenario | None) -> NoReturn:
    """Run the command line in this process, which is a fork, and end it."""
    import harness.cli
    import harness.cli.results
    import harness.launchers

    _surround(root)
    _forget_exits()
    injector.process = os.getpid()
    workers = Workers(injector, scenario.broken if scenario else None, scenario.interrupted if scenario else None)
    assert callable(harness.launchers.LocalLauncher)
    harness.launchers.LocalLauncher = lambda work, **_: workers(work)
    if command[0] == "run" and not (scenario and scenario.reported):
        assert callable(harness.cli.results.report_study)
        harness.cli.results.report_study = lambda *_, **__: None
    sys.argv = ["harness", *command]
    code: Any = 99
    injector.install()
    try:
        harness.cli.main()
    except SystemExit as leaving:
        code = leaving.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    injector.suspended = True
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (hard, hard))
    notes.write_text(json.dumps(injector.seen))
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 1)


def _examine(root: Path, scenario: Scenario, before: dict[str, Any], excused: bool, notes: Path) -> NoReturn:
    """Run the oracle and what reads the store, in this process, which is a fork."""
    _surround(root)
    store = root / "work" / scenario.store
    if scenario.gone:
        before = {run_id: known for run_id, known in before.items() if known[0] != scenario.gone}
    found = checks.violations(store, scenario.expected, before)
    if found and scenario.instead is not None:
        scenario = replace(scenario, expected=scenario.instead)
        found = min(found, checks.violations(store, scenario.expected, before), key=len)
    found += checks.leftovers(root, excused)
    if scenario.reported:
        found += checks.report_violations(root / "work" / "reports", "tiny", store)
    found += _read_all(scenario)
    notes.write_text(json.dumps(found))
    os._exit(0)


def _read_all(scenario: Scenario) -> Iterator[str]:
    from harness.doctor import examine
    from harness.reports import report
    from harness.results import load_results

    for name in scenario.expected:
        try:
            report(*load_results(name, scenario.store))
        except Exception as error:
            yield f"{name} cannot be compared: {type(error).__name__}: {error}"
    try:
        yield from (
            f"doctor: {finding.text}"
            for finding in examine(Path(scenario.store), None)
            if finding.topic == "store" and finding.state == "problem"
        )
    except Exception as error:
        yield f"doctor breaks: {type(error).__name__}: {error}"


def attempt(
    box: Box,
    fault: Fault,
    look: bool = True,
    around: tuple[Callable[[], None], Callable[[], None]] = (lambda: None, lambda: None),
    inside: Callable[[], None] = lambda: None,
) -> tuple[Case, list[list[str]]]:
    """Run one case of the scenario that the box was prepared for; return it and the boundaries seen.

    Args:
        box: prepared for the scenario.
        fault: what goes wrong.
        look: whether commands that read look at what the fault left.
        around: done before the command with the fault, and after it.
        inside: done in the process of the command with the fault.
    """
    began = time.monotonic()
    scenario, case = SCENARIOS[fault.scenario], Case(fault)
    box.restore()
    before = checks.finished(box.root / "work" / scenario.store)
    injector = Injector(box.root, fault.at, fault.kind, fault.lasting)
    around[0]()
    code, text = box.run(scenario.command, injector, scenario, inside)
    around[1]()
    seen = box.seen()
    if seen and 0 < fault.at <= len(seen):
        case.kind, case.what, case.place = seen[fault.at - 1]
    case.outcome = _outcome(code, text, len(seen) < fault.at, scenario.code)
    lines = [line for line in text.splitlines() if line.strip()]
    case.said = next((line for line in lines if line.startswith("error:")), lines[-1] if lines else "")[:400]
    undisturbed = fault.at == 0 and fault.kind == "kill"
    if case.outcome not in FAIR or (undisturbed and code != scenario.code):
        case.violations.append(f"ends with {code}, {case.outcome}: {case.said}")
    if look:
        case.violations += _look_around(box, next(iter(scenario.expected)), scenario.store)
    code, text = box.run(scenario.again or scenario.command, Injector(box.root), _undisturbed(scenario))
    if code != 0:
        case.violations.append(f"running again leaves with {code}: {last_line(text)}")
    for command in scenario.finally_:
        code, text = box.run(command, Injector(box.root), _undisturbed(scenario))
        if code != 0:
            case.violations.append(f"{' '.join(command)} leaves with {code}: {last_line(text)}")
    # What cannot be removed from the system's temporary folder, since the process is dead or the disk refuses, stays.
    removed = case.outcome != "killed" and not fault.lasting and case.kind not in ("unlink", "rmdir")
    excused = not removed or scenario.before_killed is not None
    code, text = box.fork(lambda: _examine(box.root, scenario, before, excused, box.notes))
    case.violations += (
        json.loads(box.notes.read_text()) if code == 0 else [f"the oracle ended with {code}: {last_line(text)}"]
    )
    case.seconds = time.monotonic() - began
    return case, seen


def _undisturbed(scenario: Scenario) -> Scenario:
    """Return the scenario without what breaks trainings."""
    return replace(scenario, broken=None, interrupted=None)


def _outcome(code: int | None, text: str, unreached: bool, expected: int) -> str:
    if code is None:
        return "hang"
    if code == -signal.SIGKILL:
        return "killed"
    if "Traceback (most recent call last)" in text:
        return "traceback"
    if code == expected and "error:" not in text:
        return "not reached" if unreached else "went on"
    lines = text.splitlines()
    errors, failed = sum(line.startswith("error:") for line in lines), sum(" FAILED " in line for line in lines)
    if code in (1, 2) and (
        errors == 1 or (failed and not errors)
    ):  # doctor's is a line for each thing it could not mend
        return "one sentence"
    return "went on" if code == 1 and "failed: trial" in text else f"left with {code}, {errors} errors"


def last_line(text: str) -> str:
    """Return what a command said in the end: its error, if there is one."""
    lines = [line for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("error:")), lines[-1] if lines else "nothing said")[:400]


def _look_around(box: Box, study: str, store: str) -> Iterator[str]:
    """Read the store as the fault left it: a message is fine, a traceback is not."""
    for command in (*LOOKS, ("show", study)):
        code, text = box.run((*command, "--store", store), Injector(box.root))
        if code not in (0, 1, 2) or "Traceback (most recent call last)" in text:
            yield f"{' '.join(command)} after the fault leaves with {code}: {last_line(text)}"


def places(box: Box, scenario: str) -> tuple[Case, list[list[str]]]:
    """Run a scenario without a fault; return what the oracle says of it, and its boundaries."""
    return attempt(box, Fault(scenario, "kill", 0), look=True)


def to_toml(tables: dict[str, Any]) -> str:
    """Return a study file."""
    return "".join(f"{key} = {_inline(value)}\n" for key, value in tables.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)


_WARM = (
    "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.tracking",
    "sklearn.datasets",
    *(f"harness.cli.{name}" for name in ("doctor", "keeping", "listing", "progress", "results", "run", "studies")),
    *(f"harness.{name}" for name in ("doctor", "driver", "plan", "reports.writing", "store")),
)


def warm_up() -> None:
    """Import all that commands use, before anything is forked."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    sys.dont_write_bytecode = True
    for module in _WARM:
        importlib.import_module(module)
    from harness.data import check_images
    from harness.study import build_study
    from tests.conftest import TINY

    check_images(build_study(TINY, name="tiny", text="").data, None)
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def boxes(count: int) -> Iterator[list[Box]]:
    """Make boxes, with MLflow's empty tables as a cold start leaves them in the cache."""
    shared = Path("/dev/shm")
    where = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="harness-faults-", dir=where) as name:
        base = Path(name)
        cold = Box(base / "cold", None)
        cold.base.mkdir()
        cold.prepare(SCENARIOS["cold"])
        cold.restore()
        code, text = cold.run(SCENARIOS["cold"].command, Injector(cold.root))
        if code != 0:
            raise AssertionError(f"a cold start leaves with {code}:\n{text}")
        made = []
        for number in range(count):
            (base / str(number)).mkdir()
            made.append(Box(base / str(number), cold.root / "cache"))
        yield made


def run_all(faults: Iterable[Fault], box: Box, seen: dict[str, list[list[str]]]) -> Iterator[Case]:
    """Run cases, those of a scenario together."""
    prepared = ""
    for number, fault in enumerate(faults):
        if fault.scenario != prepared:
            box.prepare(SCENARIOS[fault.scenario])
            prepared = fault.scenario
        case, _ = attempt(box, fault, look=number % 2 == 0)
        known = seen.get(fault.scenario, [])
        if not case.place and 0 < fault.at <= len(known):
            case.kind, case.what, case.place = known[fault.at - 1]
        yield case


def in_parallel(faults: list[Fault], made: list[Box], seen: dict[str, list[list[str]]]) -> Iterator[Case]:
    """Run cases in one process for each box; yield each as it comes."""
    readers = []
    for number, box in enumerate(made):
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            code = 1
            try:
                with os.fdopen(writing, "w") as out:
                    for case in run_all(faults[number :: len(made)], box, seen):
                        out.write(json.dumps(asdict(case)) + "\n")
                        out.flush()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(writing)
        readers.append(os.fdopen(reading))
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(reader) for reader in readers]
        while waiting:
            for reader in select.select(waiting, [], [])[0]:
                line = reader.readline()
                if not line:
                    waiting.remove(reader)
                    continue
                told = json.loads(line)
                yield Case(**{**told, "fault": Fault(**told["fault"])})
    for _ in made:
        if os.waitstatus_to_exitcode(os.wait()[1]) != 0:
            raise AssertionError("a process of the tool broke; see above")
