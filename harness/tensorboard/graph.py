"""A network as TensorBoard draws it: a node a layer, read from the Keras file without Keras and without its weights."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tensorboard.compat.proto.graph_pb2 import GraphDef

_MOST_BYTES = 16_000_000
"""Of a network's description: that of a hundred layers has 100 kB."""


def graph_of(file: Path) -> GraphDef | None:
    """Return the graph of a network; None if the file is damaged, or of a network that is no graph of layers.

    Args:
        file: of Keras, ``model.keras``.
    """
    try:
        with zipfile.ZipFile(file) as archive, archive.open("config.json") as opened:
            model = json.loads(opened.read(_MOST_BYTES))["config"]
        return _graph(model["layers"])
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        return None


def _graph(layers: list[dict[str, Any]]) -> GraphDef:
    from tensorboard.compat.proto.graph_pb2 import GraphDef
    from tensorboard.compat.proto.versions_pb2 import VersionDef

    graph = GraphDef(versions=VersionDef(producer=22))  # of TensorFlow's graphs, since attributes have defaults
    shapes: dict[str, list[int]] = {}
    before: str | None = None
    for layer in layers:
        name, config = str(layer["config"]["name"]), layer["config"]
        node = graph.node.add(name=name, op=str(layer["class_name"]))
        taken = dict(_taken(layer.get("inbound_nodes") or []))
        shapes |= {key: shape for key, shape in taken.items() if shape}
        if "inbound_nodes" not in layer and before:  # of a sequential network
            taken = {before: []}
        node.input.extend(taken)
        if shape := config.get("batch_shape"):
            shapes[name] = shape
        for key, value in config.items():
            if key != "name" and isinstance(value, (str, int, float, list)):
                node.attr[key].s = json.dumps(value).strip('"').encode()
        before = name
    for node in graph.node:
        if node.name in shapes:
            dims = node.attr["_output_shapes"].list.shape.add().dim
            for size in shapes[node.name]:
                dims.add(size=-1 if size is None else int(size))
    return graph


def _taken(value: Any) -> Iterator[tuple[str, list[int]]]:
    """Yield the layers that a call takes the outputs of, and the shape of each."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            yield str(value["config"]["keras_history"][0]), list(value["config"]["shape"])
        else:
            for part in value.values():
                yield from _taken(part)
    elif isinstance(value, list):
        for part in value:
            yield from _taken(part)
