"""Functions of the user's, called and looked at."""

from __future__ import annotations

import numpy as np
import pytest

from harness.errors import MetricError
from harness.metrics import OwnMetric, OwnName
from harness.worker.asked import asked_scores
from harness.worker.own_metrics import measure_own

LOGITS = np.array([[2, 1, 0], [0, 2, 1], [0, 1, 2], [0, 1, 2]], np.float32)
LABELS = np.array([0, 1, 1, 0], np.uint8)


def measure(body, unit="", name="cost", **more):
    code = {"mine.py": f"import numpy as np\nimport keras\n\ndef {name}(labels, logits):\n    {body}\n"}
    own = OwnName("test", OwnMetric("cost", "mine.py:cost", "lower", unit))
    return measure_own(own, more.get("logits", LOGITS), LABELS, code)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("return 3", 3.0),
        ("return np.abs(labels - logits.argmax(axis=1)).mean()", 0.75),
        ("return np.array(0.5, np.float32)", 0.5),
        ("return keras.ops.mean(logits)", 1.0),
        ("return len(labels) * logits.shape[1]", 12.0),
        ("return labels.max() * 300", 300.0),  # more than the byte of a label holds
    ],
)
def test_what_it_gives(body, value):
    assert measure(body) == value
    assert type(measure(body)) is float


@pytest.mark.parametrize(
    ("body", "unit", "said"),
    [
        (
            "return labels",
            "",
            r"mine.py: cost\(labels of 4 images, logits of 4 x 3\) must .*, got an array of 4",
        ),
        ("return logits", "", "got an array of 4 x 3"),
        ("return None", "", "must give a number, got None, a NoneType"),
        ("return True", "", "must give a number, got True, a bool"),
        ("return '3'", "", "must give a number, got '3', a str"),
        ("return 1j", "", "must give a number"),
        ("return float('nan')", "", "must give a finite number, got nan"),
        ("return np.log(0.0)", "", "must give a finite number, got -inf"),
        ("return 1e300", "", r"must give a finite number, got 1e\+300"),
        ("return 1.5", "share", "must give a number from 0 to 1, as unit = 'share' has it, got 1.5"),
        ("return {}['x']", "", r"(?s)mine.py, line 5: cost\(.*\) raised KeyError: 'x'.*File \"mine.py\", line 5"),
        ("return labels + logits", "", "raised ValueError: operands could not be broadcast"),
        ("raise SystemExit(3)", "", "raised SystemExit: 3"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_it_may_not_give(body, unit, said):
    with pytest.raises(MetricError, match=said):
        measure(body, unit)


def test_a_file_that_cannot_be_executed_is_told():
    code = {"mine.py": "import nowhere\ndef cost(labels, logits): pass\n"}
    with pytest.raises(MetricError, match=r"mine.py, line 1: its statements raised ModuleNotFoundError: .*'nowhere'"):
        measure_own(OwnName("val", OwnMetric("cost", "mine.py:cost")), LOGITS, LABELS, code)


def test_it_gets_copies():
    logits = LOGITS.copy()
    assert measure("logits[:] = 0; labels[:] = 7; return 0", logits=logits) == 0
    assert (logits == LOGITS).all()
    assert LABELS.tolist() == [0, 1, 1, 0]


def test_a_network_that_diverged_is_not_shown_to_it():
    logits = np.full((4, 3), np.nan, np.float32)
    code = {"mine.py": "def cost(labels, logits): raise ValueError\n"}
    names = [OwnName("val", OwnMetric("cost", "mine.py:cost"))]
    assert asked_scores("val", names, logits, LABELS, code) == {}
    assert asked_scores("test", names, LOGITS, LABELS, code) == {}, "another form"


def test_names_go_out_as_plain_text():
    names = [OwnName("val", OwnMetric("cost", "mine.py:cost")), "val_macro_f1"]
    found = asked_scores("val", names, LOGITS, LABELS, {"mine.py": "def cost(labels, logits): return 2\n"})
    assert found["val_cost"] == 2
    assert {type(name) for name in found} == {str}
