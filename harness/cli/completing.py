"""What a shell completes: studies, runs, metrics, labels of variants, keys of --set. Nothing heavy is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

from harness.cli.project import studies_folder

_Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def complete_study(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer studies by name, those of files and those recorded; files by their path where a path is begun."""
    _ = parameter
    files = sorted(studies_folder().glob("*.toml"))
    names = sorted({*(path.stem for path in files), *_recorded(context)})
    found = [name for name in names if name.startswith(incomplete)]
    return _items(found or [str(path) for path in files if str(path).startswith(incomplete)])


def complete_recorded(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the studies that are recorded."""
    _ = parameter
    return _items(name for name in _recorded(context) if name.startswith(incomplete))


def complete_deletable(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the studies that are recorded, then those that were deleted and can be restored."""
    _ = parameter
    from harness.store.offers import deleted_offered

    names = [*_recorded(context), *deleted_offered(context.params.get("store"))]
    return _items(name for name in names if name.startswith(incomplete))


def complete_run(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer studies, and the runs of one as soon as only that can be meant, by STUDY#NUMBER."""
    _ = parameter
    from harness.store.offers import trials_offered

    study, mark, _ = incomplete.partition("#")
    names = [name for name in _recorded(context) if name == study or (not mark and name.startswith(study))]
    found = [] if mark else [CompletionItem(name, help="its winner") for name in names]
    if len(names) == 1:
        (name,) = names
        runs = trials_offered(context.params.get("store"), name)
        found += [CompletionItem(f"{name}#{number}", help=about) for number, about in runs]
    return [item for item in found if item.value.startswith(incomplete)]


def complete_shown(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer studies and runs."""
    runs = complete_run(context, parameter, incomplete)
    studies = complete_study(context, parameter, incomplete)
    return studies + [item for item in runs if "#" in item.value]


def complete_metric(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer metrics: those that the study has which was named, else all there are."""
    _ = parameter
    from harness.metrics import RECORDED
    from harness.store.offers import metrics_offered

    known = metrics_offered(context.params.get("store"), _study(context))
    return _items(name for name in known or RECORDED if name.startswith(incomplete))


def complete_margin(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer ``METRIC=``."""
    _ = context, parameter
    from harness.metrics import METRICS

    return _items(f"{name}=" for name in METRICS if name.startswith(incomplete))


def complete_variant(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the labels of the variants of the study that was named."""
    _ = parameter
    from harness.store.offers import variants_offered

    labels = variants_offered(context.params.get("store"), _study(context))
    return _items(label for label in labels if label.startswith(incomplete))


def complete_setting(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the keys of study files, ``KEY=``."""
    _ = context, parameter
    from harness.study.keys import setting_keys

    return [
        CompletionItem(f"{key}=", help=meaning) for key, meaning in setting_keys().items() if key.startswith(incomplete)
    ]


def one_of(*values: str) -> _Complete:
    """Return what offers one of some words."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        _ = context, parameter
        return _items(value for value in values if value.startswith(incomplete))

    return complete


def _study(context: click.Context) -> str:
    """Return the study that was named; an option that lacks its value yet leaves it among the rest."""
    named = context.params.get("study") or next(iter(context.args), "")
    return named if isinstance(named, str) else ""


def _recorded(context: click.Context) -> list[str]:
    from harness.store import open_store
    from harness.store.offers import studies_offered

    source = context.params.get("source")  # of `copy` and `move`
    return studies_offered(open_store(source) if isinstance(source, str) else context.params.get("store"))


def _items(values: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(value) for value in values]
