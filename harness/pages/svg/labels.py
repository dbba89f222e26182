"""Words beside points, placed so that they cover neither each other nor what is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.pages.svg.style import INK
from harness.pages.svg.ticks import text_width

_SIZE = 8.5
_SIDES = [
    (across, up, side)
    for up in (0, 10, -10, 20, -20, 32, -32)
    for across, side in ((8, "left"), (-8, "right"), (0, "center"))
    if up or across
]
"""Where a label may stand beside its point, in points, and what of it is there; the best first."""


@dataclass(frozen=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )


def write_beside(
    canvas: Figure,
    axes: Axes,
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    taken: Sequence[tuple[float, float, float, float]] = (),
) -> None:
    """Write a text beside each point where there is room, inside the axes; one that has none is left out.

    Args:
        canvas: the figure, everything else drawn.
        axes: the axes.
        points: x and y of each, in the units of the axes.
        texts: one each; empty for nothing.
        taken: lines that no text may cover: x and y of both ends of each.
    """
    canvas.draw_without_rendering()  # where things are is known once the layout has been worked out
    scale = 72 / canvas.dpi

    def at(x: float, y: float) -> tuple[float, float]:
        across, up = axes.transData.transform((x, y))
        return float(across) * scale, float(up) * scale

    window = axes.get_window_extent()
    within = _Box(window.x0 * scale, window.y0 * scale, window.x1 * scale + 1, window.y1 * scale)
    places = [at(*point) for point in points]
    boxes = [_Box(x - 5, y - 5, x + 5, y + 5) for x, y in places]
    for line in taken:
        (left, below), (right, above) = at(*line[:2]), at(*line[2:])
        boxes.append(_Box(min(left, right) - 2, min(below, above) - 2, max(left, right) + 2, max(below, above) + 2))
    for (x, y), text, point in zip(places, texts, points, strict=True):
        if not text:
            continue
        wide, tall = text_width(text, _SIZE), 1.2 * _SIZE
        for right, up, side in _SIDES:
            left = x + right - {"left": 0.0, "center": wide / 2, "right": wide}[side]
            box = _Box(left, y + up - tall / 2, left + wide, y + up + tall / 2)
            inside = within.left <= box.left and box.right <= within.right
            inside = inside and within.bottom <= box.bottom and box.top <= within.top
            if inside and not any(box.meets(other) for other in boxes):
                boxes.append(box)
                axes.annotate(
                    text, point, (right, up), textcoords="offset points", ha=side, va="center", fontsize=_SIZE,
                    color=INK, annotation_clip=False,
                ).set_in_layout(False)  # fmt: skip
                break
