"""What a server's database says of files is a stranger's word."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.store.profiles import Servers
from harness.store.server.artifacts import Artifacts, require_proxied
from harness.store.server.cache import kept_place
from harness.store.server.client import ServerClient
from harness.store.server.patience import Patience

SERVERS = Servers("lab", "http://127.0.0.1:1", "postgresql+psycopg://h/d")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc", "/etc", "s3://bucket/1", "http://evil.example/1", "mlflow-artifacts://evil.example/1/artifacts",
        "mlflow-artifacts:/1/../../etc", "mlflow-artifacts:/..", "mlflow-artifacts:/1/%2e%2e/2", "mlflow-artifacts:",
        "mlflow-artifacts:/1?x=1", "mlflow-artifacts:/1#x", "mlflow-artifacts:/1\n", "",
    ],
)  # fmt: skip
def test_files_that_do_not_go_through_the_server_are_not_followed(address):
    with pytest.raises(UsageError, match="do not go through it"):
        require_proxied(address, SERVERS)


def test_those_that_do_are():
    for address in ("mlflow-artifacts:/1", "mlflow-artifacts:/12/0a1b/artifacts", "mlflow-artifacts:/1/models/m-1/a"):
        assert require_proxied(address, SERVERS) == address


@pytest.mark.parametrize("name", ["../other", "/etc/passwd", "insight/../../x"])
def test_a_name_leads_nowhere_else(name, tmp_path):
    there = Artifacts(ServerClient(SERVERS, Patience(0)), "mlflow-artifacts:/1/a/artifacts")
    with pytest.raises(UsageError, match="inside its run"):
        there.fetch(name, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_an_id_that_is_a_path_is_kept_nowhere():
    with pytest.raises(UsageError, match="is no id of a run"):
        kept_place(SERVERS, "../../x", "a")
