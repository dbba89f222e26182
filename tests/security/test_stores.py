"""Hostile stores: addresses, links and texts in them lead nowhere, whatever command reads or continues them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from harness.driver import run_study
from harness.errors import HarnessError
from tests.conftest import ScriptedLauncher, make_result
from tests.security.conftest import WATCH, Ran, checked, make_study

RUN = ("predict", "tiny#0", "pictures")
COMMANDS = [
    ("show", "tiny"),
    ("show", "tiny#0"),
    ("report", "tiny"),
    ("compare", "tiny", "reports/tiny"),
    RUN,
    ("insight", "tiny#0", "--only", "weights"),
    ("export", "tiny#0", "--to", "keras", "--output", "out.keras", "--force"),
    ("list",),
]
WRITES = ("mlruns", "reports", "predictions.png", "out.keras")


def all_commands(check):
    return {command[:2]: check(*command, may_write=WRITES) for command in COMMANDS}


def continue_study(place, monkeypatch, **changes) -> Ran:
    """Run the study on, watched: it is asked for its revision, locked, reconciled, recorded; training is scripted."""
    monkeypatch.chdir(place.here)
    study = make_study(place.here, **{"design.replicates": 2, **changes})

    def act() -> Ran:
        WATCH.touched, WATCH.started, WATCH.connected, WATCH.unpickled = [], [], [], []
        WATCH.outside = place.outside
        err = io.StringIO()
        try:
            with contextlib.redirect_stderr(err):
                run_study(study, store=place.store, launch=ScriptedLauncher(lambda job: make_result()))
        except HarnessError as error:
            return Ran(error.exit_code, "", f"error: {error}")
        finally:
            WATCH.outside = None
        return Ran(0, "", err.getvalue())

    return checked(place, act, ("mlruns", "reports"))


ADDRESSES = {
    "http": lambda place: f"{place.server.url}/{{}}",
    "file elsewhere": lambda place: f"file://{place.outside}/{{}}",
    "path elsewhere": lambda place: f"{place.outside}/{{}}",
    "steps up": lambda place: f"{place.store}/artifacts/tiny/../../../../outside/{{}}",
    "steps up, escaped": lambda place: f"file://{place.store}/artifacts/%2e%2e/%2e%2e/../outside/{{}}",
    "another host": lambda place: f"file://example.invalid{place.outside}/{{}}",
    "artifact service": lambda place: f"mlflow-artifacts://{place.server.url.removeprefix('http://')}/{{}}",
    "amazon": lambda place: "s3://bucket.invalid/{}",
    "ssh": lambda place: f"sftp://nobody@{place.server.url.removeprefix('http://')}/{{}}",
    "nothing": lambda place: "",
    "no text": lambda place: "\x00{}",
}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_addresses_elsewhere_are_not_followed(place, check, monkeypatch, kind):
    address = ADDRESSES[kind](place)
    shutil.copytree(place.store / "artifacts", place.outside / "artifacts")
    place.ask("UPDATE runs SET artifact_uri = replace(?, '{}', 'artifacts/tiny/' || run_uuid || '/artifacts')", address)
    place.ask("UPDATE logged_models SET artifact_location = replace(?, '{}', model_id || '/artifacts')", address)
    place.ask("UPDATE experiments SET artifact_location = replace(?, '{}', 'tiny')", address)
    all_commands(check)
    continue_study(place, monkeypatch)


@pytest.mark.parametrize("digest", ["../../../outside/x", "/{outside}/x", "..", "a/b", "<img src=x onerror=EVIL>", ""])
def test_a_digest_that_is_a_path_is_no_folder(place, check, digest):
    digest = digest.replace("/{outside}", str(place.outside))
    place.ask("UPDATE tags SET value = ? WHERE key = 'harness.digest'", digest)
    all_commands(check)
    assert not list(place.outside.rglob("x"))


def link_pictures(place):
    for file in place.store.rglob("insight/*.png"):
        file.unlink()
        file.symlink_to(place.outside / "secret.png")


def link_folder_of_pictures(place):
    for folder in list(place.store.rglob("insight")):
        shutil.rmtree(folder)
        folder.symlink_to(place.outside / "folder")


def link_artifacts_of_runs(place):
    for (run_id,) in place.ask("SELECT run_uuid FROM runs"):
        folder = place.store / "artifacts" / "tiny" / run_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.symlink_to(place.outside / "folder")


def link_artifacts(place):
    shutil.rmtree(place.store / "artifacts")
    (place.store / "artifacts").symlink_to(place.outside / "folder")


def link_lock(place):
    (place.store / "locks").mkdir(exist_ok=True)
    for name in ("tiny.lock", ".store.lock"):
        (place.store / "locks" / name).unlink(missing_ok=True)
        (place.store / "locks" / name).symlink_to(place.outside / "secret.txt")


def link_lock_to_nothing(place):
    (place.store / "locks").mkdir(exist_ok=True)
    for name in ("tiny.lock", ".store.lock"):
        (place.store / "locks" / name).unlink(missing_ok=True)
        (place.store / "locks" / name).symlink_to(place.outside / "new")


def link_locks(place):
    shutil.rmtree(place.store / "locks", ignore_errors=True)
    (place.store / "locks").symlink_to(place.outside / "folder")


def link_staging(place):
    shutil.rmtree(place.store / "staging", ignore_errors=True)
    (place.store / "staging").symlink_to(place.outside / "folder")


def link_staging_of_the_study(place):
    shutil.rmtree(place.store / "staging", ignore_errors=True)
    (place.store / "staging").mkdir()
    (place.store / "staging" / "tiny").symlink_to(place.outside / "folder")


def link_history(place):
    for file in list(place.store.rglob("history.csv")):
        file.unlink()
        file.symlink_to(place.outside / "secret.txt")


def link_hits(place):
    for file in list(place.store.rglob("test_hits.bin")):
        file.unlink()
        file.symlink_to(place.outside / "secret.txt")


def link_study_kept(place):
    for pattern in ("*.json", "*.toml"):
        for file in [found for found in place.store.rglob(pattern) if found.is_file()]:
            file.unlink()
            file.symlink_to(place.outside / "secret.txt")


def pipe_lock(place):
    (place.store / "locks").mkdir(exist_ok=True)
    (place.store / "locks" / "tiny.lock").unlink(missing_ok=True)
    os.mkfifo(place.store / "locks" / "tiny.lock")


LINKS = [
    link_pictures, link_folder_of_pictures, link_artifacts_of_runs, link_artifacts, link_lock, link_lock_to_nothing,
    link_locks, link_staging, link_staging_of_the_study, link_history, link_hits,
    link_study_kept,
]  # fmt: skip


@pytest.mark.parametrize("plant", LINKS, ids=lambda plant: plant.__name__)
def test_links_out_of_the_store_are_not_followed(place, check, monkeypatch, plant):
    plant(place)
    all_commands(check)
    continue_study(place, monkeypatch)
    for page in (place.report / "comparison.html", place.report / "comparison.md"):
        assert b"c2VjcmV0" not in page.read_bytes(), "no picture from outside"


EVIL = (
    "<script>EVIL()</script><img src=x onerror=EVIL()> [click](javascript:EVIL()) \x1b]0;EVIL\x07 \x1b[31mred \x00 end"
)


def test_texts_are_shown_as_text(place, check, monkeypatch):
    for key in ("harness.question", "harness.error", "harness.variant", "harness.data_digest", "harness.processor",
                "harness.version", "mlflow.source.git.commit", "harness.phase", "harness.backend"):  # fmt: skip
        place.ask("UPDATE tags SET value = ? WHERE key = ?", EVIL, key)
    place.ask("UPDATE runs SET name = ?", EVIL)
    place.ask("UPDATE runs SET status = 'FAILED' WHERE run_uuid IN (SELECT run_uuid FROM tags WHERE key = "
              "'harness.trial' AND value = '1')")  # fmt: skip
    for ran in all_commands(check).values():
        assert "\x1b]" not in ran.out + ran.err
        assert "\x1b[31m" not in ran.out + ran.err
        assert "\x07" not in ran.out + ran.err
    assert_plain(place)


def assert_plain(place):
    """Check that what a hostile text holds is no markup of the pages."""
    html = (place.report / "comparison.html").read_text()
    assert "<script>EVIL" not in html
    assert "onerror=EVIL" not in html.replace("&lt;img src=x onerror=EVIL()&gt;", "")
    assert 'href="javascript' not in html
    assert "\x1b" not in html
    markdown = (place.report / "comparison.md").read_text()
    code = "".join(markdown.split("```")[1::2])  # the study's text, in a fence
    told = markdown.replace(code, "") if code else markdown
    assert "<script>EVIL" not in told.replace("\\<", "")
    assert "<img" not in told.replace("\\<", "")
    assert "](javascript" not in told.replace("\\]", "")
    assert "\x1b" not in markdown
    for figure in (place.report / "figures").glob("*.svg"):
        assert "<script>EVIL" not in figure.read_text()
    json.loads((place.report / "report.json").read_text())


def test_a_study_with_such_texts(place, check, monkeypatch):
    """Recorded by harness itself, of a hostile study file."""
    ran = continue_study(place, monkeypatch, question=re.sub("[\x00\x07\x1b]", "", EVIL))
    assert ran.code == 0, ran.err
    for ran in all_commands(check).values():
        assert "\x1b]" not in ran.out + ran.err
    assert_plain(place)


def test_an_mlmodel_that_names_a_loader(place, check, monkeypatch):
    """MLflow imports what `loader_module` says from a folder `code` when such a model is loaded with it."""
    for file in list(place.store.rglob("MLmodel")):
        (file.parent / "code").mkdir()
        (file.parent / "code" / "evil.py").write_text(f"open({str(place.canary)!r}, 'w').close()\n")
        file.write_text(
            "flavors:\n  python_function:\n    loader_module: evil\n    code: code\n"
            f"    data: !!python/object/apply:os.system ['touch {place.canary}']\n"
        )
        (file.parent / "requirements.txt").write_text(f"evil @ {place.server.url}/evil.zip\n")
    all_commands(check)
    continue_study(place, monkeypatch)


def test_a_study_name_that_is_a_path(place, check):
    name = f"../../{place.outside.name}/x"
    place.ask("UPDATE experiments SET name = ? WHERE name = 'tiny'", name)
    for command in (("list",), ("show", name), ("report", name), ("export", f"{name}#0", "--to", "keras")):
        check(*command, may_write=("mlruns", "reports"))
    assert not list(place.outside.rglob("x*"))


@pytest.mark.parametrize("table", ["runs", "tags", "experiments"])
def test_tables_that_are_views_and_triggers_that_write(place, check, monkeypatch, table):
    """SQLite's own language reaches no file: attaching is no part of it there."""
    place.ask(f"ALTER TABLE {table} RENAME TO real_{table}")
    place.ask(f"CREATE VIEW {table} AS SELECT * FROM real_{table}")
    for command in COMMANDS[:3]:
        check(*command, may_write=WRITES)


