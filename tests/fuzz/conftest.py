"""How many inputs a fuzz test tries: a sample with all tests, many more with ``pytest tests/fuzz --examples 2000``."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--examples", type=int, default=None, help="inputs that each fuzz test tries")


@pytest.fixture
def examples(request):
    """The number asked for, or None for each test's own small sample."""
    return request.config.getoption("--examples", default=None)
