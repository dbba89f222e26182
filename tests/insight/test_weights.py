import numpy as np

from harness.insight import draw_weights


def texts(figure):
    return [text.get_text() for text in figure.texts]


def test_a_column_for_each_filter_and_a_row_for_each_input_channel():
    kernel = np.arange(2 * 2 * 3 * 4, dtype=np.float32).reshape(2, 2, 3, 4) - 10
    figure = draw_weights(kernel, "conv_2")
    assert texts(figure) == [
        "Weights of conv_2\n4 filters of 2x2, 3 input channels",
        *"1234",
        "input 1", "input 2", "input 3",
    ]  # fmt: skip
    assert figure.axes[0].get_ylim() == (-37, 37)  # one scale, white at 0: the largest is 47 - 10


def test_one_input_channel_is_a_grid_of_eight_columns():
    figure = draw_weights(np.zeros((5, 5, 1, 10), np.float32), "conv_1", step=1000, most=0.5)
    assert texts(figure)[0] == "Weights of conv_1 after 1,000 steps\n10 filters of 5x5"
    across = [figure.texts[n].get_position()[0] for n in (1, 8, 9)]
    assert across[0] == across[2] < across[1]  # the ninth is below the first
    assert figure.axes[0].get_ylim() == (-0.5, 0.5)
