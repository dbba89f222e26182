from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from harness.errors import DataError
from harness.image_sets import clear, kept_sets
from harness.image_sets.own import decoding
from harness.image_sets.sources import cache as own_cache
from tests.image_sets.own.conftest import numbers, png, write, zipped


@pytest.fixture
def decoded(monkeypatch) -> list[str]:
    """The names of all pictures that were decoded."""
    names: list[str] = []
    real = decoding._Decoder.decode
    monkeypatch.setattr(decoding._Decoder, "decode", lambda self, name: (names.append(name), real(self, name))[1])
    return names


@pytest.mark.parametrize("store", [lambda place, files: write(place, files),
                                   lambda place, files: zipped(place.with_suffix(".zip"), files)])  # fmt: skip
def test_a_set_is_decoded_once(tmp_path, read, split, decoded, store):
    place = store(tmp_path / "p", split)
    first = read(place)
    assert len(decoded) == 5
    again = read(place)
    assert len(decoded) == 5
    assert np.array_equal(first.train_images, again.train_images)
    assert first.digest == again.digest
    assert not again.train_images.flags.writeable


def test_contents_decide(tmp_path, read, split, decoded):
    place = write(tmp_path / "p", split)
    first = read(place)
    (place / "train/cat/a.png").touch()
    read(place)
    write(tmp_path / "copy", split)
    assert read(tmp_path / "copy").digest == first.digest
    assert len(decoded) == 5, "touched or copied, it is the same"
    about = (place / "train/cat/a.png").stat()
    (place / "train/cat/a.png").write_bytes(png(100))
    os.utime(place / "train/cat/a.png", ns=(about.st_atime_ns, about.st_mtime_ns))
    assert numbers(read(place).train_images)[0] == 100, "size and time are as before"
    assert len(decoded) == 10


def test_settings_tell_sets_apart(tmp_path, read, split):
    place = write(tmp_path / "p", split)
    assert read(place, image_size=(2, 2)).train_images.shape[1:3] == (2, 2)
    assert read(place, image_size=(2, 3)).train_images.shape[1:3] == (2, 3)
    assert len(kept_sets()) == 2


def test_what_is_kept_is_told_and_cleared(tmp_path, read, split, decoded):
    place = write(tmp_path / "p", split)
    raw = read(place)
    (kept,) = kept_sets()
    assert (kept.source, kept.words, kept.images) == (str(place), "class folders in test, train", 5)
    assert kept.bytes == sum(file.stat().st_size for file in kept.folder.iterdir())
    assert clear() > 0
    assert kept_sets() == []
    assert numbers(raw.train_images) == [0, 2, 1], "who has it open keeps it"
    read(place)
    assert len(decoded) == 10


@pytest.mark.parametrize("name", ["train_images.npy", "facts.json", "test_labels.npy"])
def test_a_damaged_set_is_made_anew(tmp_path, read, split, name):
    place = write(tmp_path / "p", split)
    first = read(place)
    file = kept_sets()[0].folder / name
    file.write_bytes(file.read_bytes()[:-3])
    again = read(place)
    assert (numbers(again.train_images), again.digest) == ([0, 2, 1], first.digest)


def test_a_folder_that_changes_while_it_is_read(tmp_path, read, split, monkeypatch):
    place = write(tmp_path / "p", split)
    real = own_cache._finish
    make = decoding._decode

    def meddle(*arguments):
        write(place, {"train/cat/new.png": png(7)})
        return make(*arguments)

    monkeypatch.setattr(decoding, "_decode", meddle)
    assert real is own_cache._finish
    with pytest.raises(DataError, match=r"p: has changed while it was read. Run again when nothing writes there."):
        read(place)
    assert kept_sets() == []


def _read_in_process(place: Path, settings: dict[str, object], queue: multiprocessing.Queue) -> None:
    from harness.image_sets import IMAGE_SETS, Reading

    count = 0
    real = decoding._Decoder.decode

    def decode(self, name):
        nonlocal count
        count += 1
        if settings.get("die"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, name)

    decoding._Decoder.decode = decode
    image_set = IMAGE_SETS["folder"].read_as(Reading())
    raw = image_set.read(image_set.fetch(named=place))
    queue.put((count, raw.digest))


def test_of_many_processes_one_decodes(tmp_path, split):
    place, context = write(tmp_path / "p", split), multiprocessing.get_context("fork")
    queue = context.Queue()
    processes = [context.Process(target=_read_in_process, args=(place, {}, queue)) for _ in range(6)]
    for process in processes:
        process.start()
    found = [queue.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert sorted(count for count, _ in found) == [0, 0, 0, 0, 0, 5]
    assert len({digest for _, digest in found}) == 1


def test_a_killed_process_leaves_nothing_that_counts(tmp_path, read, split, cache):
    place, context = write(tmp_path / "p", split), multiprocessing.get_context("fork")
    process = context.Process(target=_read_in_process, args=(place, {"die": True}, context.Queue()))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert kept_sets() == []
    assert numbers(read(place).train_images) == [0, 2, 1]
    assert [path for path in (cache / "decoded").iterdir() if ".harness-" in path.name] == []


def test_a_cache_that_cannot_be_written(tmp_path, read, split, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"decoded: cannot be written, where decoded images are kept: Not a directory"):
        read(write(tmp_path / "p", split))
