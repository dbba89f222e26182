from harness.data.idx_sets import IDX_FILES, IDX_SETS
from harness.study import IMAGE_SETS


def test_names_a_file_may_have():
    assert [file.name for file in IDX_FILES] == [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ]
    assert IDX_FILES[1].names == (
        "train-labels-idx1-ubyte",
        "train-labels.idx1-ubyte",
        "train-labels-idx1-ubyte.gz",
        "train-labels.idx1-ubyte.gz",
    )
    assert "train-images-idx4-ubyte.gz" in IDX_FILES[0].names


def test_every_set_is_complete():
    assert set(IDX_SETS) < set(IMAGE_SETS)
    for known in IDX_SETS.values():
        assert len(known.class_names) == 10
        assert len(set(known.sha256)) == 4
        assert {len(digest) for digest in known.sha256} == {64}
        assert len(known.mirrors) > 1
        assert all(mirror.endswith("/") for mirror in known.mirrors)
