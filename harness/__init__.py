"""Answers questions about image CNNs by experiment.

The verbs of the command line, for notebooks and scripts::

    import harness

    study = harness.load_study("studies/quickstart.toml")
    harness.run(study)
    results = harness.load_results(study.name)      # results.trials, results.history: pandas frames
    harness.report(*results)                        # in words and tables; a notebook shows it
    harness.write_report(*results, "reports/quickstart")

Without a file, `harness.study(question=..., data=..., ...)` is the study that one would describe, and `.run()` runs it;
`harness.Trainer(study)` trains a variant once and shows its curves. `harness.Objective(study)` is an objective for an
Optuna study of your own.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.driver import run_study as run
    from harness.objective import Objective
    from harness.reports import compare, report
    from harness.reports.reading import read_report
    from harness.reports.writing import write_report
    from harness.results import load_results
    from harness.scripted import Trainer
    from harness.study import load_study

# TensorFlow reads these when it is first imported, whichever module does that: so they are set before any other module
# of this package is.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors still show, and what it prints while it is being imported
if os.uname().machine == "x86_64":
    # On processors without AVX512-VNNI TensorFlow leaves oneDNN off, though with it a small CNN trains twice as fast.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__all__ = [
    "Objective",
    "Trainer",
    "compare",
    "load_results",
    "load_study",
    "read_report",
    "report",
    "run",
    "study",
    "write_report",
]

_PLACES = {
    "Objective": ("harness.objective", "Objective"),
    "Trainer": ("harness.scripted", "Trainer"),
    "compare": ("harness.reports", "compare"),
    "load_results": ("harness.results", "load_results"),
    "load_study": ("harness.study", "load_study"),
    "read_report": ("harness.reports.reading", "read_report"),
    "report": ("harness.reports", "report"),
    "run": ("harness.driver", "run_study"),
    "write_report": ("harness.reports.writing", "write_report"),
}


def __getattr__(name: str) -> Any:
    """Import a verb when it is first used, so that ``import harness`` stays fast."""
    if name == "study":
        return import_module("harness.study")
    if name not in _PLACES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute)


class _StudyPackage(ModuleType):
    """The package `harness.study`, which is a verb, too: `harness.study(question=...)` writes a study."""

    def __call__(self, *arguments: Any, **tables: Any) -> Any:
        return import_module("harness.scripted").study(*arguments, **tables)


class _Package(ModuleType):
    """The package itself. Importing `harness.study` puts that here, whoever does so first; it is then made a verb."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "study" and isinstance(value, ModuleType):
            value.__class__ = _StudyPackage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
