"""Reading what an SVG document shows."""

from __future__ import annotations

import json
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    """Return everything that is written, in the order in which it is drawn."""
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def said(svg):
    """Return what the marks of a figure say to who points at them."""
    groups = ElementTree.fromstring(svg).iter(f"{SVG}g")
    return [json.loads(one.get("data-says")) for one in groups if one.get("data-says")]
