"""One run in text, from rows made by hand."""

import io
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from harness.findings.run import run_report_of
from harness.pages.terminal_run import render_run
from tests.findings.conftest import PLACE, make_study


@pytest.fixture
def row():
    return {
        **PLACE,
        "threads": np.int64(1),
        "trial": 7,
        "run_id": "0123456789abcdef0123456789abcdef",
        "variant": "downsample=stride",
        "replicate": 3,
        "phase": "design",
        "status": "finished",
        "stop_reason": "target",
        "error": None,
        "started": pd.Timestamp("2026-01-31 12:00:00", tz="UTC"),
        "steps": 1000.0,
        "epochs": 1.1636,
        "steps_to_target": 800.0,
        "seconds_to_target": 1.25,
        "train_seconds": 1.5,
        "refit_seconds": math.nan,
        "images_per_second": 42_666.7,
        "val_accuracy": 0.9812,
        "val_loss": 0.0654,
        "test_accuracy": 0.9801,
        "parameters": 242_062.0,
    }


@pytest.fixture
def history():
    steps = range(100, 1100, 100)
    accuracies = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.985, 0.9812]
    losses = [2.0, 1.0, 0.5, 0.25, 0.2, 0.1, 0.09, 0.08, 0.06, 0.0654]
    frame = pd.DataFrame({"step": steps, "val_accuracy": accuracies, "val_loss": losses})
    frame[["train_accuracy", "train_loss"]] = 0.5
    tested = pd.DataFrame({"step": [0], "test_accuracy": [0.1]})  # train.test_at: no evaluation, so not in the curve
    return pd.concat([tested, frame], ignore_index=True)


def shown(study, row, history, files=(), width=80):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    places = {"name": "#7 · downsample=stride · r3", "folder": "mlruns/artifacts/x"}
    console.print(render_run(run_report_of(study, row, history), places, [Path(file) for file in files], width))
    return console.file.getvalue()


def test_the_curve_has_first_last_best_and_the_place_of_the_target(row, history):
    lines = shown(make_study(), row, history).splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("learning curve"))
    assert [line.rstrip() for line in lines[head : head + 4]] == [
        "learning curve         first              last        best  at step",
        "validation accuracy  50.00 %  ▁▂▄▅▇█████  98.12 %  98.50 %      900",
        "validation loss       2.0000  █▄▂▁▁▁▁▁▁▁  0.0654    0.0600      900",
        "target 98 %                          ▲    reached               800",
    ]


def test_a_target_that_was_missed_is_said(row, history):
    text = shown(make_study(), {**row, "steps_to_target": math.nan, "stop_reason": "maximum"}, history)
    assert "▲" not in text
    (line,) = (line for line in text.splitlines() if line.startswith("target 98 %"))
    assert line.split() == ["target", "98", "%", "not", "reached"]
    assert "finished: trained for all its steps" in text


def test_without_validation_it_is_the_training_curve(row, history):
    history[["val_accuracy", "val_loss"]] = math.nan
    text = shown(make_study(), row, history)
    assert "training accuracy  50.00 %  ▄▄▄▄▄▄▄▄▄▄" in text
    assert "training loss" in text


def test_what_never_evaluated_has_no_curve(row, history):
    assert "learning curve: no evaluation was recorded" in shown(make_study(), row, history[:1])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits(row, history, width):
    files = ["model.keras", *(f"insight/outputs_conv_{n}_test0.png" for n in range(9))]
    lines = shown(make_study(), row, history, files, width).splitlines()
    assert max(len(line) for line in lines) <= width


def test_what_it_is(row, history):
    text = shown(make_study(), row, history, ["model.keras", "insight/a.png", "insight/b c.png"])
    assert text.startswith("pooling_or_stride#7  #7 · downsample=stride · r3\nDoes a stride of 2 do the work")
    said = {line[:9].strip(): line[10:].strip() for line in text.splitlines()[3:9]}
    assert said == {
        "variant": "downsample=stride",
        "replicate": "3 (design)",
        "status": "finished: reached the target of 98 % validation accuracy",
        "began": "2026-01-31 12:00:00 UTC",
        "ran on": "Xeon 8581C, cpu, tensorflow 2.21.0, 1 thread, 2 workers",
        "run id": "0123456789abcdef0123456789abcdef",
    }
    assert [line.strip() for line in text.splitlines()[-3:]] == [
        "artifacts, in mlruns/artifacts/x",
        "model.keras",
        "insight/: a.png  b\u00a0c.png",
    ]


def test_pictures_by_step_are_told_by_what_they_are_of_and_when(row, history):
    """MLflow names each by time and hash, and keeps a small one besides."""
    files = [
        f"images/{key}+step+{step}+timestamp+1795732790336+135d2acc-3b0d-43a4-9b18-5cd2b92c2ffc{end}"
        for key, steps in (("conv_1 weights", (55, 109, 3000)), ("liked", (300,)))
        for step in steps
        for end in (".png", "+compressed.webp")
    ]
    text = shown(make_study(), row, history, [*files, "images/other.webp"]).replace("\u00a0", " ")
    assert [line.strip() for line in text.splitlines()[-2:]] == [
        "artifacts, in mlruns/artifacts/x",
        "images/: other.webp  conv_1 weights at 3 steps, 55 to 3,000  liked at step 300",
    ]
