"""Synthetic trials whose comparison can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.study import build_study

PLACE = {
    "processor": "Xeon 8581C",
    "device": "cpu",
    "backend": "tensorflow 2.21.0",
    "keras": "3.15.1",
    "python": "3.11.9",
    "threads": 1,
    "workers": 2,
    "pack": 1,
}


def tables(**changes):
    given = {
        "question": "Does a stride of 2 do the work of max-pooling?",
        "data": {"name": "mnist", "validation": 5000},
        "model": {"preset": "hvass02"},
        "train": {"learning_rate": 1e-4, "batch_size": 64, "max_steps": 1000, "evaluate_every": 100},
        "target": {"metric": "val_accuracy", "value": 0.98, "stop": False},
        "design": {
            "kind": "factorial",
            "replicates": 3,
            "factors": {"model.downsample": ["max_pool", "stride"]},
        },
        "report": {"metrics": ["test_accuracy", "seconds_to_target", "parameters"]},
    }
    for key, value in changes.items():
        if value is None:
            given.pop(key, None)
        else:
            given[key] = value
    return given


def make_study(name="pooling_or_stride", **changes):
    return build_study(
        tables(**changes), name=name, source=Path(f"studies/{name}.toml"), text='question = "Does a stride of 2?"\n'
    )


def trial(study, number, settings, replicate, **values):
    variant = study.variant(settings)
    known = {
        "study": study.name,
        "trial": number,
        "run_id": f"{number:032x}",
        "variant": variant.label,
        "digest": variant.digest,
        "replicate": replicate,
        "phase": "design",
        "status": "finished",
        "stop_reason": "maximum",
        "error": None,
        "steps": 1000,
        "epochs": 1.16,
        "steps_to_target": np.nan,
        "seconds_to_target": np.nan,
        "train_seconds": 8.0,
        "prepare_seconds": 0.5,
        "compile_seconds": 1.5,
        "evaluate_seconds": 2.0,
        "record_seconds": 0.1,
        "images_per_second": 8000.0,
        "val_accuracy": 0.98,
        "val_loss": 0.07,
        "train_accuracy": 0.985,
        "train_loss": 0.05,
        "test_accuracy": 0.98,
        "test_loss": 0.06,
        "parameters": 242_062,
        "macs": 3_000_000,
        "activations": 20_000,
        "started": pd.Timestamp("2026-03-01T10:00:00Z") + pd.Timedelta(minutes=number),
        "ended": pd.Timestamp("2026-03-01T10:01:00Z") + pd.Timedelta(minutes=number),
        "data_digest": "9f86d081884c",
        "git_revision": "a9a5abe",
        "version": "0.1.0",
        **PLACE,
        **variant.settings,
    }
    return known | values


def curve(study, settings, number, replicate, ends_at=0.985, seconds=8.0, steps=1000):
    """Evaluations every 100 steps on an exponential approach to a final accuracy."""
    at = np.arange(0, steps + 1, 100)
    accuracy = ends_at - (ends_at - 0.1) * np.exp(-at / 120) + 0.0004 * np.sin(at / 90 + replicate)
    return pd.DataFrame(
        {
            "trial": number,
            "variant": study.variant(settings).label,
            "replicate": replicate,
            "step": at,
            "epoch": at * 64 / 55000,
            "train_seconds": seconds * at / steps,
            "train_loss": np.where(at == 0, np.nan, 1 - accuracy),
            "train_accuracy": np.where(at == 0, np.nan, accuracy - 0.002),
            "val_loss": 1 - accuracy,
            "val_accuracy": accuracy,
        }
    )


POOL, STRIDE = {"model.downsample": "max_pool"}, {"model.downsample": "stride"}


@pytest.fixture
def study():
    return make_study()


@pytest.fixture
def trials(study):
    """Three pairs. Stride: test accuracy lower by 0.1, 0.2 and 0.3 points; half the seconds each time."""
    pool = [(0.986, 4.0, 500), (0.987, 5.0, 600), (0.988, 6.0, 700)]
    stride = [(0.985, 2.0, 600), (0.985, 2.5, 700), (0.985, 3.0, 800)]
    rows = []
    for settings, measured in ((POOL, pool), (STRIDE, stride)):
        for replicate, (accuracy, seconds, steps) in enumerate(measured):
            rows.append(
                trial(
                    study,
                    len(rows),
                    settings,
                    replicate,
                    test_accuracy=accuracy,
                    val_accuracy=accuracy - 0.001,
                    seconds_to_target=seconds,
                    steps_to_target=steps,
                    parameters=242_062 if settings is POOL else 121_031,
                    images_per_second=8000.0 + 1000 * replicate,
                )
            )
    return pd.DataFrame(rows)


@pytest.fixture
def history(study):
    return pd.concat(
        [
            curve(study, settings, 3 * place + replicate, replicate, 0.987 - 0.002 * place, 8.0 / (1 + place))
            for place, settings in enumerate((POOL, STRIDE))
            for replicate in range(3)
        ],
        ignore_index=True,
    )
