"""Who may run a study: a lock in the database, which goes with its holder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text

from harness.driver import run_study
from harness.errors import RunError, UsageError
from harness.store import open_store
from harness.store.profiles import servers_of
from tests.conftest import ScriptedLauncher, make_result
from tests.servers import PASSWORD, USER, free_port
from tests.store.contract import begin, record

pytestmark = [pytest.mark.postgres, pytest.mark.mlflow_server]


def restart(server):
    server.stop()
    server.start()


def test_the_lock_is_taken_again_after_a_restart_of_the_database(lab, tiny):
    place = open_store("lab")
    with place.hold("tiny") as hold:
        recording = hold.begin(tiny(), {})
        run_id = begin(recording)
        restart(lab.postgres)
        recording.flush()
        with pytest.raises(UsageError, match=r"is being run by process \d+ on"), place.hold("tiny"):
            pass
        recording.kill(run_id, "over")
        recording.close("FINISHED")
    with place.hold("tiny"):
        pass


def test_who_lost_the_lock_to_another_stops(lab, tiny):
    place = open_store("lab")
    thief = create_engine(servers_of("lab").storage)

    def lose():
        with place.hold("tiny") as hold:
            recording = hold.begin(tiny(), {})
            record(recording)
            restart(lab.postgres)
            with thief.connect() as connection:
                connection.execute(text("SELECT pg_advisory_lock(hashtextextended('harness: tiny', 0))"))
                recording.flush()

    with pytest.raises(RunError, match="started anew, and study 'tiny' is being run"):
        lose()
    thief.dispose()


def test_a_run_that_lost_its_study_ends_and_leaves_it_alone(lab, tiny):
    thief = create_engine(servers_of("lab").storage)
    thieves = []

    def answer(job):
        if job.trial == 3:
            restart(lab.postgres)
            thieves.append(thief.connect())
            thieves[0].execute(text("SELECT pg_advisory_lock(hashtextextended('harness: tiny', 0))"))
        return make_result()

    with pytest.raises(RunError, match="started anew, and study 'tiny' is being run"):
        run_study(tiny(), store="lab", launch=ScriptedLauncher(answer))
    ((status,),) = lab.postgres.execute("mlflow", "SELECT status FROM runs WHERE name = 'study tiny'")
    assert status == "RUNNING", "it is the other's to close"
    thieves[0].close()
    thief.dispose()
    outcome = run_study(tiny(), store="lab", launch=ScriptedLauncher(lambda job: make_result()))
    assert outcome.finished == 4


def test_a_lock_goes_with_its_process(lab, tmp_path):
    code = """
import time
from harness.store import open_store
with open_store("lab").hold("tiny"):
    print("held", flush=True)
    time.sleep(600)
"""
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    place = open_store("lab")
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=rf"is being run by process {holder.pid} on"), place.hold("tiny"):
            pass
        holder.kill()
    end = time.monotonic() + 20
    while True:
        try:
            with place.hold("tiny"):
                return
        except UsageError:
            assert time.monotonic() < end
            time.sleep(0.1)


@pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="needs pgbouncer")
def test_connections_that_are_shared_are_noticed(lab, tmp_path, tiny):
    port, files = free_port(), lab.postgres.folder
    (files / "users").write_text(f'"{USER}" "{PASSWORD}"\n')
    settings = {
        "listen_addr": "127.0.0.1", "listen_port": port, "auth_type": "plain", "auth_file": files / "users",
        "pool_mode": "transaction", "ignore_startup_parameters": "extra_float_digits,application_name",
    }  # fmt: skip
    lines = [f"{key} = {value}" for key, value in settings.items()]
    databases = f"[databases]\n* = host=127.0.0.1 port={lab.postgres.port}\n[pgbouncer]\n"
    (files / "pgbouncer.ini").write_text(databases + "\n".join(lines) + "\n")
    shared = lab.postgres.url("optuna").replace(f":{lab.postgres.port}/", f":{port}/")
    lab.write_profile(tmp_path, storage=shared)
    bouncer = subprocess.Popen(
        ["pgbouncer", files / "pgbouncer.ini"], user=lab.postgres.user, stderr=subprocess.DEVNULL
    )
    try:
        other = create_engine(shared, connect_args={"prepare_threshold": None})
        end = time.monotonic() + 20
        while True:
            try:
                other.connect().close()
                break
            except Exception:
                assert time.monotonic() < end
                time.sleep(0.1)

        def run():
            with open_store("lab").hold("tiny") as hold, other.connect() as connection:
                recording = hold.begin(tiny(), {})
                connection.execute(text("SELECT 1"))  # a transaction takes a connection of those that are shared
                recording.flush()

        with pytest.raises(RunError, match="its connections are shared, as by pgbouncer"):
            run()
        other.dispose()
    finally:
        bouncer.terminate()
        bouncer.wait(20)
