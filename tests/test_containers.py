"""compose.yaml and the Dockerfile, held as far as that goes without containers; `tests/servers.py` runs the command."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml

COMPOSE = yaml.safe_load(Path("compose.yaml").read_text())


def test_both_services_speak_of_the_same_databases():
    database, tracking = COMPOSE["services"]["postgres"], COMPOSE["services"]["mlflow"]
    user = database["environment"]["POSTGRES_USER"]
    address = tracking["environment"]["MLFLOW_BACKEND_STORE_URI"]
    assert address.startswith(f"postgresql+psycopg://{user}:$")
    assert address.endswith("@postgres/mlflow")
    assert COMPOSE["configs"]["databases"]["content"] == "CREATE DATABASE mlflow;"
    assert database["environment"]["POSTGRES_DB"] == "optuna"
    assert {volume.partition(":")[0] for one in (database, tracking) for volume in one["volumes"]} == set(
        COMPOSE["volumes"]
    )


def test_the_image_pins_the_driver_of_postgresql_by_hash():
    (awk,) = re.findall(r"awk '(.+)' requirements-dev.lock", Path("Dockerfile").read_text())
    lock = subprocess.run(["awk", awk, "requirements-dev.lock"], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^([a-z-]+)==", lock, re.M) == ["psycopg", "psycopg-binary"]
    assert lock.count("--hash=sha256:") > 2


def test_the_image_gets_every_file_that_it_copies():
    let_in = {line[1:] for line in Path(".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [name for line in re.findall(r"^COPY (.+) \S+$", Path("Dockerfile").read_text(), re.M)
              for name in line.split()]  # fmt: skip
    assert copied
    for name in copied:
        assert Path(name).exists()
        assert any(Path(name).match(pattern) for pattern in let_in), name
