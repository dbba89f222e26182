"""Every command with a store on an MLflow server and PostgreSQL, as a user types it."""

from __future__ import annotations

import importlib.util
import re
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.servers import PASSWORD, lab, postgres, servers  # noqa: F401

pytestmark = [pytest.mark.postgres, pytest.mark.mlflow_server]


@pytest.fixture
def say(start):
    """Run a command to its end; return exit code and what it said. Nothing of it has a password."""

    def run(*arguments, **environment):
        process = start(*arguments, **environment)
        out, err = process.communicate(timeout=300)
        assert PASSWORD not in out + err
        return process.returncode, out, err

    return run


class Arguments(threading.Thread):
    """Reads what every process of this machine was started with, as `ps` shows it, until it is stopped."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.over = set(), threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            for place in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(place.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue


def test_a_study_from_its_run_to_its_copy(lab, project, say):  # noqa: F811
    toml = project / "harness.toml"
    toml.write_text('store = "lab"\n' + toml.read_text())
    watch = Arguments()
    watch.start()
    code, out, err = say("run", "tiny", MLFLOW_TRACKING_URI="http://ann:secret@elsewhere:1")
    watch.over.set()
    assert code == 0, err
    assert "MLFLOW_TRACKING_URI=http://...@elsewhere:1 is not used: this is the store lab." in err
    assert "MLflow UI: harness ui --store lab" in out
    assert not (project / "mlruns").exists()
    assert any("local_worker" in line for line in watch.seen)
    assert not [line for line in watch.seen if PASSWORD in line]

    code, out, _ = say("list")
    assert code == 0
    assert "4 finished" in out or " 4" in out
    code, shown, _ = say("show", "tiny")
    assert code == 0
    assert "downsample=stride" in shown
    code, one, _ = say("show", "tiny#0")
    assert code == 0
    assert "mlflow-artifacts:/" in one
    code, out, _ = say("run", "tiny", "--store", lab.tracking.url)
    assert code == 0, "the address is that of the profile"
    assert say("report", "tiny")[0] == 0
    before = {file.name: file.read_bytes() for file in (project / "reports" / "tiny").glob("*.md")}
    assert before
    assert PASSWORD.encode() not in b"".join(
        file.read_bytes() for file in (project / "reports").rglob("*") if file.is_file()
    )

    picture = project / "digit.png"
    digit = Image.new("L", (28, 28), 0)
    digit.paste(255, (12, 4, 16, 24))
    digit.save(picture)
    code, out, err = say("predict", "tiny#0", str(picture))
    assert code == 0, err
    code, out, err = say("insight", "tiny#1")
    assert code == 0, err
    code, out, err = say("export", "tiny#0", "--to", "keras")
    assert code == 0, err
    code, out, err = say("doctor")
    assert "PROBLEM" not in out, out
    assert code == 0, err
    code, out, _ = say("ui", "tiny")
    assert (code, out.startswith(f"MLflow UI: {lab.tracking.url}/#/experiments/")) == (0, True)

    code, out, err = say("copy", "lab", "mlruns")
    assert code == 0, err
    assert re.match(r"tiny: 4 trials, \d+ evaluations and \d+ files are in mlruns, equal to those in lab", out)
    assert say("compare", "mlruns:tiny", "lab:tiny")[0] in (0, 3)
    code, out, _ = say("show", "tiny", "--store", "mlruns")
    assert out == shown, "the same verdicts, to the letter"
    for table, column in (("tags", "value"), ("params", "value"), ("experiment_tags", "value"), ("runs", "name")):
        (count,) = lab.postgres.execute("mlflow", f"SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%{PASSWORD}%'")
        assert count == (0,), table


@pytest.mark.skipif(importlib.util.find_spec("optuna_dashboard") is None, reason="needs the extra dashboard")
def test_the_dashboard_takes_the_password_where_nobody_sees_it(lab, project, start):  # noqa: F811
    from harness.store import open_store

    with open_store("lab").hold("tiny"):
        pass
    watch = Arguments()
    watch.start()
    process = start("dashboard", "--store", "lab", "--port", "18123")
    line = process.stdout.readline()
    watch.over.set()
    process.terminate()
    process.communicate(timeout=60)
    assert line.startswith("optuna-dashboard: http://127.0.0.1:18123/dashboard")
    assert not [one for one in watch.seen if PASSWORD in one]


def test_two_drivers_on_one_study_and_on_two(lab, project, start):  # noqa: F811
    (project / "studies" / "other.toml").write_text((project / "studies" / "tiny.toml").read_text())
    first, second, third = (start("run", name, "--store", "lab") for name in ("tiny", "tiny", "other"))
    ended = [process.communicate(timeout=300) for process in (first, second, third)]
    codes = [process.returncode for process in (first, second, third)]
    assert codes[2] == 0, ended[2]
    assert sorted(codes[:2]) in ([0, 2], [0, 0]), ended  # the second may have come when the first was done
    if 2 in codes:
        assert "is being run by process" in ended[codes.index(2)][1]
    from harness.results import load_results

    for name in ("tiny", "other"):
        trials = load_results(name, "lab").trials
        assert len(trials) == 4
        assert not trials.duplicated(["digest", "replicate"]).any()


def test_the_store_of_the_environment_and_a_profile_without_its_variable(lab, project, say):  # noqa: F811
    code, out, err = say("list", HARNESS_STORE="lab")
    assert code == 0, err
    lab.write_profile(project, storage_password_env="NOT_SET")
    code, out, err = say("list", "--store", "lab")
    assert code == 2
    assert "names the environment variable NOT_SET, which is not set. Set it." in err
    lab.write_profile(project, storage=lab.postgres.url("optuna", None), storage_password_env="IS_SET")
    code, out, err = say("doctor", "--store", "lab", IS_SET=PASSWORD)
    assert code == 0, err
    assert "answers; PostgreSQL" in out
    lab.write_profile(project, storage=lab.postgres.url("optuna", None))
    known = project / "pgpass"
    known.write_text(f"127.0.0.1:{lab.postgres.port}:optuna:*:{PASSWORD}\n")
    known.chmod(0o600)
    code, out, err = say("doctor", "--store", "lab", PGPASSFILE=str(known))
    assert code == 0, err
    assert "answers; PostgreSQL" in out


def test_a_run_says_in_one_line_that_it_waits_and_goes_on(lab, project, start):  # noqa: F811
    process = start("run", "tiny", "--store", "lab", "--set", "design.replicates=6")
    end = time.monotonic() + 200
    while lab.postgres.execute("mlflow", "SELECT COUNT(*) FROM runs WHERE status = 'FINISHED'") == [(0,)]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    lab.tracking.stop()
    lab.postgres.stop()
    time.sleep(3)
    lab.postgres.start()
    lab.tracking.start()
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    waited = [line for line in err.splitlines() if "does not answer: waiting for up to 600 seconds" in line]
    assert 1 <= len(waited) <= 2, f"a line for each server: {err}"
    assert "Traceback" not in err
    from harness.results import load_results

    trials = load_results("tiny", "lab").trials
    assert trials["status"].tolist() == ["finished"] * 12
    assert not trials.duplicated(["digest", "replicate"]).any()
