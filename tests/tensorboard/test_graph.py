"""Networks as graphs of their layers, from files made by hand."""

from __future__ import annotations

import json
import zipfile

import pytest

from harness.tensorboard.graph import graph_of

pytest.importorskip("tensorboard", reason="needs the extra tensorboard")


def tensor(name, *shape):
    """Return the output of a layer as Keras writes it."""
    return {"class_name": "__keras_tensor__", "config": {"shape": [None, *shape], "keras_history": [name, 0, 0]}}


def layer(kind, name, *calls, **config):
    nodes = [{"args": list(args), "kwargs": {}} for args in calls]
    return {"class_name": kind, "config": {"name": name, **config}, "inbound_nodes": nodes}


@pytest.fixture
def network(tmp_path):
    """Write a network's file; return the graph that is read from it."""

    def made(layers):
        with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
            archive.writestr("config.json", json.dumps({"class_name": "Functional", "config": {"layers": layers}}))
        return graph_of(tmp_path / "model.keras")

    return made


def shape_of(node):
    return [dim.size for shape in node.attr["_output_shapes"].list.shape for dim in shape.dim]


def test_a_node_a_layer_joined_as_they_are_called(network):
    graph = network([
        layer("InputLayer", "image", batch_shape=[None, 8, 8, 1]),
        layer("Conv2D", "conv", [tensor("image", 8, 8, 1)], filters=4, kernel_size=[3, 3]),
        layer("Add", "sum", [[tensor("image", 8, 8, 1), tensor("conv", 8, 8, 4)]]),
    ])  # fmt: skip
    assert [(node.name, node.op, list(node.input)) for node in graph.node] == [
        ("image", "InputLayer", []), ("conv", "Conv2D", ["image"]), ("sum", "Add", ["image", "conv"]),
    ]  # fmt: skip
    assert [shape_of(node) for node in graph.node] == [[-1, 8, 8, 1], [-1, 8, 8, 4], []]
    assert graph.node[1].attr["kernel_size"].s == b"[3, 3]"


def test_the_layers_of_a_sequential_network_follow_one_another(network):
    layers = [layer("InputLayer", "image"), layer("Flatten", "flat"), layer("Dense", "logits", units=10)]
    for one in layers:
        del one["inbound_nodes"]
    assert [list(node.input) for node in network(layers).node] == [[], ["image"], ["flat"]]


NO_LAYERS = [None, 7, [1], [{"config": {}}], [{"class_name": "Dense", "config": {"name": []}}, 3]]


@pytest.mark.parametrize("layers", NO_LAYERS)
def test_what_is_no_graph_gives_none(network, layers):
    assert network(layers) is None


def test_a_damaged_file_gives_none(tmp_path):
    file = tmp_path / "model.keras"
    assert graph_of(file) is None
    file.write_bytes(b"PK\x03\x04 no archive")
    assert graph_of(file) is None
