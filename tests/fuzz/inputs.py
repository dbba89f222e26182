"""Random inputs, near valid ones and far from them: study files, command lines, IDX files, pictures."""

from __future__ import annotations

import copy
import datetime
import gzip
import io
import json
import struct
import zipfile
from typing import Any

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from tests.conftest import TINY

ODD_TEXTS = [
    "",
    "\0",
    "\x1b[31m",
    "\n",
    "a\tb",
    "\u202e",
    "\ufffe",
    "é数🙂",
    "test_accuracy",
    "hvass02",
    "..",
    "~nobody",
    "$x",
]
ODD_NUMBERS = [
    0,
    -1,
    1,
    2**31,
    2**63 - 1,
    -(2**63),
    2**64,
    10**30,
    0.0,
    -0.0,
    1e-320,
    1e308,
    float("nan"),
    float("inf"),
]

texts = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=20), st.text("ab._-0", max_size=300))
numbers = st.one_of(st.sampled_from(ODD_NUMBERS), st.integers(-5, 500), st.floats())
scalars = st.one_of(numbers, texts, st.booleans(), st.dates(), st.times(), st.just(datetime.datetime(2024, 1, 1)))
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3), max_leaves=12
)

BASES: list[dict[str, Any]] = [
    TINY,
    {**TINY, "design": {"kind": "one_at_a_time", "factors": {"train.batch_size": [32, 64], "model.dense": [[8], []]}}},
    {
        **TINY,
        "design": {
            "kind": "search",
            "trials": 4,
            "space": {
                "train.learning_rate": {"low": 1e-4, "high": 0.1, "log": True},
                "model.conv.0.filters": {"low": 2, "high": 8, "step": 2},
                "model.downsample": ["max_pool", "stride"],
            },
            "confirm": {"top": 1, "replicates": 2},
        },
    },
    {
        "question": "Published?",
        "protocol": "hvass02",
        "model": {"preset": "hvass02"},
        "design": {
            "kind": "factorial",
            "replicates": {"min": 2, "max": 4},
            "factors": {"model.preset": ["hvass02", "digitcnn"]},
        },
        "report": {"reference": [{"name": "a", "metric": "test_accuracy", "value": 0.9, "source": "b", "note": "c"}]},
    },
]

PATHS = [
    "model.conv.0.filters", "model.conv", "model.dense.0", "model.preset", "model.bias", "train.learning_rate",
    "train.max_steps", "train.max_epochs", "train.batch_size", "train.plateau.evaluations", "data.validation",
    "data.split", "data.name", "data.folder", "data.train_images", "seeds.order", "target.value",
    "model.conv.9.kernel", "train", "a.b", "model.conv.x",
]  # fmt: skip


