import math
from dataclasses import replace

import pytest

from harness.judging import Contrast
from harness.judging.contrast import show_more, show_verdict
from harness.stats import Outlook, Verdict

FOUND = Contrast(
    "test_accuracy", "difference", -0.0098, -0.012, -0.0076, 5, p=0.0002, p_holm=0.0004, verdict=Verdict.WORSE
)


def test_in_one_line():
    assert repr(FOUND) == ("<Contrast test_accuracy: −0.98 points (−1.20 to −0.76), 5 pairs, p (Holm) <0.001: worse>")
    nothing = Contrast("test_loss", "difference", math.nan, note="no replicate that both finished")
    assert repr(nothing) == "<Contrast test_loss: –: no verdict; no replicate that both finished>"


def test_in_a_notebook():
    shown = FOUND._repr_html_()
    for text in ("test accuracy", "worse", "−0.98 points", "−1.20 to −0.76", ">5<", "&lt;0.001"):
        assert text in shown
    assert ">ratio<" not in shown
    assert ">ratio<" in Contrast("parameters", "exact", 0.5, verdict=Verdict.BETTER)._repr_html_()


def test_spreads_that_differ_are_told():
    assert show_verdict(replace(FOUND, spreads=3.14)) == "worse; spreads 3.14 times as widely, interval widened"
    assert show_verdict(replace(FOUND, spreads=math.inf)) == "worse; spreads, the other does not, interval widened"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (Outlook(1, 1, 100), "about 1 more replicate"),
        (Outlook(4, 9, 100), "about 4 to 9 more replicates"),
        (Outlook(4, None, 100), "about 4 to over 100 more replicates"),
        (Outlook(None, None, 100), "more than 100 more replicates"),
        (Outlook(7, None, 22, planned=30), "about 7 more replicates, but all 30 may not do"),
        (Outlook(None, None, 22, planned=30), "its 30 replicates may not do"),
        (None, ""),
    ],
)
def test_how_many_more(more, text):
    assert show_more(Contrast("test_accuracy", "difference", 0.1, pairs=8, more=more)) == text
