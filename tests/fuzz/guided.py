"""Coverage-guided fuzzing of the readers: ``python -m tests.fuzz.guided idx --seconds 60``.

Atheris changes inputs so that they reach code that no input has reached before. An exception that is no HarnessError,
or an input that takes more than ten seconds, ends it with a traceback and leaves the input in the folder of
``--found``.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["harness", "tomllib", "PIL"]):
    import tomllib  # noqa: F401  what load_study reads with

    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    from harness.data import fit_picture, read_picture
    from harness.errors import HarnessError
    from harness.image_sets import Framing
    from harness.image_sets.sources.idx import parse_idx, read_idx
    from harness.study import load_study

from tests.fuzz import inputs

FRAMES = [Framing(20 / 28, "mass"), Framing(1.0, strokes=False)]


def read_set(path: Path) -> None:
    """Read a file as images and as labels."""
    for kind in ("images", "labels"):
        with contextlib.suppress(HarnessError):
            parse_idx(read_idx(path, kind), path, kind)


def read_and_fit(path: Path) -> None:
    """Read a picture, and bring a small one into the frame of a set."""
    image = read_picture(path)
    if image.width * image.height < 300_000:
        for frame in FRAMES:
            fit_picture(image, frame, (28, 28, 1))


def valid(reader: str) -> list[bytes]:
    """The inputs to begin with."""
    if reader == "study":
        return [inputs.toml(tables).encode() for tables in inputs.BASES]
    return list((inputs.PICTURES if reader == "pictures" else inputs.IDX_SET).values())


READERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "idx": (read_set, "x"),
    "gzip": (read_set, "x.gz"),
    "pictures": (read_and_fit, "x.png"),
    "study": (load_study, "x.toml"),
}


def main() -> None:
    """Fuzz one reader for some seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    read, name = READERS[options.reader]
    folder = Path(tempfile.mkdtemp(prefix="harness-fuzz-"))
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, contents in enumerate(valid(options.reader)):
        packed = inputs.gzip.compress(contents) if options.reader == "gzip" else contents
        (seeds / str(number)).write_bytes(packed)
    path = folder / name

    def one(data: bytes) -> None:
        path.write_bytes(data)
        with contextlib.suppress(HarnessError):
            read(path)

    limits = [f"-max_total_time={options.seconds}", "-timeout=10", "-max_len=4096", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={options.found}/", "-print_final_stats=1", str(seeds)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