def places(tables: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of nested tables and lists."""
    found = [path] if path else []
    inner = tables.items() if isinstance(tables, dict) else enumerate(tables) if isinstance(tables, list) else ()
    for key, value in inner:
        found += places(value, (*path, key))
    return found


@st.composite
def studies(draw: st.DrawFn) -> dict[str, Any]:
    """Tables of a study, valid ones with one to four places changed, removed or added."""
    tables = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 4))):
        *parents, last = draw(st.sampled_from(places(tables)))
        place = tables
        for part in parents:
            place = place[part]
        what = draw(st.sampled_from(["set", "set", "remove", "add", "factor"]))
        if what == "set":
            place[last] = draw(values)
        elif what == "remove":
            del place[last]
        elif what == "add" and isinstance(place, dict):
            place[draw(texts)] = draw(values)
        elif isinstance(tables.get("design"), dict):
            levels = draw(st.lists(values, max_size=4) | st.fixed_dictionaries({"low": numbers, "high": numbers}))
            levels = levels if isinstance(levels, list) else {**levels, "step": draw(numbers)}
            for key in ("factors", "space"):
                if isinstance(tables["design"].get(key), dict):
                    tables["design"][key][draw(st.sampled_from(PATHS))] = levels
    return tables


def toml(value: Any, top: bool = True) -> str:
    """TOML of nested tables: one line a key at the top, inline tables below; also of what TOML cannot say."""
    if isinstance(value, dict):
        pairs = [f"{json.dumps(str(key))} = {toml(inner, False)}" for key, inner in value.items()]
        return "\n".join(pairs) if top else "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(inner, False) for inner in value) + "]"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else repr(value)


@st.composite
def study_texts(draw: st.DrawFn) -> bytes:
    """The bytes of a study file: TOML of :func:`studies`, some of it damaged, or anything at all."""
    text = toml(draw(studies())).encode("utf-8", "surrogatepass")
    return draw(damaged(text)) if draw(st.integers(0, 3)) == 0 else text


@st.composite
def damaged(draw: st.DrawFn, contents: bytes) -> bytes:
    """Bytes with some of them overwritten, cut out, doubled or put in."""
    data = bytearray(contents)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        if draw(st.booleans()):
            start = min(start, 64)  # headers say more than what follows
        length = draw(st.integers(1, 8))
        how = draw(st.sampled_from(["overwrite", "cut", "double", "insert", "truncate"]))
        if how == "overwrite":
            data[start : start + length] = draw(st.binary(min_size=length, max_size=length))
        elif how == "cut":
            del data[start : start + length]
        elif how == "double":
            data[start:start] = data[start : start + 20 * length]
        elif how == "insert":
            data[start:start] = draw(st.binary(max_size=16))
        else:
            del data[start:]
    return bytes(data)


def idx(array: np.ndarray) -> bytes:
    """The IDX file of an array."""
    return (
        bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()
    )


IDX_SET = {
    "train-images-idx3-ubyte": idx(np.arange(6 * 8 * 8).reshape(6, 8, 8)),
    "train-labels-idx1-ubyte": idx(np.array([0, 1, 0, 1, 2, 2])),
    "t10k-images-idx3-ubyte": idx(np.arange(3 * 8 * 8).reshape(3, 8, 8)),
    "t10k-labels-idx1-ubyte": idx(np.array([0, 1, 2])),
}


@st.composite
def idx_sets(draw: st.DrawFn) -> dict[str, bytes | None]:
    """File name -> contents of a set of four IDX files, of which some are damaged, compressed or missing."""
    files: dict[str, bytes | None] = {}
    for name, whole in IDX_SET.items():
        kind = draw(
            st.sampled_from(["whole", "whole", "damaged", "gzip", "damaged gzip", "header", "missing", "folder"])
        )
        contents = draw(damaged(whole)) if kind == "damaged" else whole
        if kind == "header":
            sides = draw(st.lists(st.sampled_from([0, 1, 3, 8, 2**16, 2**31, 2**32 - 1]), min_size=1, max_size=4))
            contents = bytes([0, 0, 8, len(sides)]) + struct.pack(f">{len(sides)}I", *sides) + whole[-20:]
        if "gzip" in kind:
            contents = gzip.compress(contents, mtime=0)
            contents = draw(damaged(contents)) if kind.startswith("damaged") else contents
        if kind == "folder":
            files[name] = None
        elif kind != "missing":
            files[name + (".gz" if "gzip" in kind else "")] = contents
    return files


def _pictures() -> dict[str, bytes]:
    """File name -> a small valid picture of each kind that is read, and of each mode."""
    grey = np.full((70, 60), 220, np.uint8)
    grey[20:50, 25:32] = 30
    image = Image.fromarray(grey)
    exif = Image.Exif()
    exif[0x0112] = 6
    made: dict[str, tuple[Image.Image, dict[str, Any]]] = {
        "l.png": (image, {}),
        "rgb.png": (image.convert("RGB"), {"exif": exif}),
        "rgba.png": (image.convert("RGBA"), {}),
        "p.png": (image.convert("P"), {"transparency": 3}),
        "one.png": (image.convert("1"), {}),
        "deep.png": (Image.fromarray(grey.astype(np.uint16) * 257), {}),
        "l.jpg": (image, {}),
        "rgb.jpg": (image.convert("RGB"), {"exif": exif, "progressive": True}),
        "cmyk.jpg": (image.convert("CMYK"), {}),
        "p.gif": (image, {"save_all": True, "append_images": [image, image.rotate(90)]}),
        "rgb.webp": (image.convert("RGB"), {"exif": exif}),
        "rgba.webp": (image.convert("RGBA"), {"lossless": True}),
        "moving.webp": (image, {"save_all": True, "append_images": [image.rotate(90)]}),
        "l.bmp": (image, {}),
        "rgb.bmp": (image.convert("RGB"), {}),
    }
    kinds = {"jpg": "JPEG"}
    files = {}
    for name, (picture, options) in made.items():
        buffer = io.BytesIO()
        ending = name.rpartition(".")[2]
        picture.save(buffer, kinds.get(ending, ending.upper()), **options)
        files[name] = buffer.getvalue()
    return files


PICTURES = _pictures()


@st.composite
def pictures(draw: st.DrawFn) -> bytes:
    """The bytes of a picture, damaged."""
    return draw(damaged(PICTURES[draw(st.sampled_from(sorted(PICTURES)))]))


def _own_files() -> dict[str, bytes]:
    """File name -> a zip of class folders, one of a table with pictures, an ``.npz`` file; each can be trained on."""
    folders, table, arrays = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pictures = [Image.fromarray(np.full((5, 6, 3), 9 * number, np.uint8)) for number in range(8)]
    with zipfile.ZipFile(folders, "w") as one, zipfile.ZipFile(table, "w", zipfile.ZIP_DEFLATED) as other:
        rows = ["file,label,split"]
        for number, picture in enumerate(pictures):
            buffer = io.BytesIO()
            picture.save(buffer, "PNG" if number % 2 else "JPEG")
            name, split = f"{number}.{'png' if number % 2 else 'jpg'}", "train" if number < 4 else "test"
            one.writestr(f"{split}/{number // 2 % 2}/{name}", buffer.getvalue())
            other.writestr(name, buffer.getvalue())
            rows.append(f"{name},{number // 2 % 2},{split}")
        other.writestr("labels.csv", "\n".join(rows))
        other.writestr("classes.txt", "zero\none\n")
    images, labels = np.stack([np.asarray(picture) for picture in pictures]), np.arange(8) % 2
    np.savez(arrays, x_train=images[:4], y_train=labels[:4], x_test=images[4:], y_test=labels[4:])
    return {"folders.zip": folders.getvalue(), "table.zip": table.getvalue(), "arrays.npz": arrays.getvalue()}


OWN_FILES = _own_files()


@st.composite
def own_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """Name and contents of a file of images of one's own, damaged."""
    name = draw(st.sampled_from(sorted(OWN_FILES)))
    return name, draw(damaged(OWN_FILES[name]))


@st.composite
def any_images(draw: st.DrawFn) -> Image.Image:
    """A picture of any size, mode F or RGB, with blocks, ramps and noise."""
    height, width = draw(st.tuples(*[st.sampled_from([1, 2, 3, 9, 28, 47, 48, 60, 130, 300, 700])] * 2))
    colours = draw(st.sampled_from([1, 3]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = np.full((height, width, colours), draw(st.integers(0, 255)), float)
    for _ in range(draw(st.integers(0, 5))):
        top, left = random.integers(0, height), random.integers(0, width)
        block = slice(top, top + random.integers(1, height + 1)), slice(left, left + random.integers(1, width + 1))
        values[block] = random.integers(0, 256, colours)
    values += draw(st.sampled_from([0, 30, 200])) * np.linspace(0, 1, width)[None, :, None]
    values += random.normal(0, draw(st.sampled_from([0, 0, 5, 60])), values.shape)
    values = np.clip(values, 0, 255)
    return Image.fromarray(values[..., 0].astype(np.float32) if colours == 1 else values.astype(np.uint8))


COMMANDS = [
    ["validate"],
    ["list"],
    ["show"],
    ["report"],
    ["compare"],
    ["data", "list"],
    ["data", "verify"],
    ["doctor"],
    ["run", "--dry-run"],
    ["predict"],
    ["insight"],
    ["export"],
    ["schema"],
    ["completion"],
    ["ui"],
    ["nonsense"],
]
"""None of them trains, and with the arguments below none finds a network to load or a server to start."""

OPTIONS = [
    "--set", "--name", "--workers", "--threads", "--pack", "--store", "--reports", "--data-dir", "--metric",
    "--margin", "--non-inferior", "--contact-sheet", "--csv", "--only", "--layer", "--features", "--image", "--to",
    "--output", "--force", "--all", "--dry-run", "--help", "--port", "--nonsense", "-", "--",
]  # fmt: skip

WORDS = [
    "tiny",
    "studies/tiny.toml",
    "tiny#0",
    "tiny#",
    "#",
    "nothing",
    ".",
    "..",
    "/",
    "/dev/null",
    "studies",
    "odd",
    "pictures",
    "reports/tiny",
    "mnist",
    "digits",
    "folder:tiny",
    "3",
    "0",
    "-1",
    "1e9",
    "nan",
    "all",
    "test_accuracy",
    "test_accuracy=0.1",
    "test_accuracy=nan",
    "keras",
    "train.max_steps=5",
    "train.max_steps=",
    "model.dense=[[",
    "design.factors={}",
    "a.b.c=1",
    'x="',
    "n" * 300,
    "a/" * 2500,
    "\x1b[31m",
    "a\nb",
    "\udcff",
    "é",
    "http://localhost:1",
    "",
]


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command that trains nothing, with options and words that fit and that do not."""
    words = st.one_of(st.sampled_from(WORDS), texts)
    parts = [*draw(st.sampled_from(COMMANDS))]
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            parts.append(draw(st.sampled_from(OPTIONS)))
        parts.append(draw(words))
    return parts
