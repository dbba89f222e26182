"""The servers that a store is on."""

from tests.servers import lab, postgres, servers  # noqa: F401
