"""`harness run`."""

from __future__ import annotations

import gc
import importlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli import signals
from harness.cli.choosing import study_to_run
from harness.cli.completing import complete_setting, complete_study
from harness.cli.launching import launch_of, launcher_options, survey
from harness.cli.options import (
    data_option,
    reports_option,
    require_backend,
    store_option,
    trust_option,
    without_garbage_collection,
)
from harness.cli.project import default_folder
from harness.store import LOCK_TIMEOUT, name_before

if TYPE_CHECKING:
    from harness.driver import Observer, Outcome, Progress, Stopped
    from harness.launchers import Notice
    from harness.records import Event
    from harness.store import Store
    from harness.study import Study


@click.command("run", epilog="Example: harness run studies/quickstart.toml --set design.replicates=5")
@click.argument("study", shell_complete=complete_study)
@launcher_options
@click.option("--workers", type=click.IntRange(1, 10_000), help="Trainings side by side; by default one a core.")
@click.option("--threads", type=click.IntRange(1, 256), help="Threads of each; by default the cores shared out.")
@click.option(
    "--pack",
    type=click.IntRange(1, 1024),
    default=1,
    help="Trainings of one network shape side by side in one program, for a GPU; needs KERAS_BACKEND=jax.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    shell_complete=complete_setting,
    help="Change a setting of the file (KEY= removes it); repeatable.",
)
@click.option(
    "--minutes", type=click.FloatRange(0, 1e6, min_open=True),
    help="Minutes of this run at most; [budget] of the file is of all runs together.",
)  # fmt: skip
@click.option("--name", help="Run under another name than the file's.")
@click.option("--fresh", is_flag=True, help="Begin anew; what there is is kept under another name.")
@click.option("--register", is_flag=True, help="Register the model of the study's winner in MLflow's model registry.")
@click.option(
    "--lock-timeout", type=click.FloatRange(0, 86_400), default=LOCK_TIMEOUT, show_default=True, metavar="SECONDS",
    help="How long to wait for a database of the store that another process has locked.",
)  # fmt: skip
@click.option(
    "--patience", type=click.FloatRange(0, 86_400), default=600, show_default=True, metavar="SECONDS",
    help="End a worker that shows no sign of life for so long, and train again what it was at; 0 waits for ever.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the plan and train nothing.")
@trust_option
@data_option
@store_option
@reports_option
def run_command(
    study: str,
    launcher: str,
    address: str | None,
    gpus: float | None,
    runtime_env: Path | None,
    workers: int | None,
    threads: int | None,
    pack: int,
    overrides: tuple[str, ...],
    minutes: float | None,
    name: str | None,
    fresh: bool,
    register: bool,
    lock_timeout: float,
    patience: float,
    dry_run: bool,
    trust: bool,
    data_dir: Path | None,
    store: Store,
    reports: Path,
) -> None:
    """Train what is missing of STUDY and write its report.

    STUDY is a file, its name in studies/, or, without a file, the name of a study that is recorded in the store.

    Running again continues: finished trainings are kept, a larger budget adds what is missing. Ctrl-C stops the
    trainings and closes their runs; the next run goes on from there. Exit code 3 says that the budget, or --minutes,
    ended it before all was trained.
    """
    without_garbage_collection()  # _watching_over_imports switches it on again
    from harness.launchers import Work
    from harness.study import cautions

    loaded = study_to_run(study, overrides, name, store, trust)
    launch = launch_of(launcher, address, gpus, runtime_env, workers, patience)
    told = _say_who_else_trains(loaded)
    if dry_run:
        from harness.cli.dry_run import show_plan

        work = Work(loaded.trainings.trainings, store.scratch(loaded.name), loaded.exclusive, workers, threads)
        show_plan(loaded, data_dir, store, survey(launch, work), minutes)
        return

    _require_pack(pack, require_backend())
    from harness.cli.progress import watching
    from harness.driver import run_study

    for sentence in cautions(loaded):
        click.echo(f"warning: {sentence}", err=True)
    with watching(loaded, told) as show:
        outcome = run_study(
            loaded,
            store=store,
            data_folder=data_dir,
            workers=workers,
            threads=threads,
            pack=pack,
            minutes=minutes,
            fresh=fresh,
            lock_timeout=lock_timeout,
            observe=_watching_over_imports(show),
            launch=launch,
        )
    _conclude(study, outcome, store, reports, register)


