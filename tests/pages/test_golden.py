"""Every text format, byte for byte, of one made-up study. ``python -m tests.pages.test_golden`` writes them anew.

A changed file is to be read, not just replaced: it is what people see.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.pages.export import to_csv, to_json
from harness.pages.latex import to_latex
from harness.pages.markdown import to_markdown
from harness.pages.tidy import to_tidy_csv
from harness.reports import report
from tests.findings.conftest import curve, make_study, trial

FOLDER = Path(__file__).with_name("golden")
WRITERS = {
    "comparison.md": to_markdown,
    "comparison.csv": to_csv,
    "tidy.csv": to_tidy_csv,
    "comparison.tex": to_latex,
    "report.json": to_json,
}


def comparison():
    """Two factors, three of whose variants go well; with the fourth, some trainings miss the target."""
    study = make_study(
        name="golden",
        design={
            "kind": "factorial",
            "replicates": 4,
            "factors": {"model.downsample": ["max_pool", "stride"], "model.dense_dropout": [0.0, 0.5]},
        },
        report={"metrics": ["test_accuracy", "seconds_to_target", "parameters"], "margin": {"test_accuracy": 0.002}},
    )
    rows, curves = [], []
    for replicate in range(4):
        for place, (pool, rate) in enumerate([("max_pool", 0.0), ("max_pool", 0.5), ("stride", 0.0), ("stride", 0.5)]):
            settings = {"model.downsample": pool, "model.dense_dropout": rate}
            accuracy = round(0.985 - 0.004 * (pool == "stride") + 0.0003 * ((replicate * 7 + place * 3) % 5), 4)
            seconds = 5.0 - 2 * (pool == "stride") + 0.25 * ((replicate + place) % 3)
            missed = place == 3 and replicate % 2 == 0
            rows.append(
                trial(study, len(rows), settings, replicate, test_accuracy=accuracy, val_accuracy=accuracy - 0.001,
                      seconds_to_target=np.nan if missed else seconds, steps_to_target=np.nan if missed else 600,
                      parameters=242_062)
            )  # fmt: skip
            curves.append(curve(study, settings, len(rows) - 1, replicate, ends_at=accuracy))
    return report(study, pd.DataFrame(rows), pd.concat(curves))


@pytest.mark.parametrize("name", WRITERS)
def test_byte_for_byte(name):
    assert WRITERS[name](comparison()) == (FOLDER / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    for file, write in WRITERS.items():
        (FOLDER / file).write_text(write(comparison()), encoding="utf-8", newline="\n")
