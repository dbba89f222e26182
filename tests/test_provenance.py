from __future__ import annotations

import subprocess

from harness.provenance import source_tags, version


def git(folder, *arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_revision_of_a_work_tree_and_whether_it_was_changed(tmp_path):
    tags = source_tags(tmp_path)
    assert set(tags) == {"harness.version", "harness.libraries"}, "no work tree, no revision"
    assert tags["harness.version"] == version()
    assert tags["harness.libraries"].startswith("numpy ")
    git(tmp_path, "init", "-q")
    (tmp_path / "x.toml").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "x")
    revision = git(tmp_path, "rev-parse", "HEAD")
    assert source_tags(tmp_path)["mlflow.source.git.commit"] == revision
    (tmp_path / "x.toml").write_text("2")
    assert source_tags(tmp_path)["mlflow.source.git.commit"] == f"{revision}-changed"
