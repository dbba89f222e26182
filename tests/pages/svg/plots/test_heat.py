from dataclasses import replace

import pytest

from harness.findings.plots.heat import HeatCell, HeatFigure
from harness.pages.svg import draw
from harness.pages.svg.plots.heat import goodness
from tests.pages.svg.drawing import said, texts

FIGURE = HeatFigure(
    name="grid", title="x", row_title="downsample", column_title="learning_rate", rows=("max_pool", "stride"),
    columns=("0.0001", "0.001"),
    cells=(
        HeatCell(0, 0, 90.0, "90.00", "reference", "base: 90.00, reference"),
        HeatCell(0, 1, 99.0, "99.00", "better", "fast: 99.00, better"),
        HeatCell(1, 0, 80.0, "80.00", "worse", "stride: 80.00, worse"),
    ),
    better="higher", by_error=True, description="", chapter="The grid",
)  # fmt: skip


def test_each_cell_has_its_mean_and_its_verdict_with_a_shape():
    svg = draw(FIGURE)
    assert svg == draw(FIGURE)
    shown = " ".join(texts(svg))
    for text in ("90.00", "reference", "▲ better", "▼ worse", "max_pool", "stride", "0.0001", "learning_rate"):
        assert text in shown
    assert said(svg) == [[cell.says] for cell in FIGURE.cells]


def test_colours_go_by_how_good_a_cell_is():
    assert goodness(FIGURE) == pytest.approx([0.2314, 1.0, 0.0], abs=1e-4)  # log 20/10 of log 20/1
    assert goodness(replace(FIGURE, by_error=False)) == pytest.approx([10 / 19, 1.0, 0.0])
    assert goodness(replace(FIGURE, by_error=False, better="lower")) == pytest.approx([9 / 19, 0.0, 1.0])
    same = tuple(replace(cell, value=100.0) for cell in FIGURE.cells)
    assert goodness(replace(FIGURE, cells=same)) == [0.5, 0.5, 0.5]
