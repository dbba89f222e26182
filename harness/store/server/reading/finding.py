"""Finding one trial's run by what people call it, and the files that it left."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from harness.errors import UsageError, did_you_mean
from harness.store.facts import PICTURES, Fault, RecordedRun
from harness.store.naming import FORMS, RUN_ID, Candidate, example, no_trial, only_trial, study_and_number
from harness.store.profiles import Servers
from harness.store.record.experiments import TRIALS
from harness.store.record.models import IN_MODEL, MODEL_FILE
from harness.store.rows import recorded_run, unreadable
from harness.store.server.cache import kept_place
from harness.store.server.reading.frames import row_of_run
from harness.store.server.reading.opening import asked, experiment_of, runs, studies
from harness.trials import DIGEST

if TYPE_CHECKING:
    from mlflow.entities import Experiment, Run

    from harness.store.server.client import ServerClient


def find_run(servers: Servers, text: str) -> RecordedRun:
    """Return the run of a trial that a user names.

    Raises:
        UsageError: if there is no such run, if several match, or if it is no trial's.
    """
    with asked(servers) as client:
        there = studies(client)
        found = _matching(client, there, text.strip())
        if not found:
            _refuse_unknown(client, there, text.strip())
        names = {experiment.experiment_id: str(experiment.name) for experiment in there}
        candidates = [_candidate(run, names) for run in found]
        if all(candidate.kind != "trial" for candidate in candidates):
            raise no_trial(text, candidates[0], _trials(client, there, candidates[0].study))
        chosen = only_trial(text, candidates)
        return _recorded(next(run for run in found if run.info.run_id == chosen.run_id), names)


def is_run(servers: Servers, text: str) -> bool:
    """Whether a text names one run or several, a study's own run among them."""
    with asked(servers) as client:
        return bool(_matching(client, studies(client), text.strip()))


def _matching(client: ServerClient, there: list[Experiment], text: str) -> list[Run]:
    """Return what the first of the ways to name a run finds: by study and number, by name, by id."""
    if named := study_and_number(text):
        its = [experiment for experiment in there if experiment.name == named[0]]
        if found := runs(client, its, f"tags.`harness.trial` = '{named[1]}'"):
            return found
    for query in _queries(text):
        if found := runs(client, there, query):
            return found
    return []


def _queries(text: str) -> Iterator[str]:
    """Yield the filters that find runs by a name or an id. MLflow's filters cannot have both kinds of quotes."""
    if "'" not in text:
        yield f"attributes.run_name = '{text}'"
    elif '"' not in text:
        yield f'attributes.run_name = "{text}"'
    if RUN_ID.fullmatch(text):
        yield f"attributes.run_id LIKE '{text.lower()}%'"


def _candidate(run: Run, names: Mapping[str, str]) -> Candidate:
    tags = run.data.tags
    study = names.get(run.info.experiment_id, "")
    return Candidate(
        run.info.run_id, run.info.run_name or "", study, tags.get("harness.kind", ""), tags.get("harness.trial")
    )


def _trials(client: ServerClient, there: list[Experiment], study: str) -> list[Candidate]:
    its = [experiment for experiment in there if experiment.name == study]
    return [_candidate(run, {run.info.experiment_id: study}) for run in runs(client, its, TRIALS)]


def _recorded(run: Run, names: Mapping[str, str]) -> RecordedRun:
    try:
        settings = run.data.tags.get("harness.settings", "")
        study = names.get(run.info.experiment_id, "")
        return recorded_run(row_of_run(run), settings, study, run.info.run_name or "", str(run.info.artifact_uri))
    except Fault as fault:
        raise unreadable(run.info.run_id, fault) from None


def _refuse_unknown(client: ServerClient, there: list[Experiment], text: str) -> NoReturn:
    """Say what is known that comes near."""
    names = [str(experiment.name) for experiment in there]
    study, mark, number = text.rpartition("#")
    name = study if mark else text
    if name in names:
        trials = _trials(client, there, name)
        if not mark:
            raise UsageError(f"{text}: is a study, no run. {example(trials)}")
        raise UsageError(f"{text}: the study {name!r} has no trial {number!r}. {example(trials)}")
    near = did_you_mean(text, (f"{known}#{number}" for known in names) if mark else names)
    raise UsageError(f"{text}: no such run in {client.servers.name}.{near} {FORMS}")


