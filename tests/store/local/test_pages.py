"""What starts the servers that show a store, and the page to look at first."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.store import open_store
from harness.store.local.database import DATABASE
from harness.store.local.files.places import moved


def option(server, name):
    return server.arguments[server.arguments.index(name) + 1]


def test_mlflow_serves_this_very_store_from_absolute_paths(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server = open_store("mlruns").ui(None)
    assert option(server, "--backend-store-uri") == f"sqlite:///{store.resolve() / 'mlflow.db'}"
    assert option(server, "--default-artifact-root") == (store.resolve() / "artifacts").as_uri()
    assert server.page == "/#/experiments?workflowType=machine_learning"


def test_a_study_has_its_own_page_with_its_view(store, tiny):
    place = open_store(store)
    with place.hold("tiny") as hold:
        hold.begin(tiny(), {}).close("FINISHED")
    page = "/#/experiments/1/runs?workflowType=machine_learning&viewStateShareKey=harness"
    assert place.ui("tiny").page == page
    with pytest.raises(UsageError, match=r"no study 'tinny' in this store\. Did you mean 'tiny'"):
        place.ui("tinny")


def test_where_nothing_is_recorded_there_is_nothing_to_serve(tmp_path):
    place = open_store(tmp_path / "mlruns")
    for ask in (lambda: place.ui(None), place.dashboard):
        with pytest.raises(UsageError, match=r"mlruns: there is no store here\..*or begin one: harness run STUDY"):
            ask()
    assert not place.exists()


def test_the_pages_of_a_store_that_was_moved_find_its_files(store, tiny, tmp_path):
    with open_store(store).hold("tiny") as hold:
        hold.begin(tiny(), {}).close("FINISHED")
    there = tmp_path / "there"
    store.rename(there)
    assert moved(there, there / DATABASE) != []
    place = open_store(there)
    assert place.kept_study("tiny")["name"] == "tiny", "reading goes by where the store is"
    assert place.ui(None).page == "/#/experiments?workflowType=machine_learning"
    assert moved(there, there / DATABASE) == []
    assert [one.text for one in place.conditions(str) if one.state == "problem"] == []
