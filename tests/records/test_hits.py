import numpy as np
import pytest

from harness.records import are_hits, pack_hits, unpack_hits


def test_bits_by_hand():
    # 1 0 1 and the bit that ends them: 1011 0000; of eight images that bit has a byte of its own
    assert pack_hits(np.array([True, False, True])) == bytes([0b1011_0000])
    assert pack_hits(np.array([True] * 7)) == bytes([0b1111_1111])
    assert pack_hits(np.array([False] * 8)) == bytes([0, 0b1000_0000])
    assert unpack_hits(bytes([0b1011_0000])).tolist() == [True, False, True]


@pytest.mark.parametrize("images", [0, 1, 7, 8, 9, 360, 10_000])
def test_what_is_packed_comes_back(images):
    hits = np.random.default_rng(images).random(images) < 0.9
    packed = pack_hits(hits)
    assert len(packed) == images // 8 + 1
    assert unpack_hits(packed).tolist() == hits.tolist()
    assert unpack_hits(packed).dtype == np.bool_


@pytest.mark.parametrize("packed", [b"", b"\0", b"\xff\0"])
def test_bytes_without_an_end_are_no_hits(packed):
    assert not are_hits(packed)
    with pytest.raises(ValueError, match="packed hits end with a bit of 1"):
        unpack_hits(packed)
