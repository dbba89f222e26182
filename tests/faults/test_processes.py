"""Real drivers with real workers, ended and stopped at random moments: the seed of a schedule is printed.

``HARNESS_FAULTS_SEED=17 python -m pytest -m slow tests/faults/test_processes.py`` runs one again.
"""

from __future__ import annotations

import os
import random
import signal
import time

import psutil
import pytest

from tests.faults import checks

pytestmark = pytest.mark.slow

RUN = ("run", "tiny", "--workers", "2", "--threads", "1", "--set", "train.max_steps=600", "--set", "target.value=1.0")
WHOLE = {"tiny": {"design": 4}}


@pytest.fixture
def draw(request) -> random.Random:
    """Random numbers from a seed that is shown if the test fails."""
    seed = int(os.environ.get("HARNESS_FAULTS_SEED", random.SystemRandom().randrange(10**6)))
    print(f"{request.node.name}: HARNESS_FAULTS_SEED={seed}")
    return random.Random(seed)


def workers_of(process) -> list[psutil.Process]:
    try:
        return [
            child for child in psutil.Process(process.pid).children() if "local_worker" in " ".join(child.cmdline())
        ]
    except psutil.Error:
        return []


def kill_driver(process, draw):
    process.kill()


def interrupt(process, draw):
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does: the whole foreground group


def interrupt_twice(process, draw):
    interrupt(process, draw)
    time.sleep(draw.uniform(0, 0.5))
    interrupt(process, draw)


def terminate(process, draw):
    process.send_signal(signal.SIGTERM)


def kill_worker(process, draw):
    for worker in workers_of(process)[:1]:
        worker.kill()


def stop_worker_a_while(process, draw):
    for worker in workers_of(process)[:1]:
        worker.suspend()
        time.sleep(draw.uniform(0.1, 1.5))
        worker.resume()


def kill_all(process, draw):
    for worker in workers_of(process):
        worker.kill()
    process.kill()


ENDS = (kill_driver, interrupt, interrupt_twice, terminate, kill_all)
DISTURBS = (kill_worker, stop_worker_a_while)


def leave(process) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def wrong(project, expected) -> list[str]:
    return [
        *checks.violations(project / "mlruns", expected, {}, scripted=False),
        *checks.leftovers(project, excused=True),
    ]


def test_ended_and_disturbed_at_random_every_training_is_done_once_and_bit_by_bit_the_same(project, start, draw):
    for _ in range(4):
        process = start(*RUN)
        for action in [*draw.choices(DISTURBS, k=draw.randint(0, 1)), draw.choice(ENDS)]:
            time.sleep(draw.uniform(1, 9))
            print(f"  {action.__name__}")
            if process.poll() is None:
                action(process, draw)
        code, out, err = leave(process)
        assert code in (0, 130, -signal.SIGKILL, -signal.SIGINT), (code, out, err)
        assert "Traceback" not in err, err
    code, out, err = leave(start(*RUN))
    assert code == 0, (out, err)
    assert wrong(project, WHOLE) == []
    disturbed = checks.digests(project / "mlruns")
    code, out, err = leave(start(*RUN, "--store", "undisturbed", "--reports", "elsewhere"))
    assert code == 0, (out, err)
    assert disturbed == checks.digests(project / "undisturbed")
    assert leave(start("doctor"))[0] == 0


def test_the_first_run_of_all_killed_at_random_is_gone_on_with(project, start, draw):
    """An empty cache, so that the databases are made by their migrations; killed while they are."""
    cache = {"XDG_CACHE_HOME": str(project / "cache")}
    for _ in range(3):
        process = start(*RUN, **cache)
        end = time.monotonic() + 30
        while not list(project.glob("mlruns/*mlflow.db*")) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 1.5))
        draw.choice((kill_driver, interrupt))(process, draw)
        code, out, err = leave(process)
        assert code in (130, -signal.SIGKILL), (code, out, err)
    code, out, err = leave(start(*RUN, **cache))
    assert code == 0, (out, err)
    assert wrong(project, WHOLE) == []


def test_of_two_drivers_on_one_study_one_is_refused(project, start, draw):
    first = start(*RUN)
    time.sleep(draw.uniform(0, 1.5))
    second = start(*RUN)
    ends = sorted([leave(first), leave(second)])
    if ends[1][0] != 0:
        assert [code for code, _, _ in ends] == [0, 2], ends
        assert "is being run by process" in ends[1][2]
    assert wrong(project, WHOLE) == []


def test_two_drivers_on_two_studies_of_a_new_store_do_not_meet(project, start, draw):
    cache = {"XDG_CACHE_HOME": str(project / "cache")}
    text = (project / "studies" / "tiny.toml").read_text()
    (project / "studies" / "other.toml").write_text(text)
    first = start(*RUN, **cache)
    time.sleep(draw.uniform(0, 1))
    second = start("run", "other", *RUN[2:], **cache)
    for code, out, err in (leave(first), leave(second)):
        assert code == 0, (out, err)
    assert wrong(project, {**WHOLE, "other": {"design": 4}}) == []