def _say_who_else_trains(study: Study) -> bool:
    """Say that seconds, which the study asks for, will not be compared while another study trains on this machine.

    Returns:
        Whether that was said.
    """
    from harness.machine import look
    from harness.metrics import METRICS

    if any(METRICS[name].unit.clocked for name in study.metrics) and (seen := look()) and seen.others:
        who = ", ".join(map(str, sorted(seen.others)))
        click.echo(
            f"another study trains on this machine (process {who}): seconds of trials beside it are not compared. Wait "
            "for it if they matter.",
            err=True,
        )
        return True
    return False


def _conclude(named: str, outcome: Outcome, store: Store, reports: Path, register: bool) -> None:
    """Say how a run ended, write the report, and leave with the exit code that fits.

    Args:
        named: how the user named the study.
        outcome: how it ended.
        store: where it is recorded.
        reports: folder of the reports.
        register: also register the model of the study's winner.
    """
    if outcome.aside:
        gone = name_before(outcome.aside) is not None  # a delete that was cut off, and that the run ended
        how = f"harness {'rename' if gone else 'show'} '{outcome.aside}'{' NEW' if gone else ''}"
        click.echo(f"what there was before is kept: {how}")
    if outcome.interrupted:
        click.echo(
            f"interrupted: {outcome.finished} trainings are kept, those in flight were closed as KILLED. "
            "The same command goes on from there.",
            err=True,
        )
        raise click.exceptions.Exit(130)

    from harness.cli.results import report_study

    report_study(outcome.study.name, store, reports, register)
    click.echo(f"\nMLflow UI: harness ui{'' if store.place == str(default_folder()) else f' --store {store.place}'}")
    for trial, message in outcome.failed.items():
        click.echo(f"{click.style('failed:', fg='red', bold=True)} trial {trial}: {message}", err=True)
    if outcome.stopped:
        click.echo(_say_stopped(named, outcome, outcome.stopped), err=True)
    if outcome.failed or outcome.stopped:
        raise click.exceptions.Exit(1 if outcome.failed else 3)


def _say_stopped(named: str, outcome: Outcome, stopped: Stopped) -> str:
    """Say that the budget ended a run, what is kept, and how to go on."""
    from harness.metrics import counted

    kept = f"{counted(outcome.finished, 'training')} {'is' if outcome.finished == 1 else 'are'} kept"
    if outcome.cut_off:
        kept += f", {outcome.cut_off} under way were closed as KILLED and will be done again"
    go_on = "The same command goes on from there."
    if outcome.cut_off and not outcome.finished_here:
        go_on = "No training ended in that time: allow more."
    elif stopped.key:
        now = getattr(outcome.study.budget, stopped.key.removeprefix("budget."))
        go_on = f"To go on, raise {stopped.key}, e.g. harness run {named} --set {stopped.key}={2 * now:g}"
    return f"ended by its budget: {stopped.why}. {kept}. {go_on}"


def _require_pack(pack: int, backend: str) -> None:
    from harness.errors import UsageError

    if pack > 1 and backend != "jax":
        raise UsageError(
            f"--pack must be 1 with the TensorFlow backend, got {pack}. Install the extra `jax` and set "
            "KERAS_BACKEND=jax, or leave --pack out."
        )


def _watching_over_imports(observe: Observer) -> Observer:
    """Return an observer that also has the report's libraries imported while the last trainings are under way.

    Python's garbage collector, which the command switched off because imports make no garbage, comes on again with the
    first thing observed.
    """
    begun = False

    def watch(progress: Progress, event: Event | Notice | None) -> None:
        nonlocal begun
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        signals.check()  # one that a library swallowed while it was imported
        observe(progress, event)
        if not begun and progress.finished_here and progress.remaining <= progress.workers:
            begun = True
            threading.Thread(target=importlib.import_module, args=("harness.reports.writing",), daemon=True).start()

    return watch
