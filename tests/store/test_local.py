"""The contract of a store, held by the folder."""

from __future__ import annotations

import pytest

from harness.store import open_store
from tests.store.contract import StoreContract


class TestLocalStore(StoreContract):
    @pytest.fixture
    def place(self, tmp_path):
        return open_store(tmp_path / "mlruns")


def test_a_store_that_is_given_is_taken_as_it_is(tmp_path):
    store = open_store(tmp_path / "mlruns")
    assert open_store(store) is store
    assert open_store(str(tmp_path / "mlruns")).place == store.place
