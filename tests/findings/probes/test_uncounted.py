from __future__ import annotations

import numpy as np
import pandas as pd

from harness.findings.facts import facts_of
from harness.findings.probes import uncounted
from harness.study import build_study
from tests.findings.conftest import tables, trial

CODE = {"nets.py": "def net(image_shape, classes, width: int = 8): pass\n"}


def remarks(*macs):
    given = tables(model={"build": "nets.py:net"}, target=None, report=None)
    given["design"] = {"kind": "factorial", "factors": {"model.width": [8 + step for step in range(len(macs))]}}
    study = build_study(given, name="x", code=CODE)
    rows = [
        trial(study, number, {"model.width": 8 + number}, 0, parameters=100.0, macs=value)
        for number, value in enumerate(macs)
    ]
    return uncounted.analyse(facts_of(study, pd.DataFrame(rows), pd.DataFrame())).remarks


def test_variants_whose_operations_are_not_counted_are_named():
    assert remarks(1000.0, np.nan) == (
        "Multiply-accumulates of width=9 are not counted: their networks have layers of the user's own, or others that "
        "harness does not know. The summary.txt of each run names them.",
    )
    assert remarks(1000.0, 2000.0) == ()


def test_many_are_counted():
    (said,) = remarks(*[np.nan] * 7)
    assert said.startswith("Multiply-accumulates of base, width=9, width=10, width=11 and 3 more are not counted")
