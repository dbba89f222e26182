"""System metrics of a study's own run."""

from __future__ import annotations

import threading

import pytest

from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.local.reading.frames import read_frames
from harness.store.record import machine
from harness.store.record.recorder import Recorder
from tests.store.record.test_recorder import record


@pytest.fixture
def recorder(store, tiny):
    return Recorder(open_client(store), FolderDisk(store), tiny(), {})


def system_metrics(recorder):
    metrics = recorder.client.get_run(recorder.parent_id).data.metrics
    return {name: value for name, value in metrics.items() if name.startswith("system/")}


def test_samples_are_written_with_the_next_flush_and_stand_apart_from_trials(recorder, store, monkeypatch):
    record(recorder)
    before = read_frames(store, "tiny")
    monkeypatch.setattr(recorder._machine, "_next", 0.0)
    threads = threading.active_count()
    recorder.flush()
    recorder.flush()  # it is not time yet
    recorder.flush()
    assert threading.active_count() == threads
    found = system_metrics(recorder)
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes"} <= set(found)
    assert 0 <= found["system/cpu_utilization_percentage"] <= 100
    assert found["system/system_memory_usage_megabytes"] > 100
    (point,) = recorder.client.get_metric_history(recorder.parent_id, "system/cpu_utilization_percentage")
    assert point.step == 0
    for frame, expected in zip(read_frames(store, "tiny"), before, strict=True):
        assert frame.equals(expected)


def test_those_of_a_continued_study_follow_on(store, tiny, monkeypatch):
    client = open_client(store)
    recorder = Recorder(client, FolderDisk(store), tiny(), {})
    began = client.get_run(recorder.parent_id).info.start_time
    monkeypatch.setattr(machine.time, "time", lambda: began / 1000 + 305)
    again = Recorder(client, FolderDisk(store), tiny(), {})
    monkeypatch.setattr(again._machine, "_next", 0.0)
    assert again._machine.sample()[0] == 30


def test_a_monitor_that_breaks_fails_nothing(recorder, monkeypatch):
    def broken():
        raise OSError("no such sensor")

    monkeypatch.setattr(recorder._machine, "_next", 0.0)
    monkeypatch.setattr(recorder._machine._monitor, "collect_metrics", broken)
    recorder.flush()
    monkeypatch.setattr(recorder._machine, "_next", 0.0)
    recorder.flush()
    recorder.close("FINISHED")
    assert system_metrics(recorder) == {}
