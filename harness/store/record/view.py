"""The view of a study's runs in MLflow's UI: trials as rows, what varies and what counts as columns, charts in order.

MLflow keeps views that users share as tags of the experiment, JSON of the state of its page, under a key of their
address. This is such a view, made for the user.
"""

from __future__ import annotations

import colorsys
import json
from collections.abc import Mapping
from typing import Any

from harness.metrics import METRICS, RECORDED, in_mlflow
from harness.study import Study

VIEW_KEY = "harness"
VIEW_TAG = f"mlflow.sharedViewState.{VIEW_KEY}"

COLOUR = "mlflow.runColor"
"""MLflow's tag for the colour that a run has in lists and charts."""

_PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe & Ito (2008), "Color universal design", in the order in which figures of reports take them."""
_GOLDEN = 0.618033988749895
"""Hues that are this part of the circle apart never come near one another, however many there are."""

_SECTIONS = ("val", "train", "test", "target", "seconds", "progress", "features", "machine", "cost", "System metrics")
"""Sections of charts in the order in which a reader wants them: what a training learned first, what no seed changes
last. MLflow makes a section of what stands before the slash in a metric's name, and adds those that are not here."""
_OPEN = ("val", "train", "test", "target")
"""Sections that are not folded."""
_POINTS = ("test_accuracy", "test_loss")
"""Drawn as points over the seconds that they took, on axes that show small differences: bars begin at 0 and are
labelled with two decimals."""


def runs_view(study: Study) -> str:
    """Return the value of the tag :data:`VIEW_TAG` for a study: its trials, the best first by what counts first.

    Sorted by date, its default, the page would fold the trials below their study. What counts is shown from tags, in
    the digits that reports have: MLflow rounds metrics to three decimals. Curves are not smoothed, as they are
    elsewhere in MLflow.
    """
    varied = dict.fromkeys(".".join(path.split(".")[:2]) for path in study.design.dimensions)
    first = study.metrics[0]
    state = {
        "orderByKey": f"metrics.`{in_mlflow(first)}`",
        "orderByAsc": METRICS[first].better == "lower",
        "selectedColumns": [
            *(f"tags.`{METRICS[name].title}`" for name in shown_metrics(study)),
            *(f"params.`{name}`" for name in varied),
        ],
        "runsHiddenMode": "FIRST_20_RUNS",
        "compareRunCharts": _charts(study),
        "compareRunSections": [
            {"uuid": name, "name": name, "display": name in _OPEN, "isReordered": True} for name in _SECTIONS
        ],
        "isAccordionReordered": True,  # else MLflow sorts the sections by name
        "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
        "hideEmptyCharts": True,
        "autoRefreshEnabled": True,
    }
    return json.dumps(state, separators=(",", ":"))


def shown_metrics(study: Study) -> tuple[str, ...]:
    """Return the metrics that are columns of the view: those that the study asks for, and test accuracy."""
    return tuple(dict.fromkeys([*study.metrics, "test_accuracy"]))


def shown_tags(study: Study, values: Mapping[str, float]) -> dict[str, str]:
    """Return what the columns of the view show of a trial: title -> value with its unit, as reports write it.

    Args:
        study: the study.
        values: what was measured, by its name here; a time to the target that is not there was not reached.
    """
    found = {name: values.get(name, float("inf" if METRICS[name].watched else "nan")) for name in shown_metrics(study)}
    return {METRICS[name].title: METRICS[name].show_with_unit(value) for name, value in found.items()}


class Colours:
    """A colour for each variant, as ``#rrggbb``: that of figures in reports while there are few.

    What a search samples is not known before, and has a hue by its digest.

    Args:
        study: the study.
    """

    def __init__(self, study: Study) -> None:
        self._places = {variant.digest: place for place, variant in enumerate(study.variants)}

    def of(self, digest: str) -> str:
        """Return the colour of the variant with a digest."""
        place = self._places.get(digest)
        if place is not None and place < len(_PALETTE):
            return _PALETTE[place]
        turns = int(digest[:8], 16) if place is None else place
        # two lightnesses in turn, both dark enough for white paper
        red, green, blue = colorsys.hls_to_rgb(turns * _GOLDEN % 1, (0.35, 0.5)[turns % 2], 0.65)
        return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _charts(study: Study) -> list[dict[str, Any]]:
    """Return the charts of a study's metrics, in order. MLflow adds one for each metric that has none.

    It would draw a line, of one point, for what is measured at the end.
    """
    on_the_way = study.base.train.test_at or any(path == "train.test_at" for path in study.design.dimensions)
    charts = []
    for name in dict.fromkeys([*RECORDED, *study.metrics]):
        metric = RECORDED.get(name) or METRICS[name]
        line = metric.evaluated or (on_the_way and metric.known == "scored")
        if name in _POINTS and not line:
            charts.append(_points(name))
        charts.append(
            {
                "uuid": name,
                "type": "LINE" if line else "BAR",
                "metricKey": in_mlflow(name),
                "metricSectionId": in_mlflow(name).partition("/")[0],
                "deleted": name in _POINTS and not line,  # known to MLflow, and so not added
                "isGenerated": False,
            }
        )
    return charts


def _points(name: str) -> dict[str, Any]:
    return {
        "uuid": f"{name}_by_seconds",
        "type": "SCATTER",
        "xaxis": {"key": in_mlflow("train_seconds"), "type": "METRIC"},
        "yaxis": {"key": in_mlflow(name), "type": "METRIC"},
        "metricSectionId": in_mlflow(name).partition("/")[0],
        "runsCountToCompare": 100,
        "deleted": False,
        "isGenerated": False,
    }
