"""How every figure looks, whatever it shows: readable without colour, on white and black, the same bytes each time."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.pages.svg.marks import mark_all, written

INK, SOFT, FAINT, GRID, BAND, PAPER = "#222222", "#555555", "#888888", "#dddddd", "#e4e4e4", "#ffffff"
"""Text and what is most important; axes, ticks and reference lines; what stands behind; grid; margins; the ground."""
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", INK)
"""Okabe & Ito (2008), "Color universal design": told apart by colour-blind readers. Their yellow is too pale here."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
VERDICT_COLOURS = {
    "better": "#009E73", "worse": "#D55E00", "equivalent": "#0072B2", "identical": "#0072B2", "undecided": FAINT,
}  # fmt: skip
VERDICT_MARKERS = {"better": "^", "worse": "v", "equivalent": "s", "identical": "D", "undecided": "o"}
"""A shape for each verdict, filled where it is decided: colour is never all that tells."""
_IN_THE_DARK = {
    INK: "#e6e9ec", SOFT: "#a9b2bc", FAINT: "#8a939d", GRID: "#323a42", BAND: "#343c45", PAPER: "#15191d",
    PALETTE[0]: "#3d9be0", PALETTE[1]: "#f07c2e", PALETTE[2]: "#1fc091",
}  # fmt: skip
"""Colour -> what it is where a reader prefers dark pages; other colours are the same there."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, searchable, in the reader's font
    "svg.hashsalt": "harness",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "figure.facecolor": PAPER,
    "savefig.facecolor": "auto",
    "axes.facecolor": "none",
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "path.simplify": True,
}


@contextlib.contextmanager
def report_style() -> Iterator[None]:
    """Draw and save as reports are drawn, whatever a file ``matplotlibrc`` in the working directory says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def plain_axes(axes: Axes) -> None:
    """Give axes a faint grid, and no frame at the top and on the right."""
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def svg_of(canvas: Figure) -> str:
    """Return a drawn canvas as an SVG document without a date: opaque, dark where the reader prefers that."""
    mark_all(canvas)
    file = io.StringIO()
    canvas.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return written(file.getvalue(), canvas).replace("</defs>", f" {_THEME}{dark_rules()}{_END}\n </defs>", 1)


_THEME, _END = '<style class="theme">', "</style>"


def dark_rules(within: str = "") -> str:
    """Return the CSS that turns a figure's colours where dark is preferred, on screens alone: paper is white.

    Matplotlib writes colours into the style of each element, so that what others open (Inkscape, LaTeX) is a plain
    figure on white; the rules find them there.

    Args:
        within: a selector of what the figures are in; by default the rules are of a whole document.
    """
    start = f"{within} " if within else ""
    rules = [
        f'{start}[style*="{what}: {light.lower()}"]{{{what}:{dark}!important}}'
        for light, dark in _IN_THE_DARK.items()
        for what in ("fill", "stroke")
    ]
    return "@media screen and (prefers-color-scheme:dark){" + "".join(rules) + "}"


def themeless(svg: str) -> str:
    """Return a figure without its own rules, for a page that has them once for all of its figures."""
    start, rest = svg.split(_THEME, 1)
    return start + rest.split(_END, 1)[1]