def artifact_names(servers: Servers, run: RecordedRun) -> list[Path]:
    """Return the names of a run's artifacts, by folder: those at the top first."""
    with asked(servers) as client:
        from harness.store.server.artifacts import Artifacts

        return Artifacts(client, run.artifacts).names()


def artifact_file(servers: Servers, run: RecordedRun, name: str) -> Path | None:
    """Return one of a run's artifacts, fetched anew: it may have been replaced."""
    with asked(servers) as client:
        from harness.store.server.artifacts import Artifacts

        return Artifacts(client, run.artifacts).fetch(name, kept_place(servers, run.run_id, name))


def add_files(servers: Servers, run: RecordedRun, folder: Path, place: str) -> str:
    """Put the files of a folder among a run's artifacts; return where they are now."""
    with asked(servers) as client:
        from harness.store.server.artifacts import Artifacts

        Artifacts(client, run.artifacts).put(folder, place)
    return f"{run.artifacts}/{place}"


def artifacts_called(servers: Servers, name: str, file: str) -> dict[str, Path]:
    """Return run id -> one of the artifacts of each finished trial of a study that left one of that name.

    What a training left does not change: it is fetched once.
    """
    with asked(servers) as client:
        from harness.store.server.artifacts import cached

        found = {}
        for run in _finished(client, name):
            if (path := cached(client, run.info.artifact_uri, run.info.run_id, file)) is not None:
                found[run.info.run_id] = path
        return found


def _finished(client: ServerClient, name: str) -> list[Run]:
    """Return the runs of the finished trials of a study, by number; those whose files are elsewhere are left out."""
    from harness.store.server.artifacts import require_proxied

    found = []
    for run in runs(client, [experiment_of(client, name)], f"{TRIALS} and attributes.status = 'FINISHED'"):
        number = run.data.tags.get("harness.trial", "")
        try:
            require_proxied(str(run.info.artifact_uri), client.servers)
        except UsageError:
            continue
        if number.isdecimal() and DIGEST.fullmatch(run.data.tags.get("harness.digest", "")):
            found.append((int(number), run))
    return [run for _, run in sorted(found, key=lambda one: one[0])]


class Pictures(Mapping[str, Path]):
    """Digest -> folder of this machine with the pictures of a trial of a variant, if any left some.

    Pictures are fetched when somebody looks: a report shows those of two variants.

    Args:
        servers: where they are.
        name: of the study.
    """

    def __init__(self, servers: Servers, name: str) -> None:
        self._servers = servers
        with asked(servers) as client:
            self._runs: dict[str, list[Run]] = {}
            for run in _finished(client, name):
                self._runs.setdefault(run.data.tags["harness.digest"], []).append(run)
        self._folders: dict[str, Path | None] = {}

    def __getitem__(self, digest: str) -> Path:
        if digest not in self._folders:
            self._folders[digest] = self._fetch(self._runs[digest])
        folder = self._folders[digest]
        if folder is None:
            raise KeyError(digest)
        return folder

    def __iter__(self) -> Iterator[str]:
        return (digest for digest in self._runs if digest in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _fetch(self, its_runs: list[Run]) -> Path | None:
        """Fetch the pictures of the first run that has all, else of the first that has the basic ones."""
        with asked(self._servers) as client:
            from harness.store.server.artifacts import Artifacts

            for file, run in itertools.product(PICTURES, its_runs):
                there = Artifacts(client, run.info.artifact_uri)
                if there.fetch(file, kept_place(self._servers, run.info.run_id, file)) is None:
                    continue
                for name in there.names():
                    if name.parts[0] == "insight":
                        there.fetch(name.as_posix(), kept_place(self._servers, run.info.run_id, name.as_posix()))
                return kept_place(self._servers, run.info.run_id, "insight")
        return None


def model_file(servers: Servers, run: RecordedRun) -> Path | None:
    """Return a trial's saved network, fetched once; None if it left none."""
    with asked(servers) as client:
        from harness.store.server.artifacts import cached

        outputs = client.get_run(run.run_id).outputs
        for output in outputs.model_outputs if outputs else ():
            model = client.get_logged_model(output.model_id)
            if model.status != "READY":
                continue
            if (file := cached(client, str(model.artifact_location), str(model.model_id), IN_MODEL)) is not None:
                return file
        return cached(client, run.artifacts, run.run_id, MODEL_FILE)
