"""Options that say where workers are: what goes together, and what is said where Ray or a cluster is missing."""

from __future__ import annotations

import importlib.util

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.errors import HarnessError


@pytest.fixture
def refused(project, monkeypatch):
    """Run a command in the project's folder that is refused, and return the error."""
    monkeypatch.chdir(project)

    def run(*arguments):
        done = CliRunner().invoke(cli, ["run", "tiny", *arguments], standalone_mode=False)
        assert isinstance(done.exception, HarnessError), done.exception
        assert done.exception.exit_code == 2
        assert sorted(path.name for path in project.iterdir()) == ["studies"], "nothing is created"
        return str(done.exception)

    return run


@pytest.mark.parametrize(
    "given", [("--address", "head:6379"), ("--gpus", "0.5"), ("--runtime-env", "studies/env.json")]
)
def test_options_of_a_cluster_need_the_launcher(refused, project, given):
    (project / "studies" / "env.json").write_text("{}")
    said = refused(*given)
    assert said.startswith(f"{given[0]} is about a Ray cluster, got it without --launcher ray.")


def test_an_address_in_the_environment_is_nothing_to_the_local_launcher(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    done = CliRunner().invoke(cli, ["run", "tiny", "--dry-run"], standalone_mode=False)
    assert done.exception is None
    assert "processes of this machine" in " ".join(done.output.split())


def test_one_machine_has_no_thousand_workers(refused):
    assert refused("--workers", "1000").startswith("--workers must be at most 256 on one machine, got 1000.")


@pytest.mark.parametrize("text", ["{", "[1]", '"pip"'])
def test_a_runtime_environment_is_an_object_of_json(refused, project, text):
    file = project / "studies" / "env.json"
    file.write_text(text)
    said = refused("--launcher", "ray", "--runtime-env", str(file))
    assert said.startswith(f"--runtime-env {file}: ")


def test_without_ray_the_extra_is_named(refused, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "ray" else find(name, *more))
    said = refused("--launcher", "ray")
    assert said == "--launcher ray needs Ray, which is not installed. Install the extra `ray`."
