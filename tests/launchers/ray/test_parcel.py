"""Folders travel whole, and hold nothing that would lead elsewhere."""

from __future__ import annotations

import contextlib
import io
import tarfile

import pytest

from harness.launchers.ray.parcel import pack, unpack


def test_a_folder_arrives_as_it_was_and_is_packed_once(tmp_path):
    folder = tmp_path / "7"
    (folder / "insight").mkdir(parents=True)
    (folder / "history.csv").write_bytes(b"step\n1\n")
    (folder / "insight" / "a.png").write_bytes(b"\0\xff")
    packed = pack(folder)
    assert not folder.exists()
    assert pack(folder) is None
    there = tmp_path / "there" / "7"
    unpack(packed, there)
    unpack(packed, there)  # in the place of what there is
    files = {str(path.relative_to(there)): path.read_bytes() for path in there.rglob("*") if path.is_file()}
    assert files == {"history.csv": b"step\n1\n", "insight/a.png": b"\0\xff"}
    assert [path.name for path in there.parent.iterdir()] == ["7"]


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside"])
def test_nothing_is_put_outside(tmp_path, name):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    with contextlib.suppress(tarfile.FilterError):
        unpack(packed.getvalue(), tmp_path / "in" / "7")
    assert not (tmp_path / "in" / "outside").exists()
    assert not any(path.name == "outside" and tmp_path not in path.parents for path in tmp_path.parent.glob("outside"))
