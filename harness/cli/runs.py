"""`harness runs`: the trials of a study, one a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.completing import complete_metric, complete_study, complete_variant, one_of
from harness.cli.options import reports_option, store_option
from harness.cli.printing import console
from harness.cli.results import read_results

if TYPE_CHECKING:
    from harness.findings.finding import Table
    from harness.store import Store


@click.command(
    "runs",
    short_help="List the trainings of a study, one a line.",
    epilog="Example: harness runs quickstart --status finished --sort test_accuracy --limit 5",
)
@click.argument("study", shell_complete=complete_study)
@click.option(
    "--status", "statuses", multiple=True, shell_complete=one_of("finished", "pruned", "failed", "killed"),
    help="Only those that finished, or are pruned, failed or killed; repeatable.",
)  # fmt: skip
@click.option(
    "--variant", "variants", multiple=True, metavar="LABEL", shell_complete=complete_variant,
    help="Only variants of this label, or with this in it; repeatable.",
)  # fmt: skip
@click.option("--replicate", "replicates", multiple=True, type=int, help="Only these replicates; repeatable.")
@click.option(
    "--phase", "phases", multiple=True, shell_complete=one_of("design", "search", "confirm"),
    help="Only those trained for design, search or confirm; repeatable.",
)  # fmt: skip
@click.option(
    "--metric", "metrics", multiple=True, shell_complete=complete_metric,
    help="Columns to show instead of what the study asks for; repeatable.",
)  # fmt: skip
@click.option("--sort", "by", metavar="METRIC", shell_complete=complete_metric, help="The best first; else by number.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of them, as JSON.")
@store_option
@reports_option
def runs_command(
    study: str,
    statuses: tuple[str, ...],
    variants: tuple[str, ...],
    replicates: tuple[int, ...],
    phases: tuple[str, ...],
    metrics: tuple[str, ...],
    by: str | None,
    limit: int | None,
    as_json: bool,
    store: Store,
    reports: Path,
) -> None:
    """List the trainings of STUDY: number, variant, replicate, how each ended, its metrics and seconds.

    STUDY is a study's name or file, a report's folder, or STORE:STUDY. Trainings that still run are counted, and
    listed when they have ended.
    """
    from harness.metrics import counted
    from harness.trials import choose_trials, require_metric, trial_facts

    results = read_results(study, store, reports)
    by = next((name for name in results.study.metrics if name == by), by)  # with what the study says of it
    chosen = choose_trials(
        results.trials, statuses=statuses, variants=variants, replicates=replicates, phases=phases, by=by, most=limit
    )
    running = _running(study, results.study.name, store)
    if as_json:
        facts = {
            "study": results.study.name,
            "question": results.study.question,
            "running": running,
            "trials": trial_facts(chosen),
        }
        click.echo(json.dumps(facts, indent=2, allow_nan=False))
        return
    for name in metrics:
        require_metric(name, results.trials)
    if len(chosen):
        from harness.findings.listing import trials_table

        _print(trials_table(results.study, chosen, metrics, by))
    among = f"{len(chosen)} of " if len(chosen) != len(results.trials) else ""
    more = f", and {running} running" if running else ""
    click.echo(f"{results.study.name}: {among}{counted(len(results.trials), 'trial')}{more}")


def _running(given: str, name: str, store: Store) -> int:
    """Return how many trials run now of a study that was read from this store; of other results none do."""
    if name != (Path(given).stem if given.endswith(".toml") else given) or (Path(given) / "trials.parquet").exists():
        return 0
    counts = next((summary.counts for summary in store.summaries() if summary.name == name), {})
    return counts.get("running", 0)


def _print(table: Table) -> None:
    from harness.pages.terminal_table import draw_table

    out = console()
    out.print(draw_table(table, out.width))
