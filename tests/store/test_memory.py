"""The contract of a store, held in memory."""

from __future__ import annotations

import pytest

from harness.store.memory.store import MemoryStore
from tests.store.contract import StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def place(self):
        return MemoryStore()
