"""``labels.csv``: a line for each picture, with its label and perhaps its split."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from harness.errors import DataError, show_value


class Row(NamedTuple):
    """A line of the table.

    Attributes:
        line: its number in the file.
        file: name of the picture, relative to the table.
        label: its class.
        split: what the column says, in small letters; empty without one.
    """

    line: int
    file: str
    label: str
    split: str


def read_table(contents: bytes, path: Path) -> list[Row]:
    """Return the lines of a table with the columns ``file`` and ``label``, perhaps ``split``; others are passed over.

    Args:
        contents: of the file.
        path: of the file, for messages.

    Raises:
        DataError: if a column or a value is missing, a file is named twice or outside the folder, or it is no CSV.
    """
    try:
        reader = csv.DictReader(StringIO(contents.decode("utf-8-sig"), newline=""), strict=True)
        columns = {name.strip().lower(): name for name in reader.fieldnames or () if name}
        missing = [name for name in ("file", "label") if name not in columns]
        if missing:
            got = ", ".join(map(show_value, list(columns)[:5])) or "nothing"
            raise DataError(f"{path}: must begin with a line that names the columns file and label, got {got}.")
        rows: list[Row] = []
        seen: set[str] = set()
        for record in reader:
            file, label, split = (
                (record.get(columns.get(name, name)) or "").strip() for name in ("file", "label", "split")
            )
            name = PurePosixPath(file)
            if not file or not label:
                raise DataError(
                    f"{path}: line {reader.line_num} must have a file and a label, got {show_value(file or label)}."
                )
            if name.is_absolute() or ".." in name.parts:
                raise DataError(
                    f"{path}: line {reader.line_num} must name a file in its folder, got {show_value(file)}."
                )
            if str(name) in seen:
                raise DataError(f"{path}: line {reader.line_num} names {show_value(file)} again. Keep one line of it.")
            seen.add(str(name))
            rows.append(Row(reader.line_num, str(name), label, split.lower()))
    except UnicodeDecodeError:
        raise DataError(f"{path}: must be UTF-8 text, got other bytes. Save it as UTF-8.") from None
    except csv.Error as error:
        raise DataError(f"{path}: is no CSV: {error}.") from None
    if not rows:
        raise DataError(f"{path}: must have a line for each picture, got none.")
    return rows
