"""A store's files are in the store: wherever it was moved to, and whatever its database says."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from harness.driver import run_study
from harness.errors import UsageError
from harness.results import load_results, load_run
from harness.store.local.database import DATABASE, open_client
from harness.store.local.files.places import copy_files, moved, place_of, within, write_text
from tests.conftest import ScriptedLauncher, make_result

RUN = "0123456789abcdef0123456789abcdef"


class TestPlaces:
    @pytest.mark.parametrize(
        ("address", "place"),
        [
            (f"file:///old/store/artifacts/x/{RUN}/artifacts", f"artifacts/x/{RUN}/artifacts"),
            (f"/old/artifacts/artifacts/artifacts/{RUN}/artifacts", f"artifacts/artifacts/{RUN}/artifacts"),
            (f"file:///a/artifacts/x/models/m-{RUN}/artifacts", f"artifacts/x/models/m-{RUN}/artifacts"),
            ("file:///with%20space/artifacts/x", "artifacts/x"),
            ("file://localhost/a/artifacts/x", "artifacts/x"),
        ],
    )
    def test_an_address_counts_by_its_end(self, tmp_path, address, place):
        assert place_of(tmp_path, address) == tmp_path / place

    @pytest.mark.parametrize(
        "address",
        [
            f"http://127.0.0.1:1/artifacts/x/{RUN}/artifacts",
            f"file://elsewhere/artifacts/x/{RUN}/artifacts",
            f"mlflow-artifacts:/x/{RUN}/artifacts",
            f"s3://bucket/artifacts/x/{RUN}/artifacts",
            f"file:///a/artifacts/../{RUN}/artifacts",
            f"file:///a/artifacts/%2e%2e/{RUN}/artifacts",
            "file:///etc",
            "artifacts/x",
            "",
            "file:///a/artifacts/x%00y",
            "file:///a/artifacts/x?y",
            "http://[",
        ],
    )
    def test_one_that_means_no_place_of_a_store_is_refused(self, tmp_path, address):
        with pytest.raises(UsageError, match=r"not in the store\. harness neither reads nor writes there"):
            place_of(tmp_path, address)

    def test_a_link_that_leads_out_is_not_followed(self, tmp_path):
        store = tmp_path / "store"
        (store / "artifacts").mkdir(parents=True)
        (tmp_path / "elsewhere").mkdir()
        (store / "artifacts" / "x").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="leads out of the store by a link"):
            place_of(store, f"file:///a/artifacts/x/{RUN}/artifacts")
        (store / "artifacts" / "y").mkdir()
        (store / "artifacts" / "z").symlink_to("y")
        assert within(store, store / "artifacts" / "z") == store / "artifacts" / "z", "inside, a link is a link"

    def test_writing_replaces_a_link_and_leaves_what_it_points_to(self, tmp_path):
        store, outside = tmp_path / "store", tmp_path / "outside.txt"
        outside.write_text("mine")
        (store / "run").mkdir(parents=True)
        (store / "run" / "note.txt").symlink_to(outside)
        write_text(store / "run", "note.txt", "new")
        assert (outside.read_text(), (store / "run" / "note.txt").read_text()) == ("mine", "new")
        (store / "run" / "note.txt").unlink()
        (store / "run" / "note.txt").symlink_to(outside)
        (store / "run" / "sub").symlink_to(tmp_path)
        report = tmp_path / "report"
        (report / "sub").mkdir(parents=True)
        (report / "note.txt").write_text("of the report")
        (report / "leak.txt").symlink_to(outside)
        with pytest.raises(UsageError, match="leads out of the store by a link"):
            copy_files(report, store / "run", store)
        (report / "sub").rmdir()
        copy_files(report, store / "run", store)
        assert (outside.read_text(), (store / "run" / "note.txt").read_text()) == ("mine", "of the report")
        assert not (store / "run" / "leak.txt").exists()


def leaving():
    """Workers that leave a file of every training."""

    def leave(job, folder):
        (folder / "summary.txt").write_text(f"layers of {job.trial}")

    return ScriptedLauncher(lambda job: make_result(), leave=leave)


def addresses(store):
    with sqlite3.connect(store / DATABASE) as connection:
        rows = connection.execute(
            "SELECT artifact_uri FROM runs UNION SELECT artifact_location FROM experiments"
        ).fetchall()
    return sorted(row[0] for row in rows if row[0])


class TestMoving:
    @pytest.mark.parametrize("way", ["moved", "copied"])
    def test_a_run_writes_where_the_store_is_now(self, store, tiny, tmp_path, way):
        run_study(tiny(**{"design.replicates": 1}), store=store, launch=leaving())
        before = {path.relative_to(store) for path in store.rglob("*.txt")}
        there = tmp_path / "elsewhere" / "new"
        shutil.copytree(store, there)
        if way == "moved":
            shutil.rmtree(store)
        assert [move.name for move in moved(there, there / DATABASE)] == ["tiny"]
        assert load_run("tiny#0", there).files, "read where it is"
        run_study(tiny(), store=there, launch=leaving())
        assert store.exists() == (way == "copied")
        if way == "copied":
            assert {path.relative_to(store) for path in store.rglob("*.txt")} == before, "the old place stays as it was"
            assert moved(store, store / DATABASE) == []
        assert moved(there, there / DATABASE) == []
        ours = [address for address in addresses(there) if "/tiny" in address]
        assert len(ours) == 6, ours
        assert all(address.startswith((there / "artifacts" / "tiny").as_uri()) for address in ours)
        for trial in range(4):
            run = load_run(f"tiny#{trial}", there)
            assert Path(run.run.artifacts, "summary.txt").read_text() == f"layers of {trial}"
            assert Path(run.run.artifacts).is_relative_to(there)
        assert load_results("tiny", there).trials["status"].tolist() == ["finished"] * 4

    def test_another_tools_experiment_elsewhere_stays_where_it_is(self, store, tiny, tmp_path):
        client = open_client(store)
        location = (tmp_path / "theirs" / "artifacts" / "exp").as_uri()
        experiment = client.create_experiment("theirs", artifact_location=location)
        client.create_run(experiment)
        assert moved(store, store / DATABASE) == []
        open_client(store)
        assert client.get_experiment(experiment).artifact_location == location

    def test_the_same_store_by_another_path_is_not_moved(self, store, tiny, tmp_path):
        run_study(tiny(**{"design.replicates": 1}), store=store, launch=leaving())
        (tmp_path / "link").symlink_to(store)
        assert moved(tmp_path / "link", store / DATABASE) == []

    def test_an_address_on_a_server_is_never_called(self, store, tiny):
        run_study(tiny(**{"design.replicates": 1}), store=store, launch=leaving())
        with sqlite3.connect(store / DATABASE) as connection:
            connection.execute("UPDATE experiments SET artifact_location = 'http://127.0.0.1:9/artifacts/tiny'")
        with pytest.raises(UsageError, match=r"keeps files at 'http://127\.0\.0\.1:9/artifacts/tiny', which is not in"):
            run_study(tiny(), store=store, launch=leaving())
