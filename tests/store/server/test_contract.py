"""The contract of a store, held by an MLflow server and PostgreSQL."""

from __future__ import annotations

import pytest

from harness.store import open_store
from tests.store.contract import StoreContract

pytestmark = [pytest.mark.postgres, pytest.mark.mlflow_server]


class TestServerStore(StoreContract):
    @pytest.fixture
    def place(self, lab):
        return open_store("lab")