@pytest.mark.parametrize(
    "profile",
    ["[]", "null", '{"image_shape": "8x8x1"}', '{"image_shape": [1e9, 8, 1], "classes": 10}', "[" * 100_000, "\x00"],
)
def test_a_record_of_images_that_lies(place, check, profile):
    place.ask("UPDATE datasets SET dataset_profile = ?", profile)
    ran = check(*RUN, may_write=WRITES)
    assert ran.code == 0, "the shape of a built-in set is known without it"


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00" + b"\xff" * 5000, b"#!/bin/sh\n", zlib.compress(b"x")])
def test_a_database_that_is_none(place, check, content):
    for file in place.store.glob("mlflow.db*"):
        file.unlink()
    (place.store / "mlflow.db").write_bytes(content)
    for command in COMMANDS:
        check(*command, may_write=WRITES)


def test_the_repository_is_not_asked_with_what_it_names(place, monkeypatch):
    import subprocess

    trap = place.here / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{place.canary}'\ncat\n")
    trap.chmod(0o755)
    for arguments in (
        ("init", "-q"), ("add", "studies"), ("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "x"),
        ("config", "core.fsmonitor", str(trap)), ("config", "filter.x.clean", str(trap)),
        ("config", "core.sshCommand", str(trap)),
    ):  # fmt: skip
        subprocess.run(["git", *arguments], cwd=place.here, check=True, capture_output=True)
    (place.here / ".git" / "info" / "attributes").write_text("* filter=x\n")
    os.utime(place.here / "studies" / "tiny.toml", (2e9, 2e9))
    place.canary.unlink(missing_ok=True)
    assert continue_study(place, monkeypatch).code == 0
    ((revision,),) = place.ask("SELECT value FROM tags WHERE key = 'mlflow.source.git.commit' LIMIT 1")
    assert revision.endswith("-unchecked")


def test_doctor_looks_at_a_hostile_store(place, check, monkeypatch, tmp_path):
    monkeypatch.setenv("HARNESS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("harness.image_sets.verify", lambda *_: [])
    for plant in (link_pictures, link_lock, link_staging, link_history):
        plant(place)
    place.ask("UPDATE runs SET artifact_uri = ?", f"{place.server.url}/x")
    place.ask("UPDATE tags SET value = '../../x' WHERE key = 'harness.digest'")
    check("doctor", may_write=("mlruns",))


def test_pictures_that_are_no_pictures(place, check):
    """Names and contents of a folder that is to be classified."""
    folder = place.here / "pictures"
    (folder / "2.png").write_bytes(b"<svg onload=EVIL()>" + SVG)
    (folder / "4 <img src=x onerror=EVIL()>.png").write_bytes((folder / "3.png").read_bytes())
    (folder / "5.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(1000))
    os.mkfifo(folder / "6.png")
    ran = check("predict", "tiny#0", "pictures", "--csv", "out.csv", may_write=(*WRITES, "out.csv"))
    assert ran.code == 1, ran.err


SVG = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg>&e;</svg>'


def test_predictions_are_written_through_no_link(place, check):
    for name in ("predictions.png", "out.csv"):
        link = place.here / name
        for target in (place.outside / "secret.txt", place.outside / "new"):
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            ran = check("predict", "tiny#0", "pictures", "--csv", "out.csv", may_write=())
            assert (ran.code, "is a link, and nothing is written through links" in ran.err) == (2, True)
        link.unlink()


def test_a_folder_of_images_in_a_hostile_study_is_only_read_as_images(place, check, monkeypatch):
    """A study file names folders for data: what lies there is read as images, or refused, and is never shown."""
    monkeypatch.chdir(place.here)
    file = place.here / "studies" / "evil.toml"
    for folder in ("/etc", "/dev", "/proc/self", "~", "../outside"):
        file.write_text(
            f'question = "x"\ndata = {{name = "folder", folder = "{folder}", validation = 1}}\n'
            'model = {preset = "keras_dense"}\ntrain = {max_steps = 1}\n'
            'design = {kind = "factorial", factors = {"model.bias" = [0.0, 1.0]}}\n'
        )
        ran = check("validate", "studies/evil.toml", may_write=(), may_list_outside=True)
        assert "root:x:" not in ran.out + ran.err


@pytest.mark.parametrize("how", ["link", "folder", "zip", "npz", "table"])
def test_pictures_to_train_on_are_read_inside_their_folder_alone(place, check, monkeypatch, how):
    monkeypatch.chdir(place.here)
    pictures = place.here / "pets"
    for label in ("cat", "dog"):
        (pictures / label).mkdir(parents=True)
        for number in range(4):
            Image.new("L", (8, 8), number + 10 * len(label)).save(pictures / label / f"{number}.png")
    name, message = "pets", "must"
    if how == "link":
        (pictures / "cat" / "9.png").symlink_to(place.outside / "secret.txt")
        message = "9.png: must be a file, got a link that leads out of"
    elif how == "folder":
        (pictures / "eel").symlink_to(place.outside)
        message = "eel: must be a folder, got a link to one"
    elif how == "table":
        (pictures / "labels.csv").write_text("file,label\n../../outside/secret.txt,cat\n")
        message = "line 2 must name a file in its folder"
    elif how == "zip":
        name, message = "pets.zip", "must hold names inside its folder"
        with zipfile.ZipFile(place.here / name, "w") as archive:
            archive.writestr("cat/../../../outside/new.png", (pictures / "cat" / "1.png").read_bytes())
    else:
        name, message = "pets.npz", "x_train must hold numbers, rows first, got objects"
        objects = np.empty(4, object)
        objects[:] = [Opener(str(place.canary))] * 4
        np.savez(place.here / name, x_train=objects, y_train=[0, 1, 0, 1], x_test=objects, y_test=[0, 1, 0, 1])
    (place.here / "studies" / "evil.toml").write_text(
        f'question = "x"\ndata = {{name = "folder", folder = "{name}", validation = 1, test = 0.25}}\n'
        'model = {preset = "keras_dense"}\ntrain = {max_steps = 1}\n'
        'design = {kind = "factorial", factors = {"model.bias" = [0.0, 1.0]}}\n'
    )
    ran = check("validate", "studies/evil.toml", may_write=())
    assert ran.code == 2
    assert message in ran.err


class Opener:
    """Opens a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")
