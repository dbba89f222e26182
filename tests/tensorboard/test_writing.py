"""Event files, read back record by record."""

from __future__ import annotations

import struct
from pathlib import Path

import pandas as pd
import pytest

from harness.tensorboard import Written, write_events
from tests.findings.conftest import POOL, STRIDE, make_study, trial

pytest.importorskip("tensorboard", reason="needs the extra tensorboard")
BEGAN = pd.Timestamp("2026-01-02 03:04:05", tz="UTC")


def events_of(folder: Path) -> list:
    """Return the events of a run's file, whose checksums must be right."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

    (file,) = folder.glob("events.out.tfevents.*")
    data, events = file.read_bytes(), []
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        record = data[12 : 12 + length]
        assert struct.unpack("<I", data[8:12]) == (masked_crc32c(data[:8]),)
        assert struct.unpack("<I", data[12 + length : 16 + length]) == (masked_crc32c(record),)
        events.append(Event.FromString(record))
        data = data[16 + length :]
    return events


def scalars(events) -> list[tuple[str, int, float, float]]:
    """Return (tag, step, value, seconds since the run began) of all numbers."""
    return [
        (value.tag, event.step, round(value.simple_value, 4), event.wall_time - BEGAN.timestamp())
        for event in events
        for value in event.summary.value
        if value.WhichOneof("value") == "simple_value"
    ]


def hparams(events):
    """Return what the HParams plugin is told in a file."""
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    values = [value for event in events for value in event.summary.value if value.HasField("metadata")]
    (value,) = [value for value in values if value.metadata.plugin_data.plugin_name == "hparams"]
    return HParamsPluginData.FromString(value.metadata.plugin_data.content)


@pytest.fixture
def study():
    return make_study(report={"metrics": ["steps_to_target", "test_accuracy"]})


@pytest.fixture
def trials(study):
    rows = [
        trial(study, 0, POOL, 0, started=BEGAN, test_accuracy=0.97, steps=40, train_seconds=2.0, steps_to_target=40),
        trial(study, 1, STRIDE, 0, started=BEGAN, test_accuracy=0.96, steps=60, train_seconds=3.0,
              steps_to_target=float("nan")),
    ]  # fmt: skip
    return pd.DataFrame(rows)


HISTORY = pd.DataFrame(
    {"trial": [0, 0, 1], "step": [40, 20, 60], "train_seconds": [2.0, 1.0, 3.0], "epoch": 0.1,
     "val_accuracy": [0.95, 0.9, 0.8], "val_loss": [0.1, 0.2, float("nan")]}
)  # fmt: skip


def test_a_run_a_trial_with_its_curves_and_scores_at_their_seconds(study, trials, tmp_path):
    assert write_events(study, trials, HISTORY, tmp_path) == Written(runs=2, graphs=0)
    assert sorted(str(file.parent.relative_to(tmp_path)) for file in tmp_path.rglob("events*")) == [
        ".", "base/r0 #0", "downsample=stride/r0 #1",
    ]  # fmt: skip
    events = events_of(tmp_path / "base" / "r0 #0")
    assert events[0].file_version == "brain.Event:2"
    assert scalars(events) == [
        ("val/accuracy", 20, 0.9, 1.0), ("val/loss", 20, 0.2, 1.0),
        ("val/accuracy", 40, 0.95, 2.0), ("val/loss", 40, 0.1, 2.0),
        ("target/steps", 40, 40.0, 2.0), ("test/accuracy", 40, 0.97, 2.0),
    ]  # fmt: skip
    missed = scalars(events_of(tmp_path / "downsample=stride" / "r0 #1"))
    assert missed == [("val/accuracy", 60, 0.8, 3.0), ("test/accuracy", 60, 0.96, 3.0)]


def test_what_varies_with_what_came_out_a_group_a_variant(study, trials, tmp_path):
    write_events(study, trials, HISTORY, tmp_path)
    experiment = hparams(events_of(tmp_path)).experiment
    assert [(info.name, [value.string_value for value in info.domain_discrete.values]) for info in
            experiment.hparam_infos] == [("model.downsample", ["max_pool", "stride"])]  # fmt: skip
    assert [(info.name.tag, info.display_name) for info in experiment.metric_infos] == [
        ("target/steps", "steps to target"), ("test/accuracy", "test accuracy"),
    ]  # fmt: skip
    session = hparams(events_of(tmp_path / "downsample=stride" / "r0 #1")).session_start_info
    assert session.group_name == "downsample=stride"
    assert session.hparams["model.downsample"].string_value == "stride"


def test_many_numbers_are_an_interval(tmp_path):
    rates = [round(0.001 * n, 3) for n in range(1, 31)]
    study = make_study(design={"kind": "one_at_a_time", "factors": {"train.learning_rate": rates}})
    rows = [trial(study, n, {"train.learning_rate": rate}, 0, started=BEGAN) for n, rate in enumerate(rates)]
    write_events(study, pd.DataFrame(rows), pd.DataFrame(), tmp_path)
    (info,) = hparams(events_of(tmp_path)).experiment.hparam_infos
    assert (info.domain_interval.min_value, info.domain_interval.max_value) == (0.001, 0.03)


def test_names_lead_nowhere_else(study, trials, tmp_path):
    trials["variant"] = ["../../up", "a/b\\c\x00"]
    write_events(study, trials, HISTORY, tmp_path / "to")
    assert sorted(path.name for path in (tmp_path / "to").iterdir() if path.is_dir()) == ["__.._up", "a_b_c_"]
    assert [path.name for path in tmp_path.iterdir()] == ["to"]
