import pytest

from harness.cost import TOTALS, layer_costs, total_costs
from harness.errors import ImpossibleNetwork
from harness.network import build_network
from harness.study import ModelSpec

MNIST = (28, 28, 1)


def spec(**keys):
    return ModelSpec.model_validate({"conv": [{"filters": 4, "kernel": 3}], "dense": [6], **keys})


def preset(name):
    return ModelSpec.model_validate({"preset": name})


def shapes(model, kinds):
    return [layer.output_shape for layer in layer_costs(model, MNIST, 10) if layer.kind in kinds]


# The shapes are those of the reference networks; the figures are worked out by hand:
# hvass02: parameters 25*16+16 + 25*16*36+36 + 1764*128+128 + 128*10+10
#          macs 28*28*16*25 + 14*14*36*400 + 1764*128 + 128*10
#          activations 28*28*16 + 14*14*36 + 128 + 10
#          activation_ops 14*14*16 + 7*7*36 + 128 (after the pool), 28*28*16 + 14*14*36 + 128 (before it)
#          pool_ops 3 for each of 14*14*16 + 7*7*36 windows
HVASS_SHAPES = [(28, 28, 16), (14, 14, 16), (14, 14, 36), (7, 7, 36), (1764,), (128,), (10,)]
BY_HAND = {
    "hvass02": (HVASS_SHAPES, (242062, 3363072, 19738, 5028, 14700)),
    "hvass13b": (HVASS_SHAPES, (242062, 3363072, 19738, 19728, 14700)),
    "fashion02": (HVASS_SHAPES, (242062, 3363072, 19738, 5028, 14700)),
    "digitcnn": (
        [(24, 24, 32), (12, 12, 32), (8, 8, 64), (4, 4, 64), (1024,), (1024,), (10,)],
        (1111946, 4796416, 23562, 23552, 16896),
    ),
    "keras_two_conv": (
        [(26, 26, 64), (13, 13, 64), (11, 11, 64), (5, 5, 64), (1600,), (128,), (10,)],
        (243786, 5056000, 51146, 51136, 37248),  # the second pool leaves the odd edge out: 3 * 5 * 5 * 64
    ),
    "keras_dense": ([(784,), (128,), (10,)], (101770, 101632, 138, 128, 0)),
    "keras_one_conv": ([(26, 26, 64), (13, 13, 64), (10816,), (256,), (10,)], (2772362, 3160832, 43530, 43520, 32448)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_presets_as_worked_out_by_hand(name):
    expected_shapes, figures = BY_HAND[name]
    assert shapes(preset(name), {"conv", "pool", "flatten", "dense"}) == expected_shapes
    assert total_costs(preset(name), MNIST, 10) == dict(zip(TOTALS, figures, strict=True))


def test_pooling_first_saves_three_quarters_of_the_activation_functions_of_a_block():
    def conv_activations(model):
        return [layer.activation_ops for layer in layer_costs(model, MNIST, 10) if layer.kind == "activation"][:2]

    assert conv_activations(preset("hvass13b")) == [4 * count for count in conv_activations(preset("hvass02"))]


def test_an_odd_edge_costs_less_with_a_same_pool_and_nothing_with_a_valid_one():
    # 5x5 map: 'same' gives 3x3 windows over all 25 values, 'valid' 2x2 windows over 16 of them; 4 channels.
    pools = [
        next(layer for layer in layer_costs(spec(pool_padding=padding), (5, 5, 1), 2) if layer.kind == "pool")
        for padding in ("same", "valid")
    ]
    assert [(pool.output_shape, pool.pool_ops) for pool in pools] == [((3, 3, 4), 64), ((2, 2, 4), 48)]


def test_a_stride_quarters_the_work_of_the_convolution():
    conv_pool, conv_stride = (layer_costs(spec(downsample=how), MNIST, 10)[0] for how in ("max_pool", "stride"))
    assert conv_pool.macs == 28 * 28 * 4 * 9
    assert conv_stride.macs == 14 * 14 * 4 * 9
    assert conv_stride.parameters == conv_pool.parameters == 40


def test_every_column_of_every_layer_by_hand():
    model = spec(batch_norm=True, conv_dropout=0.1, dense_dropout=0.2, output_activation="relu")
    rows = [
        (layer.name, layer.output_shape, *(getattr(layer, name) for name in TOTALS))
        for layer in layer_costs(model, (4, 4, 2), 3)
    ]
    assert rows == [
        ("conv_1", (4, 4, 4), 76, 1152, 64, 0, 0),
        ("batch_norm_1", (4, 4, 4), 16, 0, 0, 0, 0),
        ("activation_1", (4, 4, 4), 0, 0, 0, 64, 0),
        ("pool_1", (2, 2, 4), 0, 0, 0, 0, 48),
        ("dropout_1", (2, 2, 4), 0, 0, 0, 0, 0),
        ("flatten", (16,), 0, 0, 0, 0, 0),
        ("dense_1", (6,), 102, 96, 6, 0, 0),
        ("batch_norm_2", (6,), 24, 0, 0, 0, 0),
        ("activation_2", (6,), 0, 0, 0, 6, 0),
        ("dropout_2", (6,), 0, 0, 0, 0, 0),
        ("logits", (3,), 21, 18, 3, 0, 0),
        ("output_activation", (3,), 0, 0, 0, 3, 0),
    ]


VARIETY = [
    {},
    {"batch_norm": True, "conv_dropout": 0.1, "dense_dropout": 0.5},
    {"padding": "valid", "pool_padding": "valid", "conv": [{"filters": 3, "kernel": 5}, {"filters": 5, "kernel": 2}]},
    {"downsample": "stride", "padding": "valid", "activation": "tanh", "output_activation": "relu"},
    {"downsample": "average_pool", "activation_order": "after_pool", "activation": "linear"},
    {"conv": [{"filters": 3, "downsample": "none"}, {"filters": 5, "downsample": "stride"}, {"filters": 7}]},
    {"conv": []},
    {"dense": [], "batch_norm": True},
    {"dense": [9, 5], "conv": [], "batch_norm": True, "dense_dropout": 0.3},
    {"block": "separable", "padding": "valid", "batch_norm": True, "global_pool": "average"},
    {"block": "separable", "conv": [{"filters": 3}, {"filters": 5, "downsample": "stride"}], "activation": "linear"},
    {"block": "residual", "conv": [{"filters": 3}, {"filters": 3, "downsample": "none"}], "global_pool": "max"},
    {
        "block": "residual",
        "conv": [{"filters": 4, "downsample": "stride"}, {"filters": 6, "block": "plain"}],
        "batch_norm": True,
        "activation_order": "after_pool",
    },
]


@pytest.mark.parametrize("image_shape", [(16, 16, 1), (13, 11, 3)])
@pytest.mark.parametrize("keys", VARIETY, ids=str)
def test_the_keras_model_has_the_same_layers_shapes_and_parameters(keys, image_shape):
    model = build_network(spec(**keys), image_shape, 7, seed=1)
    costs = layer_costs(spec(**keys), image_shape, 7)
    ours = [(cost.name, cost.output_shape, cost.parameters) for cost in costs]
    theirs = [(layer.name, layer.output.shape[1:], layer.count_params()) for layer in model.layers[1:]]
    if any(cost.kind == "projection" for cost in costs):  # Keras lists two branches side by side
        ours, theirs = sorted(ours), sorted(theirs)
    assert theirs == ours
    assert model.count_params() == total_costs(spec(**keys), image_shape, 7)["parameters"]


def test_a_separable_block_by_hand():
    model = spec(block="separable", conv=[{"filters": 4, "kernel": 3}], downsample="stride", dense=[])
    rows = [
        (layer.name, layer.output_shape, layer.parameters, layer.macs) for layer in layer_costs(model, (8, 8, 3), 2)
    ]
    assert rows == [
        ("depthwise_1", (4, 4, 3), 3 * 9 + 3, 4 * 4 * 3 * 9),
        ("activation_1", (4, 4, 3), 0, 0),
        ("conv_1", (4, 4, 4), 3 * 4 + 4, 4 * 4 * 4 * 3),
        ("activation_2", (4, 4, 4), 0, 0),
        ("flatten", (64,), 0, 0),
        ("logits", (2,), 130, 128),
    ]


def test_a_residual_block_by_hand():
    model = spec(block="residual", conv=[{"filters": 4}], downsample="stride", dense=[], global_pool="average")
    rows = [
        (layer.name, layer.output_shape, layer.parameters, layer.macs, layer.activations, layer.pool_ops)
        for layer in layer_costs(model, (8, 8, 3), 2)
    ]
    assert rows == [
        ("conv_1", (4, 4, 4), 27 * 4 + 4, 64 * 27, 64, 0),
        ("activation_1", (4, 4, 4), 0, 0, 0, 0),
        ("conv_2", (4, 4, 4), 36 * 4 + 4, 64 * 36, 64, 0),
        ("projection_1", (4, 4, 4), 3 * 4 + 4, 64 * 3, 64, 0),
        ("add_1", (4, 4, 4), 0, 0, 0, 0),
        ("activation_2", (4, 4, 4), 0, 0, 0, 0),
        ("global_pool", (4,), 0, 0, 0, 60),
        ("logits", (2,), 10, 8, 2, 0),
    ]


def test_a_map_that_shrinks_away_is_an_impossible_network():
    with pytest.raises(ImpossibleNetwork, match="block 1"):
        layer_costs(spec(padding="valid"), (2, 2, 1), 10)


BLOCKS = {
    "separable": {"block": "separable", "conv": [{"filters": 8}, {"filters": 12, "downsample": "stride"}]},
    "residual": {"block": "residual", "conv": [{"filters": 8}, {"filters": 12, "downsample": "stride"}]},
}
ORACLE = [*BLOCKS, "hvass02", "hvass13b", "digitcnn", "keras_two_conv", "keras_dense", "keras_one_conv"]


@pytest.mark.parametrize("name", ORACLE)
def test_the_profiler_of_tensorflow_counts_the_same_multiplications(name):
    """It counts two operations a multiply-accumulate, and of a 'same' convolution those on the padding, too."""
    import tensorflow as tf
    from tensorflow.python.profiler import model_analyzer, option_builder

    asked = spec(**BLOCKS[name]) if name in BLOCKS else preset(name)
    model = build_network(asked, MNIST, 10, seed=0)
    function = tf.function(lambda image: model(image, training=False), autograph=False)
    graph = function.get_concrete_function(tf.TensorSpec((1, *MNIST))).graph
    options = option_builder.ProfileOptionBuilder(option_builder.ProfileOptionBuilder.float_operation())
    profile = model_analyzer.profile(graph, options=options.with_empty_output().build(), cmd="scope")
    counted = {"Conv2D": 0, "MatMul": 0}
    nodes = [profile]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        kind = node.name.rpartition("/")[2].partition("_")[0]
        if kind in ("convolution", "MatMul", "Conv2D"):
            counted["MatMul" if kind == "MatMul" else "Conv2D"] += node.float_ops
    layers = layer_costs(asked, MNIST, 10)
    assert counted == {
        "Conv2D": 2 * sum(layer.macs for layer in layers if layer.kind in ("conv", "projection")),
        "MatMul": 2 * sum(layer.macs for layer in layers if layer.kind == "dense"),
    }
