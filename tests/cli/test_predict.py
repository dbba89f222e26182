"""`harness predict` and `harness export` as a user meets them: real processes."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.cli import cli
from harness.errors import HarnessError, UsageError


@pytest.fixture
def pictures(tmp_path):
    """A 1 and a picture that is none, in ``mine/``."""
    (tmp_path / "mine").mkdir()
    pixels = np.full((60, 40), 255, np.uint8)
    pixels[10:50, 18:23] = 0
    Image.fromarray(pixels).save(tmp_path / "mine" / "1 straight.png")
    (tmp_path / "mine" / "2.png").write_text("no picture")
    return tmp_path / "mine"


def call(*arguments):
    """Run a command in this process; its exit code."""
    return cli.main(list(map(str, arguments)), standalone_mode=False)


class TestPredict:
    def test_all_that_a_user_gets(self, shelf, pictures, tmp_path, capsys):
        sheet, table = tmp_path / "sheet.png", tmp_path / "table.csv"
        options = ("--store", shelf.store, "--contact-sheet", sheet, "--csv", table)
        assert call("predict", "drawn#0", pictures, *options) == 1
        out, err = capsys.readouterr()
        assert "1 straight.png" in out
        assert "drawn#0 (downsample=stride): " in out
        assert out.endswith(f"Contact sheet: {sheet}\nTable:         {table}\n")
        kinds = "PNG, JPEG, WebP, GIF or BMP"
        assert err == f"error: {pictures / '2.png'}: is not a {kinds} picture, or its beginning is damaged.\n"
        assert Image.open(sheet).format == "PNG"
        assert table.read_text().startswith("file,true,predicted,probability,second,second_probability,right,p(0),")
        (pictures / "2.png").unlink()
        assert call("predict", "drawn#0", pictures, *options) is None

    def test_nothing_that_can_be_classified(self, shelf, pictures, tmp_path, capsys):
        options = ("--store", shelf.store, "--contact-sheet", tmp_path / "sheet.png")
        with pytest.raises(UsageError, match=r"2\.png: there is no picture here that could be classified"):
            call("predict", "drawn#0", pictures / "2.png", *options)
        assert not (tmp_path / "sheet.png").exists()

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--contact-sheet", "{mine}/1 straight.png"], "is there already, and is no contact sheet"),
            (["--csv", "{mine}/1 straight.png"], "is one of the pictures to be classified"),
            (["--csv", "nowhere/table.csv"], "cannot be written: nowhere is no folder"),
        ],
    )
    def test_no_picture_is_overwritten(self, shelf, pictures, options, message):
        before = (pictures / "1 straight.png").read_bytes()
        with pytest.raises(UsageError, match=message):
            call("predict", "drawn#0", pictures, "--store", shelf.store, *(o.format(mine=pictures) for o in options))
        assert (pictures / "1 straight.png").read_bytes() == before

    def test_mistakes_are_told_before_keras_is_imported(self, shelf, pictures, project, harness, tmp_path):
        for run, folder, message in (
            ("drawn#1", pictures, "error: drawn#1: the study 'drawn' has no trial '1'. Its trial is drawn#0.\n"),
            (
                "drawn#0",
                tmp_path / "no",
                f"error: {tmp_path / 'no'}: not found. Name a folder with pictures, or one picture.\n",
            ),
        ):
            assert harness("predict", run, str(folder), "--store", str(shelf.store)) == (2, "", message)


class TestPredictOutputs:
    def test_names_that_are_no_utf8_blank_ones_and_other_kinds(self, shelf, pictures, tmp_path, capsys):
        (pictures / "2.png").unlink()
        (pictures / "1 straight.png").rename(pictures / os.fsdecode(b"1_\xff.png"))
        Image.new("L", (60, 60), 200).save(pictures / "3.png")
        (pictures / "4.heic").write_bytes(b"ftypheic")
        sheet, table = tmp_path / "sheet.png", tmp_path / "table.csv"
        options = ("--store", shelf.store, "--contact-sheet", sheet, "--csv", table)
        assert call("predict", "drawn#0", pictures, *options) is None
        out, err = capsys.readouterr()
        assert "1_\\udcff.png" in out
        assert err == f"left out: {pictures / '4.heic'}: no PNG, JPEG, WebP, GIF or BMP picture. Convert it.\n"
        lines = table.read_text(encoding="utf-8").splitlines()
        assert lines[0].endswith(",p(9),remark")
        assert lines[1].startswith(f"{pictures}/1_\\udcff.png,1,")
        assert lines[2].startswith(f"{pictures}/3.png,3,,")
        assert lines[2].endswith(",blank")
        assert {path.name for path in tmp_path.iterdir()} == {"mine", "sheet.png", "table.csv"}

    def test_what_fails_leaves_what_there_was(self, shelf, pictures, tmp_path, monkeypatch):
        sheet, table = tmp_path / "sheet.png", tmp_path / "table.csv"
        options = ("--store", shelf.store, "--contact-sheet", sheet, "--csv", table)
        table.write_text("before")

        def full(*_arguments, **_options):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("pandas.DataFrame.to_csv", full)
        with pytest.raises(
            UsageError, match=r"table\.csv: cannot be written: No space left on device\. Name another file"
        ):
            call("predict", "drawn#0", pictures, *options)
        assert table.read_text() == "before"
        assert {path.name for path in tmp_path.iterdir()} == {"mine", "table.csv"}

    def test_a_table_may_be_a_device(self, shelf, pictures, tmp_path):
        assert call("predict", "drawn#0", pictures, "--store", shelf.store,
                    "--contact-sheet", tmp_path / "sheet.png", "--csv", "/dev/null") == 1  # fmt: skip
        assert not Path("/dev/null").is_file()


class TestExport:
    def test_a_file_named_after_the_run(self, shelf, tmp_path, capsys):
        with contextlib.chdir(tmp_path):
            assert call("export", "drawn#0", "--to", "keras", "--store", shelf.store) is None
            out = capsys.readouterr().out
            assert out.startswith(
                "drawn#0, #0 · downsample=stride · r0: drawn-0.keras\nIt takes float32 images (n, 28, 28"
            )
            assert out.endswith(" drawn-0.keras.json says so too.\n")
            assert {path.name for path in tmp_path.iterdir()} == {"drawn-0.keras", "drawn-0.keras.json"}
            with pytest.raises(HarnessError, match=r"drawn-0\.keras: is there already\. Name another with --output"):
                call("export", "drawn#0", "--to", "keras", "--store", shelf.store)

    def test_an_unknown_form(self, harness):
        code, _, err = harness("export", "drawn#0", "--to", "pickle")
        assert code == 2
        assert err == "error: --to must be one of keras, savedmodel, onnx, tensorboard, got 'pickle'.\n"
