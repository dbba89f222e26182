"""What of a figure can be pointed at and switched off; the script of the page does both.

Matplotlib lets an artist have an id and nothing else, so that what a mark says travels in its id, as JSON, until the
figure is text; :func:`written` then makes attributes of it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

_START = "harness:"
_MARKED = re.compile(rf"""<g id=(["']){_START}(.*?)\1>""")
_AXES = re.compile(r'<g id="axes_(\d+)">')
_POINTS_PER_INCH = 72
_SCALES = ("linear", "log")


def mark(artist: Artist, series: str = "", says: Sequence[str] = ()) -> None:
    """Let a reader of the page point at an artist, and switch its series off.

    A line with a label is marked without this, as a series of that name.

    Args:
        artist: what was drawn: a line, a band, a scatter of points.
        series: what is switched together, as the legend writes it: the line, the band and the replicates of one
            variant. Empty for what is never switched off.
        says: a text for each point of the artist, in order, or one for all of it. Without any the points of a line
            say their x and y, by the axes and their labels, and other artists say nothing.
    """
    kind = "line" if isinstance(artist, Line2D) else "area"
    artist.set_gid(_START + json.dumps([kind, _shown(series), [_shown(text) for text in says]], ensure_ascii=False))


def mark_all(canvas: Figure) -> None:
    """Mark the lines that have a label and are not marked, and the entries of legends that name a series."""
    lines = [line for axes in canvas.axes for line in axes.lines]
    for line in lines:
        label = str(line.get_label())
        if line.get_gid() is None and not label.startswith("_"):
            mark(line, label)
    known = {_series_of(artist) for axes in canvas.axes for artist in axes.get_children()} - {""}
    for legend in _legends(canvas):
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True):
            if _shown(text.get_text()) in known:
                for part in (text, handle):
                    if part is not None:
                        part.set_gid(_START + json.dumps(["key", _shown(text.get_text()), []], ensure_ascii=False))


def written(svg: str, canvas: Figure) -> str:
    """Return the text of a figure that has been drawn, its marks and its axes as attributes that a script reads.

    ``class="mark line"`` (or ``area``, ``key``) with ``data-series`` and ``data-says``, a JSON list; and at each axes
    ``data-x`` and ``data-y``: label, scale, and two places on the figure with the values there, a JSON list.
    """
    svg = _MARKED.sub(_attributes, svg)
    return _AXES.sub(lambda found: _axes_attributes(found, canvas.axes), svg)


def _attributes(found: re.Match[str]) -> str:
    kind, series, says = json.loads(html.unescape(found[2]))
    attributes = f'class="mark {kind}"'
    attributes += f' data-series="{html.escape(series)}"' if series else ""
    attributes += f' data-says="{html.escape(json.dumps(says, ensure_ascii=False))}"' if says else ""
    title = says[0] if len(says) == 1 else series  # browsers show it where no script runs
    return f"<g {attributes}>" + (f"<title>{html.escape(title)}</title>" if title else "")


def _axes_attributes(found: re.Match[str], all_axes: Sequence[Axes]) -> str:
    """Return where the ends of both axes are, in the units of the figure, whose origin is at the top on the left."""
    place = int(found[1]) - 1
    if place >= len(all_axes):
        return found[0]
    axes = all_axes[place]
    canvas, box = axes.get_figure(root=True), axes.get_position()
    if canvas is None:
        return found[0]
    width, height = (inches * _POINTS_PER_INCH for inches in canvas.get_size_inches())
    across = (box.x0 * width, box.x1 * width, *axes.get_xlim())
    up = ((1 - box.y0) * height, (1 - box.y1) * height, *axes.get_ylim())
    x = _axis(axes.get_xlabel(), axes.get_xscale(), across)
    y = _axis(axes.get_ylabel(), axes.get_yscale(), up)
    return f'{found[0][:-1]} data-x="{x}" data-y="{y}">'


def _axis(label: str, scale: str, ends: Sequence[float]) -> str:
    told: list[Any] = [_shown(label), scale, *(float(f"{end:.8g}") for end in ends)] if scale in _SCALES else []
    return html.escape(json.dumps(told, ensure_ascii=False))


def _legends(canvas: Figure) -> list[Legend]:
    inside = [legend for axes in canvas.axes if (legend := axes.get_legend()) is not None]
    return [*canvas.legends, *inside]


def _series_of(artist: Artist) -> str:
    gid = artist.get_gid() or ""
    return str(json.loads(gid.removeprefix(_START))[1]) if gid.startswith(_START) else ""


def _shown(text: str) -> str:
    """Return text as it is drawn: a figure's dollar signs were kept from making formulas."""
    return text.replace(r"\$", "$")
