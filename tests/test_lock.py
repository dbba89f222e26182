"""The lock files and pyproject.toml say the same, and name no index and no machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
RUNTIME = PROJECT["dependencies"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.lock": RUNTIME,
    "requirements-dev.lock": [
        *RUNTIME,
        *(text for extra in ("dev", "export", "jax", "ray", "postgres", "energy", "docs") for text in EXTRAS[extra]),
    ],
    "requirements-bench.lock": [*RUNTIME, *EXTRAS["bench"]],
}


def pins(path: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", Path(path).read_text(), re.M):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def direct(path: str) -> set[str]:
    """Packages that the lock says come from pyproject.toml itself."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", Path(path).read_text(), flags=re.M)
    return {
        canonicalize_name(re.match(r"[A-Za-z0-9._-]+", block)[0]) for block in blocks if "(pyproject.toml)" in block
    }


@pytest.mark.parametrize(("path", "declared"), LOCKS.items())
class TestLock:
    def test_every_declared_dependency_is_pinned_within_its_range(self, path, declared):
        pinned = pins(path)
        for text in declared:
            requirement = Requirement(text)
            versions = pinned.get(canonicalize_name(requirement.name))
            assert versions, f"{requirement.name} is not in {path}: run `make lock`"
            assert all(requirement.specifier.contains(version) for version in versions), (text, versions)

    def test_nothing_is_pinned_directly_that_is_no_longer_declared(self, path, declared):
        assert direct(path) == {canonicalize_name(Requirement(text).name) for text in declared}

    def test_every_pin_has_a_hash_and_no_place(self, path, declared):
        text = Path(path).read_text()
        assert text.count("--hash=sha256:") > len(pins(path)) > len(declared)
        assert not re.search(r"https?://|file:|--index|--find-links|/opt/|@ ", text)


@pytest.mark.parametrize("path", ["requirements-dev.lock", "requirements-bench.lock"])
def test_all_locks_pin_the_same_versions(path):
    runtime, other = pins("requirements.lock"), pins(path)
    assert {name: other[name] for name in runtime} == runtime
