"""Which servers a store is on, and what is said where that cannot be."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.store import default_store, open_store
from harness.store.profiles import servers_of, without_password

TRACKING, STORAGE = "http://mlflow.example:5000", "postgresql+psycopg://harness@db.example/optuna"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write harness.toml in a parent of the working directory."""
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)

    def write(text="", **keys):
        keys = {"tracking_uri": TRACKING, "storage": STORAGE, **keys}
        table = "\n".join(f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"'
                          for key, value in keys.items() if value is not None)  # fmt: skip
        (tmp_path / "harness.toml").write_text(f"{text}\n[stores.lab]\n{table}\n")
        return tmp_path / "harness.toml"

    return write


def test_a_profile_is_found_by_its_name_and_by_its_address(write):
    write('store = "lab"', wait_seconds=90)
    for where in ("lab", TRACKING, "HTTP://MLFLOW.example:5000/"):
        found = servers_of(where)
        assert (found.name, found.tracking_uri, found.storage) == ("lab", TRACKING, STORAGE)
        assert found.wait_seconds == 90
        assert open_store(where).place == "lab"
    assert default_store() == "lab"
    assert servers_of("elsewhere") is None
    assert servers_of("./lab") is None


def test_without_a_file_a_name_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_store() is None
    assert servers_of("lab") is None


@pytest.mark.parametrize(
    ("address", "lacking"),
    [(TRACKING, "Optuna's storage, too"), ("postgresql://u:secret@h/d", "MLflow's tracking server, too")],
)
def test_an_address_without_a_profile_is_refused_with_the_fix(tmp_path, monkeypatch, address, lacking):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as said:
        open_store(address)
    assert lacking in str(said.value)
    assert "[stores.NAME]" in str(said.value)
    assert "secret" not in str(said.value)


def test_a_name_that_is_nearly_a_profile_makes_no_folder(write):
    write()
    with pytest.raises(UsageError, match="Did you mean 'lab'"):
        open_store("labb")


def test_passwords_come_from_the_file_or_from_the_environment(write, monkeypatch):
    write(storage="postgresql://harness:in-file@db.example:5433/optuna", tracking_uri="http://ann:a%40b@mlflow.example")
    found = servers_of("lab")
    assert found.storage == "postgresql+psycopg://harness:in-file@db.example:5433/optuna"
    assert (found.tracking_uri, found.username, found.password) == ("http://mlflow.example", "ann", "a@b")
    write(storage_password_env="DB_SECRET", tracking_username="bob", tracking_password_env="WEB_SECRET")
    with pytest.raises(UsageError, match="_SECRET, which is not set"):
        servers_of("lab")
    monkeypatch.setenv("DB_SECRET", "p/w@1")
    monkeypatch.setenv("WEB_SECRET", "x")
    found = servers_of("lab")
    assert found.storage == "postgresql+psycopg://harness:p%2Fw%401@db.example/optuna"
    assert (found.username, found.password) == ("bob", "x")
    assert "p/w" not in repr(found)
    assert "p%2F" not in repr(found)
    assert found.database == "postgresql+psycopg://harness:...@db.example/optuna"


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"storage": "sqlite:///x.db"}, "must be a PostgreSQL database"),
        ({"storage": None}, "must be a PostgreSQL database"),
        ({"tracking_uri": "mlflow.example"}, "must be the address of an MLflow server"),
        ({"tracking_uri": None}, "must be the address of an MLflow server"),
        ({"trackin_uri": "x"}, "Did you mean 'tracking_uri'"),
        ({"wait_seconds": -1}, "must be from 0 to 86400"),
        ({"tracking_username": "ann"}, "a user and a password, or neither"),
    ],
)
def test_what_a_profile_cannot_say_is_named(write, keys, rule):
    file = write(**keys)
    with pytest.raises(UsageError, match=rule) as said:
        servers_of("lab")
    assert str(file) in str(said.value)


def test_a_byte_order_mark_is_no_mistake(write):
    file = write("store = 'lab'")
    file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert default_store() == "lab"


def test_a_file_that_is_no_toml_is_named(write):
    file = write("store =")
    with pytest.raises(UsageError, match="line 1 is not valid TOML: a value must follow the =") as said:
        default_store()
    assert str(file) in str(said.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://h:5000", "http://h:5000"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("postgresql://u:p@h/d", "postgresql://u:...@h/d"),
        ("postgresql://u:p/@w@h/d", "postgresql://u:...@h/d"),
        ("postgresql://h/d?user=u&password=p&x=1", "postgresql://h/d?user=u&password=...&x=1"),
    ],
)
def test_passwords_are_not_shown(address, shown):
    assert without_password(address) == shown
