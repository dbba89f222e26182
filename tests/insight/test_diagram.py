from harness.insight import Layer, draw_diagram


def test_layers_with_shapes_and_parameters():
    layers = [
        Layer("image", "image", (28, 28, 1)),
        Layer("conv_1", "conv", (28, 28, 16), 416),
        Layer("logits", "dense", (10,), 90),
    ]
    (axes,) = draw_diagram(layers).axes
    texts = [text.get_text() for text in axes.texts]
    assert texts[:2] == ["image", "28×28×1"]
    assert texts[2:5] == ["conv_1", "28×28×16", "416"]
    assert "506 parameters" in texts
    image, conv, _ = (patch for patch in axes.patches if hasattr(patch, "get_height"))
    assert image.get_height() == conv.get_height() == 200  # the largest map
    assert conv.get_width() > image.get_width()  # it has more channels
