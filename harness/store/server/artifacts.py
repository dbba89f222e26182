"""The files of runs, which a tracking server passes on, and what of them is kept on this machine to be read.

MLflow's database says where the files of a run are. Only addresses that mean the server's own are followed: anything
else, a folder of this machine or another server, may be a stranger's word.
"""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.store.artifact.mlflow_artifacts_repo import MlflowArtifactsRepository
from requests import HTTPError

from harness.errors import UsageError
from harness.store.profiles import Servers
from harness.store.server.cache import kept_place
from harness.store.server.client import ServerClient

_ADDRESS = re.compile(r"mlflow-artifacts:/(?:[\w.-]+/)*[\w.-]+")
_DEEPEST = 12
"""Folders in folders that are listed: nothing of ours is that deep."""


def require_proxied(address: str, servers: Servers) -> str:
    """Return an address of files, after a look whether the server has them.

    Raises:
        UsageError: if they are elsewhere.
    """
    if not _ADDRESS.fullmatch(address) or ".." in address.split("/"):
        raise UsageError(
            f"{servers.name}: the server keeps files at {address!r}, which do not go through it. harness neither reads "
            "nor writes there."
        )
    return address


class Artifacts:
    """The files of a run, or of a model.

    Args:
        client: of the server.
        address: where they are, as the server's database has it.
    """

    def __init__(self, client: ServerClient, address: str) -> None:
        self._client = client
        require_proxied(address, client.servers)
        self._repository: Any = MlflowArtifactsRepository(address, tracking_uri=client.servers.tracking_uri)

    def names(self) -> list[Path]:
        """Return the names of all files, by folder: those at the top first."""
        return sorted(self._below(None, 0), key=lambda path: (len(path.parts), path.parent, _by_number(path.name)))

    def _below(self, folder: str | None, depth: int) -> Iterator[Path]:
        for one in self._client.insist(lambda: self._repository.list_artifacts(folder)):
            inside = PurePosixPath(one.path)
            if inside.is_absolute() or ".." in inside.parts:
                continue
            if not one.is_dir:
                yield Path(inside)
            elif depth < _DEEPEST:
                yield from self._below(one.path, depth + 1)

    def fetch(self, name: str, place: Path) -> Path | None:
        """Bring a file here, whole or not at all; None if there is none of the name.

        Args:
            name: of the file.
            place: where it is to be.
        """
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise UsageError(f"{name!r}: must be the name of an artifact, inside its run.")
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".fetched-") as folder:
            made = Path(folder) / "file"
            try:
                self._client.insist(lambda: self._repository._download_file(name, str(made)))
            except (HTTPError, MlflowException) as error:
                response = getattr(error, "response", None)
                if response is not None and response.status_code == 404:
                    return None
                raise
            made.replace(place)
        return place

    def put(self, folder: Path, place: str | None = None) -> None:
        """Send the files of a folder, replacing those of the same names; links are left out.

        Args:
            folder: of this machine.
            place: folder among the files; the top by default.
        """
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink():
                inside = PurePosixPath(place or "", *file.relative_to(folder).parent.parts).as_posix()
                where = None if inside == "." else inside
                self._client.insist(functools.partial(self._repository.log_artifact, str(file), where))

    def put_text(self, name: str, text: str) -> None:
        """Write a file."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_text(text, encoding="utf-8")
            self.put(Path(folder))

    def text(self, name: str) -> str | None:
        """Return a file's text; None if there is none of the name."""
        with tempfile.TemporaryDirectory() as folder:
            file = self.fetch(name, Path(folder) / "text")
            return file.read_text(encoding="utf-8") if file else None


def _by_number(name: str) -> list[tuple[int, str]]:
    """Return what sorts ``20.png`` before ``140.png``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def cached(client: ServerClient, address: str, run_id: str, name: str) -> Path | None:
    """Return a file that a training left, and that does not change since, from this machine where it was here before.

    Args:
        client: of the server.
        address: where the run's, or the model's, files are.
        run_id: the run, or the model.
        name: of the file.
    """
    place = kept_place(client.servers, run_id, name)
    return place if place.is_file() else Artifacts(client, address).fetch(name, place)


class ServerDisk:
    """Where a server has its files; :class:`harness.store.record.disk.Disk` says what each method means.

    Args:
        client: of the server.
        require_there: looks whether the right to run the study is still ours.
    """

    def __init__(self, client: ServerClient, require_there: object = None) -> None:
        self._client, self._require_there = client, require_there

    def require_there(self) -> None:
        """Look that this process still has the right to write."""
        if callable(self._require_there):
            self._require_there()

    def address(self, study: str) -> None:
        """Return None: the server says where."""

    def require_inside(self, address: str) -> None:
        """Refuse files that do not go through the server."""
        require_proxied(address, self._client.servers)

    def write_text(self, address: str, name: str, text: str) -> None:
        """Write one of the artifacts of a run."""
        Artifacts(self._client, address).put_text(name, text)

    def read_text(self, address: str, name: str) -> str | None:
        """Return one of the artifacts of a run; None if there is none of the name."""
        return Artifacts(self._client, address).text(name)

    def remove_halves(self, address: str) -> None:
        """Do nothing: a server that was cut off keeps no half file under its name."""
