"""What must hold of a store when a study is done, whatever happened on the way: an oracle that lists what does not.

It reads both databases and the folders themselves, without the harness's own reading.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from tests.faults import workers

_MODEL_STATUS = {1: "PENDING", 2: "READY", 3: "FAILED"}
_IN_MODEL = ("MLmodel", "requirements.txt", "python_env.yaml", "conda.yaml", "data/keras_module.txt")
_LEFT_OVER = re.compile(r"^\.|\.new$|\.tmp$|~$|-journal$|uploading|intent", re.IGNORECASE)
_KEPT = {".store.lock"}
_TABLES = ("comparison.md", "comparison.html", "comparison.csv", "comparison.tex", "tidy.csv", "report.json")

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Trial:
    """A trial's run in MLflow."""

    run_id: str
    status: str
    number: int
    digest: str
    replicate: int
    phase: str
    variant: str
    pruned: bool
    artifacts: Path


class Store:
    """Both databases of a store, open for reading."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.folder = folder
        self.databases = {name: _connect(folder / f"{name}.db", stack) for name in ("mlflow", "optuna")}

    def mlflow(self, query: str, *values: Any) -> Rows:
        return self.databases["mlflow"].execute(query, values).fetchall()

    def optuna(self, query: str, *values: Any) -> Rows:
        return self.databases["optuna"].execute(query, values).fetchall()

    def experiments(self) -> dict[str, int]:
        return dict(self.mlflow("SELECT name, experiment_id FROM experiments WHERE name != 'Default'"))

    def tags(self, run_id: str) -> dict[str, str]:
        return dict(self.mlflow("SELECT key, value FROM tags WHERE run_uuid = ?", run_id))

    def trials(self, experiment: int) -> list[Trial]:
        query = "SELECT run_uuid, status, artifact_uri FROM runs WHERE experiment_id = ?"
        trials = []
        for run_id, status, uri in self.mlflow(query, experiment):
            tags = self.tags(run_id)
            if tags.get("harness.kind") == "trial":
                pruned = tags.get("harness.pruned") == "true"
                place = (int(tags["harness.trial"]), tags["harness.digest"], int(tags["harness.replicate"]))
                kind = (tags["harness.phase"], tags["harness.variant"])
                trials.append(Trial(run_id, status, *place, *kind, pruned, folder_of(uri)))
        return trials


def _connect(file: Path, stack: contextlib.ExitStack) -> sqlite3.Connection:
    return stack.enter_context(contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)))


def folder_of(uri: str) -> Path:
    """Return the folder that an address in the store means."""
    return Path(unquote(urlparse(uri).path))


def finished(folder: Path) -> dict[str, tuple[str, str]]:
    """Return run id -> (study, status) of what is finished, to be found again later."""
    if not (folder / "mlflow.db").exists():
        return {}
    with contextlib.ExitStack() as stack:
        database = _connect(folder / "mlflow.db", stack)
        query = """SELECT r.run_uuid, e.name, r.status FROM runs r
                   JOIN experiments e ON e.experiment_id = r.experiment_id
                   JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.kind' AND t.value = 'trial'
                   WHERE r.status = 'FINISHED'"""
        try:
            return {run_id: (name, status) for run_id, name, status in database.execute(query)}
        except sqlite3.OperationalError:  # tables are being made
            return {}


def violations(
    folder: Path, expected: Mapping[str, Mapping[str, int]], before: Mapping[str, object], scripted: bool = True
) -> list[str]:
    """Return what is wrong with a store, a sentence each.

    Args:
        folder: the store.
        expected: study -> phase -> how many trainings it must have finished. Other studies are only those put aside.
        before: what :func:`finished` gave at an earlier time: nothing of it may be lost.
        scripted: whether the results are those of :mod:`tests.faults.workers`, to be found again to the last bit; else
            they are of real trainings.
    """
    missing = [f"{name} is missing" for name in ("mlflow.db", "optuna.db") if not (folder / name).exists()]
    if missing:
        return missing
    with contextlib.ExitStack() as stack:
        store = Store(folder, stack)
        return [
            *_of_databases(store),
            *_of_studies(store, expected, before, scripted),
            *_of_models(store, scripted),
            *_of_files(store),
        ]


def _of_databases(store: Store) -> Iterator[str]:
    for name, database in store.databases.items():
        for problem in database.execute("PRAGMA integrity_check").fetchall():
            if problem != ("ok",):
                yield f"{name}.db is damaged: {problem}"
        for row in database.execute("PRAGMA foreign_key_check").fetchall():
            yield f"{name}.db: a row of {row[0]} points to nothing"
        if database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            yield f"{name}.db is not in WAL mode"


def _of_studies(
    store: Store, expected: Mapping[str, Mapping[str, int]], before: Mapping[str, object], scripted: bool
) -> Iterator[str]:
    experiments = store.experiments()
    studies = dict(store.optuna("SELECT study_name, study_id FROM studies"))
    for name in sorted(experiments.keys() ^ studies.keys()):
        yield f"{name!r} is in {'MLflow' if name in experiments else 'Optuna'} alone"
    for name in sorted(expected.keys() - experiments.keys()):
        yield f"{name!r} is not in MLflow"
    for name in sorted(experiments.keys() & studies.keys()):
        base = re.split(" until | deleted ", name)[0]
        if base not in expected and " deleted " not in name:
            yield f"{name!r} is a study that nobody asked for"
        trials = store.trials(experiments[name])
        yield from _of_parent(store, name, experiments[name])
        check = _of_trial if scripted else _of_training
        for trial in trials:
            if trial.status == "FINISHED":
                yield from (f"{name}#{trial.number} {text}" for text in check(store, trial))
        yield from (f"{name}: {text}" for text in _of_agreement(store, trials, studies[name], scripted))
        if name in expected:
            counted = Counter(trial.phase for trial in trials if trial.status == "FINISHED" or trial.pruned)
            planned = _planned(expected[name], trials)
            if counted != planned:
                yield f"{name}: finished are {dict(counted)}, planned were {dict(planned)}"
    for run_id in before:
        query = """SELECT r.status FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
                   WHERE run_uuid = ? AND (r.lifecycle_stage = 'active' OR e.name LIKE '% deleted %')"""
        if store.mlflow(query, run_id) != [("FINISHED",)]:
            yield f"the run {run_id}, which was finished before, is lost"


def _planned(expected: Mapping[str, int], trials: list[Trial]) -> Counter[str]:
    """Return how many trainings of each phase there must be; what a search refused counts, but is not confirmed."""
    planned = Counter(expected)
    if "confirm" in planned:
        searched = {trial.digest for trial in trials if trial.phase == "search" and trial.status == "FINISHED"}
        base = {trial.digest for trial in trials if trial.variant == "base"}
        planned["confirm"] = min(planned["confirm"], 1 + len(searched - base))
    return planned


def _of_parent(store: Store, name: str, experiment: int) -> Iterator[str]:
    kinds = Counter()
    for run_id, status, uri in store.mlflow(
        "SELECT run_uuid, status, artifact_uri FROM runs WHERE experiment_id = ?", experiment
    ):
        tags = store.tags(run_id)
        kinds[tags.get("harness.kind")] += 1
        if status in ("RUNNING", "SCHEDULED"):
            yield f"{name}: a run of kind {tags.get('harness.kind')} is {status}"
        if tags.get("harness.kind") == "study":
            missing = {"harness.study", "harness.digest", "harness.question", "mlflow.note.content"} - tags.keys()
            if missing:
                yield f"{name}: its own run has no {sorted(missing)}"
            if not list(folder_of(uri).glob("*.toml")):
                yield f"{name}: its own run has no study file"
            elif not all(file.stat().st_size for file in folder_of(uri).glob("*.toml")):
                yield f"{name}: the study file of its own run is empty"
    if kinds["study"] != 1:
        yield f"{name}: has {kinds['study']} runs of its own"
    if kinds[None]:
        yield f"{name}: has {kinds[None]} runs of no kind"


def _of_trial(store: Store, trial: Trial) -> Iterator[str]:
    """Check what a finished trial left: exactly what its worker said."""
    result = workers.result(trial.digest, trial.replicate)
    numbers = dict(store.mlflow("SELECT key, value FROM latest_metrics WHERE run_uuid = ?", trial.run_id))
    for name, value in result.metrics.items():
        key = name.replace("_", "/", 1)
        if numbers.get(key) != value:
            yield f"has {key} = {numbers.get(key)}, measured was {value}"
    if numbers.get("seconds/train") != result.clocks.train:
        yield f"trained {numbers.get('seconds/train')} s, measured were {result.clocks.train}"
    curve = store.mlflow(
        "SELECT step, value FROM metrics WHERE run_uuid = ? AND key = 'val/accuracy' ORDER BY step", trial.run_id
    )
    if curve != [(step, workers.accuracy(trial.digest, trial.replicate, step)) for step in workers.STEPS]:
        yield f"has the curve {curve}"
    tags = store.tags(trial.run_id)
    if tags.get("harness.weights_digest") != result.digests["weights"] or tags.get("harness.stop_reason") != "maximum":
        yield "lacks its tags"
    if tags.get("harness.data_digest") is None or tags.get("harness.processor") is None:
        yield "does not say where it ran and on which images"
    if not store.mlflow("SELECT 1 FROM params WHERE run_uuid = ?", trial.run_id):
        yield "has no parameters"
    for name, content in workers.files(trial.digest, trial.replicate).items():
        file = trial.artifacts / name
        if not file.exists() or file.read_bytes() != content:
            yield f"has an artifact {name} that is {'not whole' if file.exists() else 'missing'}"
    if len(list((trial.artifacts / "images").glob("*.png"))) != 1:
        yield f"has {len(list((trial.artifacts / 'images').glob('*.png')))} pictures of its steps, not 1"
    if (trial.artifacts / "model.keras").exists() or (trial.artifacts / "logged_model").exists():
        yield "has parts of a model among its artifacts"
    yield from _of_its_models(store, trial)


def _of_its_models(store: Store, trial: Trial) -> Iterator[str]:
    models = store.mlflow("SELECT status FROM logged_models WHERE source_run_id = ?", trial.run_id)
    if models != [(2,)]:
        yield f"has models that are {[_MODEL_STATUS.get(row[0], row[0]) for row in models]}, not one READY"


def _of_training(store: Store, trial: Trial) -> Iterator[str]:
    """Check what a finished trial of a real training left: all of it, and in agreement with itself."""
    tags = store.tags(trial.run_id)
    if {"harness.weights_digest", "harness.history_digest", "harness.data_digest", "harness.processor"} - tags.keys():
        yield "lacks some of its tags"
    steps = store.mlflow(
        "SELECT step, value FROM metrics WHERE run_uuid = ? AND key = 'val/accuracy' ORDER BY step", trial.run_id
    )
    curve = trial.artifacts / "history.csv"
    if not curve.exists():
        yield "has no history.csv"
    else:
        with curve.open(newline="") as file:
            rows = [(int(row["step"]), float(row["val_accuracy"])) for row in csv.DictReader(file)]
        if rows != steps:
            yield f"has the curve {steps} in MLflow and {rows} in history.csv"
    if not (trial.artifacts / "summary.txt").exists():
        yield "has no summary.txt"
    if not store.mlflow("SELECT 1 FROM latest_metrics WHERE run_uuid = ? AND key = 'test/accuracy'", trial.run_id):
        yield "has no test accuracy"
    yield from _of_its_models(store, trial)


def digests(folder: Path) -> dict[tuple[str, str, int, str], tuple[str | None, str | None]]:
    """Return (study, variant's digest, replicate, phase) -> digests of weights and history of what is finished."""
    with contextlib.ExitStack() as stack:
        store = Store(folder, stack)
        return {
            (name, trial.digest, trial.replicate, trial.phase): (
                tags.get("harness.weights_digest"),
                tags.get("harness.history_digest"),
            )
            for name, experiment in store.experiments().items()
            for trial in store.trials(experiment)
            if trial.status == "FINISHED"
            for tags in [store.tags(trial.run_id)]
        }


def _of_agreement(store: Store, trials: list[Trial], study: int, scripted: bool) -> Iterator[str]:
    """Check that MLflow and Optuna say the same of every trial, and that nothing was done twice."""
    for number, times in Counter(trial.number for trial in trials).items():
        if times > 1:
            yield f"{times} runs have the number {number}"
    for key, times in Counter(
        (trial.digest, trial.replicate, trial.phase) for trial in trials if trial.status == "FINISHED"
    ).items():
        if times > 1:
            yield f"{key} is finished {times} times"
    told = {
        number: (state, identity)
        for number, state, identity in store.optuna(
            "SELECT number, state, trial_id FROM trials WHERE study_id = ?", study
        )
    }
    for number, (state, _) in told.items():
        if state in ("RUNNING", "WAITING"):
            yield f"Optuna's trial {number} is {state}"
    for number in told.keys() - {trial.number for trial in trials}:
        if told[number][0] not in ("FAIL", "WAITING"):
            yield f"trial {number} is {told[number][0]} in Optuna and not in MLflow"
    for trial in trials:
        if trial.number not in told:
            yield f"trial {trial.number} is {trial.status} in MLflow and not in Optuna"
            continue
        state, identity = told[trial.number]
        fitting = {"FINISHED": ("COMPLETE",), "KILLED": ("PRUNED",) if trial.pruned else ("FAIL",), "FAILED": ("FAIL",)}
        if state not in fitting.get(trial.status, ()):
            yield f"trial {trial.number} is {trial.status} in MLflow and {state} in Optuna"
        attributes = {
            key: json.loads(text)
            for key, text in store.optuna(
                "SELECT key, value_json FROM trial_user_attributes WHERE trial_id = ?", identity
            )
        }
        if state == "COMPLETE":
            values = store.optuna("SELECT value FROM trial_values WHERE trial_id = ?", identity)
            if values != _objective(store, trial, scripted):
                yield f"trial {trial.number} has {values} in Optuna"
            same = {"digest": trial.digest, "replicate": trial.replicate, "phase": trial.phase, "run_id": trial.run_id}
            for name, value in same.items():
                if attributes.get(f"harness:{name}") != value:
                    yield f"trial {trial.number} has {name} {attributes.get(f'harness:{name}')} in Optuna, not {value}"


def _objective(store: Store, trial: Trial, scripted: bool) -> Rows:
    if scripted:
        return [(workers.accuracy(trial.digest, trial.replicate),)]
    return store.mlflow("SELECT value FROM latest_metrics WHERE run_uuid = ? AND key = 'val/accuracy'", trial.run_id)


def _of_models(store: Store, scripted: bool) -> Iterator[str]:
    models = store.mlflow("SELECT model_id, status, artifact_location, source_run_id FROM logged_models")
    outputs = {
        (run_id, model_id)
        for run_id, model_id in store.mlflow(
            "SELECT source_id, destination_id FROM inputs WHERE destination_type = 'MODEL_OUTPUT'"
        )
    }
    for model_id, status, location, run_id in models:
        if _MODEL_STATUS.get(status) not in ("READY", "FAILED"):
            yield f"the model {model_id} is {_MODEL_STATUS.get(status, status)}"
        if status != 2:
            continue
        if (run_id, model_id) not in outputs:
            yield f"the model {model_id} is READY and no output of its run"
        folder = folder_of(location)
        lost = [name for name in _IN_MODEL if not (folder / name).is_file() or not (folder / name).stat().st_size]
        if lost:
            yield f"the model {model_id} is READY and lacks {lost}"
        file = folder / "data" / "model.keras"
        whole = file.is_file() and zipfile.is_zipfile(file) and zipfile.ZipFile(file).testzip() is None
        if not whole or (scripted and file.read_bytes() != workers.MODEL.read_bytes()):
            yield f"the network of model {model_id} is not whole"
    for name, version, source, status in store.mlflow("SELECT name, version, source, status FROM model_versions"):
        if status != "READY" or not (folder_of(source) / "MLmodel").exists():
            yield f"version {version} of the registered model {name!r} is {status} and has no files"
    for (name,) in store.mlflow("SELECT name FROM registered_models"):
        newest = store.mlflow("SELECT MAX(version) FROM model_versions WHERE name = ?", name)
        alias = store.mlflow("SELECT version FROM registered_model_aliases WHERE name = ? AND alias = 'winner'", name)
        if newest == [(None,)] or alias != newest:
            yield f"the registered model {name!r} has the versions up to {newest}, its winner is {alias}"
    yield from _of_links(store)


def _of_links(store: Store) -> Iterator[str]:
    """Check that a model's page names every version of it."""
    named = Counter()
    for (text,) in store.mlflow("SELECT tag_value FROM logged_model_tags WHERE tag_key = 'mlflow.modelVersions'"):
        named.update((entry["name"], int(entry["version"])) for entry in json.loads(text))
    there = Counter((name, int(v)) for name, v in store.mlflow("SELECT name, version FROM model_versions"))
    if named != there:
        yield f"models name the versions {sorted(named.elements())}, there are {sorted(there.elements())}"


def _of_files(store: Store) -> Iterator[str]:
    """Look for what nothing in the databases points to."""
    known = {folder_of(uri) for (uri,) in store.mlflow("SELECT artifact_uri FROM runs")}
    known |= {folder_of(uri) for (uri,) in store.mlflow("SELECT artifact_location FROM logged_models")}
    for folder in (store.folder / "artifacts").glob("*/*"):
        places = [*folder.glob("*")] if folder.name == "models" else [folder]
        for place in places:
            if (place / "artifacts").resolve() not in known:
                yield f"{place.relative_to(store.folder)} belongs to no run and no model"


def leftovers(root: Path, excused: bool) -> list[str]:
    """Return what should not lie about once nothing runs: temporary files and folders, staged artifacts.

    Args:
        root: the folder of everything: store, reports, cache and the system's temporary folder.
        excused: whether what lies in the temporary folder is the system's to clear: a process was killed, or could not.
    """
    found = []
    for folder, names, files in os.walk(root):
        place = Path(folder)
        for name in [*names, *files]:
            path = place / name
            staged = "staging" in place.parts and path.is_file()
            temporary = place == root / "tmp" and not excused
            if place.is_relative_to(root / "tmp") and not temporary:
                continue
            if (staged or temporary or _LEFT_OVER.search(name)) and name not in _KEPT:
                found.append(f"{path.relative_to(root).as_posix()} is left over")
    return found


def report_violations(reports: Path, name: str, store: Path) -> list[str]:
    """Return what is wrong with a study's report, and with the copy of it beside the study's run."""
    if not (reports / name).is_dir():
        return [f"there is no report of {name!r}"]
    found = [f"report: {file} is missing" for file in _TABLES if not (reports / name / file).is_file()]
    with contextlib.ExitStack() as stack:
        opened = Store(store, stack)
        query = """SELECT r.artifact_uri FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id
                   JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'harness.kind' AND t.value = 'study'
                   WHERE e.name = ?"""
        for (uri,) in opened.mlflow(query, name):
            attached = folder_of(uri) / "report"
            ours = {path.relative_to(reports / name) for path in (reports / name).rglob("*") if path.is_file()}
            theirs = {path.relative_to(attached) for path in attached.rglob("*") if path.is_file()}
            found += [f"attached report: {path} is in one place alone" for path in sorted(ours ^ theirs)]
            for path in sorted(ours & theirs):
                if (reports / name / path).read_bytes() != (attached / path).read_bytes():
                    found.append(f"attached report: {path} differs from the report")
    return found
