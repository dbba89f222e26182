from harness.findings.plots.slices import Slice, SliceFigure
from harness.pages.svg import draw
from tests.pages.svg.drawing import said, texts

FIGURE = SliceFigure(
    name="slices", title="x", y_title="validation accuracy (%)", by_error=True, values=(97.0, 98.0, 99.0), best=(2,),
    best_title="the best validation accuracy",
    slices=(
        Slice("learning_rate", (1e-4, 1e-3, 1e-2), (), (1e-4, 1e-2), logarithmic=True),
        Slice("filters", (8.0, 16.0, 12.0), (), (4.0, 32.0)),
        Slice("downsample", (0.0, 1.0, 0.0), ("max_pool", "stride"), (0.0, 1.0)),
    ),
    description="", chapter="How the search went",
)  # fmt: skip


def test_each_parameter_has_a_panel_with_all_trials():
    svg = draw(FIGURE)
    assert svg == draw(FIGURE)
    shown = texts(svg)
    for text in ("learning_rate", "filters", "downsample", "max_pool", "stride", "validation accuracy (%)",
                 "trials of the search", "the best validation accuracy"):  # fmt: skip
        assert text in shown
    assert said(svg) == [
        ["learning_rate 0.0001: 97", "learning_rate 0.001: 98"],
        ["learning_rate 0.01: 99"],
        ["filters 8: 97", "filters 16: 98"],
        ["filters 12: 99"],
        ["downsample max_pool: 97", "downsample stride: 98"],
        ["downsample max_pool: 99"],
    ]
