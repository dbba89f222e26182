"""Hostile report folders: Parquet files, links and texts in them lead nowhere when a report is shown or built again."""

from __future__ import annotations

import pickle
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.security.test_models import touch
from tests.security.test_stores import EVIL, assert_plain

COMMANDS = [
    ("show", "reports/tiny"),
    ("report", "reports/tiny"),
    ("report", "--all"),
    ("compare", "reports/tiny", "reports/tiny"),
    ("list",),
]


def all_commands(place, check):
    """Run everything that takes a report's folder, where there is no store."""
    shutil.rmtree(place.store)
    return {command: check(*command, may_write=("reports",)) for command in COMMANDS}


def change(place, name, change):
    """Change a Parquet file of the report."""
    file = place.report / name
    frame = pd.read_parquet(file)
    change(frame)
    frame.to_parquet(file, index=False)


def put(place, column, value):
    change(place, "trials.parquet", lambda trials: trials.__setitem__(column, value))


def plant_digest(digest):
    def plant(place):
        inside = next((place.report / "insight").iterdir())
        shutil.copytree(inside, place.outside / "pictures")
        put(place, "digest", digest.format(outside=place.outside))

    return plant


def plant_name(name):
    def plant(place):
        change(
            place,
            "trials.parquet",
            lambda trials: trials.attrs["study"].update(name=name.format(outside=place.outside)),
        )

    return plant


def plant_store(place):
    change(place, "trials.parquet", lambda trials: trials.attrs.update(store=f"{place.server.url}/store"))


def plant_source(place):
    source = str(place.outside / "secret.txt")
    change(place, "trials.parquet", lambda trials: trials.attrs["study"].update(source=source))


def plant_pickled_type(place):
    """As in CVE-2023-47248: an Arrow type whose description is a pickle."""
    file = place.report / "trials.parquet"
    table = pq.read_table(file)
    index = table.schema.get_field_index("variant")
    hostile = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(touch(place.canary)),
    }
    field = table.schema.field(index).with_metadata(hostile)
    pq.write_table(table.cast(table.schema.set(index, field)), file)


def plant_pickled_column(place):
    put(place, "variant", pickle.dumps(touch(place.canary)))


def plant_pickled_metadata(place):
    file = place.report / "trials.parquet"
    table = pq.read_table(file)
    payload = pickle.dumps(touch(place.canary))
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"pandas": payload}), file)


def plant_pickle(place):
    (place.report / "trials.parquet").write_bytes(pickle.dumps(touch(place.canary)))


def plant_nested(place):
    file = place.report / "history.parquet"
    deep = pa.array([[[[{"a": [1]}]]]])
    pq.write_table(pa.table({"trial": deep, "step": deep}), file)


def link_picture(place):
    for file in list((place.report / "insight").rglob("*.png")):
        file.unlink()
        file.symlink_to(place.outside / "secret.png")


def link_folder_of_pictures(place):
    for folder in list((place.report / "insight").iterdir()):
        shutil.rmtree(folder)
        folder.symlink_to(place.outside / "folder")


def link_figures(place):
    shutil.rmtree(place.report / "figures", ignore_errors=True)
    (place.outside / "folder" / "effect_mine.svg").write_text("mine")
    (place.report / "figures").symlink_to(place.outside / "folder")


def link_pages(place):
    for name in ("comparison.html", "comparison.md", "comparison.csv", "comparison.tex", "report.json"):
        (place.report / name).unlink()
        (place.report / name).symlink_to(place.outside / "secret.txt")


def link_table(place):
    shutil.move(place.report / "trials.parquet", place.outside / "secret.parquet")
    (place.report / "trials.parquet").symlink_to(place.outside / "secret.parquet")


HOSTILE = {
    "digest up": plant_digest("../../../outside/pictures"),
    "digest elsewhere": plant_digest("{outside}/pictures"),
    "name up": plant_name("../../outside/x"),
    "name elsewhere": plant_name("{outside}/x"),
    "store elsewhere": plant_store,
    "source elsewhere": plant_source,
    "pickled type": plant_pickled_type,
    "pickled column": plant_pickled_column,
    "pickled metadata": plant_pickled_metadata,
    "pickle": plant_pickle,
    "nested": plant_nested,
    "linked picture": link_picture,
    "linked folder of pictures": link_folder_of_pictures,
    "linked figures": link_figures,
    "linked pages": link_pages,
    "linked table": link_table,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_report_folder_does_not_act(place, check, kind):
    HOSTILE[kind](place)
    all_commands(place, check)
    page = place.report / "comparison.html"
    assert page.is_symlink() or b"c2VjcmV0" not in page.read_bytes()


def test_texts_are_shown_as_text(place, check):
    def evil(trials):
        study = trials.attrs["study"]
        study["given"]["question"] = EVIL
        study["text"] = f"# {EVIL}\n"
        study["given"]["report"] = {
            "reference": [{"name": EVIL, "metric": "test_accuracy", "value": 0.9, "source": EVIL, "variant": "base",
                           "note": EVIL}],
        }  # fmt: skip
        for column in ("processor", "backend", "keras", "python", "version", "git_revision", "error", "run_id"):
            trials[column] = EVIL

    change(place, "trials.parquet", evil)
    for ran in all_commands(place, check).values():
        assert ran.code in (0, 2, 3), ran
        for mark in ("\x1b]", "\x1b[31m", "\x07"):
            assert mark not in ran.out + ran.err
    assert_plain(place)


def test_the_trap_would_spring(place):
    pickle.loads(pickle.dumps(touch(place.canary)))
    assert place.canary.exists()
