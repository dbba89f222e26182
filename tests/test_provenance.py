"""The revision of a folder, and that a stranger's repository runs nothing when it is asked for."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from harness.provenance import source_tags, version


def git(folder, *arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def revision_of(folder) -> str:
    return source_tags(folder)["mlflow.source.git.commit"]


@pytest.fixture
def work_tree(tmp_path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "x.toml").write_text("1")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "x")
    return folder


def test_a_folder_that_is_no_work_tree_has_no_revision(tmp_path):
    tags = source_tags(tmp_path)
    assert set(tags) == {"harness.version", "harness.libraries"}
    assert tags["harness.version"] == version()
    assert tags["harness.libraries"].startswith("numpy ")


def test_the_revision_of_a_work_tree_and_whether_it_was_changed(work_tree):
    revision = git(work_tree, "rev-parse", "HEAD")
    assert revision_of(work_tree) == revision
    (work_tree / "new.toml").write_text("git does not know it")
    assert revision_of(work_tree) == revision
    (work_tree / "x.toml").write_text("2")
    assert revision_of(work_tree) == f"{revision}-changed"
    git(work_tree, "add", ".")
    assert revision_of(work_tree) == f"{revision}-changed", "what is staged is not committed"


def test_a_work_tree_without_a_commit_and_one_that_is_linked(work_tree, tmp_path):
    git(work_tree, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert revision_of(tmp_path / "linked") == git(work_tree, "rev-parse", "HEAD")
    git(tmp_path, "init", "-q", "empty")
    assert "mlflow.source.git.commit" not in source_tags(tmp_path / "empty")


def test_variables_that_mean_another_repository_are_not_followed(work_tree, tmp_path, monkeypatch):
    git(tmp_path, "init", "-q", "other")
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert revision_of(work_tree) == subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=work_tree, capture_output=True, text=True, check=True,
        env={name: text for name, text in os.environ.items() if not name.startswith("GIT_")},
    ).stdout.strip()  # fmt: skip


class Trap:
    """A program in a folder that leaves a mark when it runs."""

    def __init__(self, folder: Path) -> None:
        self.mark, self.program = folder / "it ran", folder / "trap"
        self.program.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{self.mark}'\ncat\n")
        self.program.chmod(0o755)


@pytest.fixture
def trap(tmp_path) -> Trap:
    return Trap(tmp_path)


def by_filter(kind):
    def set_up(folder, trap):
        (folder / ".git" / "info" / "attributes").write_text("* filter=evil\n")
        git(folder, "config", f"filter.evil.{kind}", str(trap.program))
        git(folder, "config", "filter.evil.required", "true")

    return set_up


def by_included_filter(where):
    def set_up(folder, trap):
        (folder / ".gitattributes").write_text("* filter=evil\n")
        (folder / "settings").write_text(f'[filter "evil"]\n\tclean = {trap.program}\n')
        git(folder, "config", where, str(folder / "settings"))

    return set_up


def by_filter_of_the_work_tree(folder, trap):
    (folder / ".gitattributes").write_text("* filter=a.b\nc\n")
    git(folder, "config", "extensions.worktreeConfig", "true")
    git(folder, "config", "--worktree", "filter.a.b.clean", str(trap.program))


def by_setting(name):
    return lambda folder, trap: git(folder, "config", name, str(trap.program))


def by_hooks(folder, trap):
    hooks = folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "post-checkout", "fsmonitor-watchman", "reference-transaction", "pre-commit"):
        (hooks / name).write_bytes(trap.program.read_bytes())
        (hooks / name).chmod(0o755)


def by_hooks_elsewhere(folder, trap):
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "post-index-change").write_bytes(trap.program.read_bytes())
    (folder / "elsewhere" / "post-index-change").chmod(0o755)
    git(folder, "config", "core.hooksPath", str(folder / "elsewhere"))


def by_submodule(folder, trap):
    inner = folder / "inner"
    git(folder, "init", "-q", "inner")
    (inner / "y").write_text("1")
    git(inner, "add", ".")
    git(inner, "commit", "-q", "-m", "y")
    git(folder, "add", "inner")
    git(folder, "commit", "-q", "-m", "inner")
    by_filter("clean")(inner, trap)
    git(inner, "config", "core.fsmonitor", str(trap.program))
    (inner / "y").write_text("2")


def by_partial_clone(folder, trap):
    """Take the trees away, so that git would fetch them."""
    git(folder, "config", "core.repositoryFormatVersion", "1")
    git(folder, "config", "extensions.partialClone", "origin")
    git(folder, "config", "remote.origin.promisor", "true")
    git(folder, "config", "remote.origin.url", "ssh://example.invalid/x")
    git(folder, "config", "core.sshCommand", str(trap.program))
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    (folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()


def by_aliases(folder, trap):
    for name in ("rev-parse", "status", "config"):
        git(folder, "config", f"alias.{name}", f"!{trap.program}")
        git(folder, "config", f"pager.{name}", str(trap.program))


TRAPS = {
    "clean filter": by_filter("clean"),
    "filter process": by_filter("process"),
    "included filter": by_included_filter("include.path"),
    "filter included if": by_included_filter("includeIf.gitdir:/**.path"),
    "filter of the work tree": by_filter_of_the_work_tree,
    "fsmonitor": by_setting("core.fsmonitor"),
    "external diff": by_setting("diff.external"),
    "pager": by_setting("core.pager"),
    "editor": by_setting("core.editor"),
    "signatures": by_setting("gpg.program"),
    "credentials": by_setting("credential.helper"),
    "alternate refs": by_setting("core.alternateRefsCommand"),
    "hooks": by_hooks,
    "hooks elsewhere": by_hooks_elsewhere,
    "submodule": by_submodule,
    "partial clone": by_partial_clone,
    "aliases and pagers": by_aliases,
}


@pytest.mark.parametrize("how", TRAPS)
def test_nothing_that_a_repository_names_is_run(work_tree, trap, how):
    revision = git(work_tree, "rev-parse", "HEAD")
    TRAPS[how](work_tree, trap)
    if how == "submodule":
        revision = git(work_tree, "rev-parse", "HEAD")
    trap.mark.unlink(missing_ok=True)  # setting it up may have run it
    later = time.time() + 5
    os.utime(work_tree / "x.toml", (later, later))  # the same text: only reading it tells
    found = revision_of(work_tree)
    assert not trap.mark.exists(), trap.mark.read_text()
    unknown = "filter" in how or how == "partial clone"
    assert found == revision + ("-unchecked" if unknown else "")


@pytest.mark.parametrize("how", ["clean filter", "fsmonitor", "filter process", "filter included if"])
def test_the_traps_would_spring(work_tree, trap, how):
    """What the test above holds is worth something: plain git runs these."""
    TRAPS[how](work_tree, trap)
    later = time.time() + 5
    os.utime(work_tree / "x.toml", (later, later))
    subprocess.run(["git", "status"], cwd=work_tree, capture_output=True, check=False)
    assert trap.mark.exists()


def test_a_work_tree_that_is_said_to_be_elsewhere_is_not_compared(work_tree, tmp_path):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "x.toml").write_text("1")
    revision = git(work_tree, "rev-parse", "HEAD")
    git(work_tree, "config", "core.worktree", str(tmp_path / "private"))
    assert revision_of(work_tree) == f"{revision}-unchecked"


def test_a_filter_of_the_users_own_is_the_users_own(work_tree, trap, tmp_path, monkeypatch):
    (tmp_path / "mine").write_text(f'[filter "lfs"]\n\tclean = {trap.program}\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "mine"))
    (work_tree / ".gitattributes").write_text("x.toml filter=lfs\n")
    assert revision_of(work_tree) == git(work_tree, "rev-parse", "HEAD")
