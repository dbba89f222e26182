"""What people have, read as one would expect; what cannot be read is named in one line."""

from __future__ import annotations

import re

import numpy as np
import pytest

from harness.errors import DataError
from tests.image_sets.own.conftest import numbers, pictures, png, write, zipped

TREE = tuple(f"{label}/{index}.png" for label in ("cat", "dog") for index in range(10))


class TestClassFolders:
    def test_in_train_and_test(self, tmp_path, read, split):
        raw = read(write(tmp_path / "p", split))
        assert (raw.train_images.shape, raw.test_images.shape) == ((3, 4, 6, 3), (2, 4, 6, 3))
        assert numbers(raw.train_images) == [0, 2, 1], "the first of each class, then the second"
        assert raw.train_labels.tolist() == [0, 1, 0]
        assert (numbers(raw.test_images), raw.test_labels.tolist()) == ([3, 4], [0, 1])
        assert (raw.class_names, raw.held_out) == (("cat", "dog"), 0)
        assert (raw.train_images.dtype, raw.train_labels.dtype) == ("uint8", "int32")

    @pytest.mark.parametrize(("train", "test"), [("Train", "TEST"), ("training", "Testing")])
    def test_whatever_their_letters(self, tmp_path, read, split, train, test):
        renamed = {name.replace("train", train).replace("test", test): each for name, each in split.items()}
        assert numbers(read(write(tmp_path / "p", renamed)).test_images) == [3, 4]

    def test_one_tree_and_a_share_of_each_class(self, tmp_path, read):
        raw = read(write(tmp_path / "p", pictures(TREE)), test=0.2)
        assert raw.test_labels.tolist() == [0, 1, 0, 1]
        assert sorted(numbers(raw.train_images) + numbers(raw.test_images)) == list(range(20))
        drawn = sorted(numbers(raw.test_images))
        assert [number - 10 for number in drawn[2:]] == drawn[:2], "the same places of each class: it has one seed"
        more = read(write(tmp_path / "more", pictures([*TREE, "eel/0.png", "eel/1.png"])), test=0.2)
        assert sorted(numbers(more.test_images))[:4] == drawn, "whatever other classes there are"

    def test_without_a_test_split(self, tmp_path, read):
        place = write(tmp_path / "p", pictures(TREE))
        with pytest.raises(DataError, match=r"p: has no test split. Set data.test = 0.2, which takes a fifth"):
            read(place)

    def test_a_share_of_train_alone(self, tmp_path, read):
        raw = read(write(tmp_path / "p", pictures(f"train/{name}" for name in TREE)), test=0.5)
        assert (len(raw.train_labels), len(raw.test_labels)) == (10, 10)

    def test_both_a_test_split_and_a_share(self, tmp_path, read, split):
        with pytest.raises(
            DataError, match=r"p: has a test split of its own, got data.test = 0.2 too. Remove data.test."
        ):
            read(write(tmp_path / "p", split), test=0.2)

    @pytest.mark.parametrize("name", ["val", "valid", "Validation"])
    def test_validation_comes_last(self, tmp_path, read, split, name):
        files = {**split, **pictures([f"{name}/cat/a.png", f"{name}/dog/a.png"], start=5)}
        raw = read(write(tmp_path / "p", files))
        assert (numbers(raw.train_images), raw.held_out) == ([0, 2, 1, 5, 6], 2)

    def test_numbers_are_sorted_by_value(self, tmp_path, read):
        raw = read(
            write(tmp_path / "p", pictures(f"{split}/{n}/a.png" for split in ("train", "test") for n in (10, 9)))
        )
        assert raw.class_names == ("9", "10")

    def test_hidden_files_and_texts_are_passed_over(self, tmp_path, read, split):
        junk = [
            ".DS_Store",
            "train/.DS_Store",
            "train/cat/Thumbs.db",
            "test/dog/.b.png",
            "README.md",
            "__MACOSX/train/x.png",
        ]
        raw = read(write(tmp_path / "p", {**split, **dict.fromkeys(junk, b"junk"), "train/cat/a.xml": b"<a/>"}))
        assert len(raw.train_labels) == 3


class TestClassesFile:
    def test_another_order(self, tmp_path, read, split):
        raw = read(write(tmp_path / "p", {**split, "classes.txt": b"dog\ncat\n"}))
        assert (raw.class_names, raw.train_labels.tolist()) == (("dog", "cat"), [1, 0, 1])
        assert numbers(raw.train_images) == [0, 2, 1]

    def test_other_names(self, tmp_path, read, split):
        raw = read(write(tmp_path / "p", {**split, "Classes.txt": "\ufeffKätzchen\r\nHündchen\r\n".encode()}))
        assert (raw.class_names, raw.train_labels.tolist()) == (("Kätzchen", "Hündchen"), [0, 1, 0])

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            (b"a\nb\nc", "must have a line for each of the 2 classes, got 3"),
            (b"a\na", "must have each class once, got 'a' twice"),
            (b"\xff\xfe", "must be UTF-8 text, got other bytes"),
        ],
    )
    def test_that_does_not_fit(self, tmp_path, read, split, lines, message):
        with pytest.raises(DataError, match=message):
            read(write(tmp_path / "p", {**split, "classes.txt": lines}))


class TestTable:
    FILES = pictures(["img/0.png", "img/1.png", "img/2.png", "3.png"])

    def test_with_splits(self, tmp_path, read):
        table = b"label,file,split,note\nb,img/0.png,train,x\na,img/1.png,Train,y\nb,img/2.png,test,\na,3.png,test,\n"
        raw = read(write(tmp_path / "p", {**self.FILES, "labels.csv": table}))
        assert (numbers(raw.train_images), raw.train_labels.tolist()) == ([1, 0], [0, 1])
        assert (numbers(raw.test_images), raw.class_names) == ([3, 2], ("a", "b"))

    def test_without_splits(self, tmp_path, read):
        table = b"File,Label\r\nimg/0.png,1\r\nimg/1.png,1\r\nimg/2.png,0\r\n3.png,0\r\n"
        raw = read(write(tmp_path / "p", {**self.FILES, "LABELS.CSV": table}), test=0.5)
        assert (len(raw.train_labels), len(raw.test_labels), raw.class_names) == (2, 2, ("0", "1"))

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            (b"", "must begin with a line that names the columns file and label, got nothing"),
            (b"name,class\n", "must begin with a line that names the columns file and label, got 'name', 'class'"),
            (b"file,label\n", "must have a line for each picture, got none"),
            (b"file,label\n3.png,\n", "line 2 must have a file and a label, got '3.png'"),
            (b"file,label\n3.png,a\n4.png,b\n", "line 3 names '4.png', which is not there"),
            (b"file,label\n3.png,a\n./3.png,b\n", "line 3 names './3.png' again"),
            (b"file,label\n../3.png,a\n", "line 2 must name a file in its folder, got '../3.png'"),
            (b"file,label\n/3.png,a\n", "line 2 must name a file in its folder, got '/3.png'"),
            (b"file,label\n3.png,a\n", "img/0.png: has no label: labels.csv has no line for it"),
            (b"file,label\nlabels.csv,a\n", "line 2 must name a PNG, JPEG, WebP, GIF or BMP picture, got 'labels.csv'"),
            (b"file,label,split\n3.png,a,exam\n", "line 2 must have a split of train, val and test, got 'exam'"),
            (b"file,label,split\n3.png,a,test\nimg/0.png,b,\n", "must name a split in every line, or in none"),
            (b'file,label\n"3.png,a\n', "is no CSV: unexpected end of data"),
            (b"file,label\n\xff,a\n", "must be UTF-8 text"),
        ],
    )
    def test_that_is_wrong(self, tmp_path, read, table, message):
        with pytest.raises(DataError, match=re.escape(message)):
            read(write(tmp_path / "p", {**self.FILES, "labels.csv": table}), test=0.5)


class TestZip:
    def test_gives_what_the_folder_gives(self, tmp_path, read, split):
        folder, archive = write(tmp_path / "p", split), zipped(tmp_path / "p.zip", split)
        before = sorted(tmp_path.iterdir())
        one, other = read(folder), read(archive)
        assert np.array_equal(one.train_images, other.train_images)
        assert one.digest == other.digest, "of what is trained on"
        assert [path for path in sorted(tmp_path.iterdir()) if path.name != "cache"] == before

    def test_one_folder_around_everything(self, tmp_path, read, split):
        files = {f"pets/data/{name}": each for name, each in split.items()} | {"__MACOSX/._a.png": b"", "pets/.x": b""}
        assert read(zipped(tmp_path / "p.zip", files)).class_names == ("cat", "dog")

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("../evil.png", "must hold names inside its folder, got '../evil.png'"),
            ("/evil.png", "must hold names inside its folder, got '/evil.png'"),
            ("a\\b.png", "must hold names inside its folder"),
            ("a/b/c/d/e/f/g/h/i.png", "lies too deep"),
        ],
    )
    def test_names_that_lead_out(self, tmp_path, read, split, name, message):
        with pytest.raises(DataError, match=re.escape(message)):
            read(zipped(tmp_path / "p.zip", {**split, name: png(9)}))

    def test_a_link(self, tmp_path, read, split):
        import zipfile

        path = zipped(tmp_path / "p.zip", split)
        link = zipfile.ZipInfo("train/cat/link.png")
        link.external_attr = 0o120777 << 16
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(link, "/etc/passwd")
        with pytest.raises(DataError, match=r"link.png: must be a file, got a link"):
            read(path)

    def test_damage_is_told_with_the_picture(self, tmp_path, read, split):
        path = zipped(tmp_path / "p.zip", split)
        contents = path.read_bytes()
        picture = split["train/dog/a.png"]
        path.write_bytes(contents.replace(picture, picture[:-20] + b"x" * 20))
        with pytest.raises(DataError, match=r"p.zip/train/dog/a.png: is damaged in the zip"):
            read(path)

    def test_no_zip(self, tmp_path, read):
        (tmp_path / "p.zip").write_bytes(b"no zip")
        with pytest.raises(DataError, match=r"p.zip: is no zip, or is damaged"):
            read(tmp_path / "p.zip")


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({}, "p: holds no pictures. data.folder must name class folders"),
            ({"a.npz": b""}, "p: holds no pictures. To read 'a.npz' in it, name that file in data.folder."),
            (pictures(["a.png", "b.png"]), "p/a.png: has no label. Put pictures into a folder for each class, or"),
            (pictures(["cat/a.png", "a.png"]), "p/a.png: must lie in the folder of its class"),
            (pictures(["train/a.png", "test/a/a.png"]), "p/train/a.png: must lie in the folder of its class"),
            (pictures(["cat/a.png"]), "p: must hold pictures of at least two classes, got 'cat' alone"),
            (pictures(["cat/a.png", "cat/more/a.png", "dog/a.png"]), "p/cat/more: must be a picture of the class"),
            ({**pictures(["cat/a.png"]), "dog/a.txt": b""}, "p/dog: holds no PNG, JPEG, WebP, GIF or BMP pictures"),
            ({**pictures(["cat/a.png"]), "dog/a.tif": b""}, "p/dog/a.tif: must be a PNG, JPEG, WebP, GIF or"),
            (pictures(["train/cat/a.png", "train/dog/a.png", "test/cat/a.png"]), "p: has no test picture of the class"),
            (pictures(["test/cat/a.png", "train/dog/a.png", "test/dog/a.png"]), "p: has no training picture of"),
            (pictures(["train/cat/a.png", "Train/dog/a.png"]), "holds the train split, but another folder does too"),
            (pictures(["train/cat/a.png", "more/dog/a.png"]), "p/more: must be called train, test or val"),
            (pictures(["test/cat/a.png", "test/dog/a.png"]), "p/test: must lie beside a folder train, got none"),
        ],
    )  # fmt: skip
    def test_one_line(self, tmp_path, read, files, message):
        (tmp_path / "p").mkdir()
        with pytest.raises(DataError) as found:
            read(write(tmp_path / "p", files))
        assert message in str(found.value)
        assert "\n" not in str(found.value)

    def test_too_few_for_a_share(self, tmp_path, read):
        files = pictures(["cat/a.png", "cat/b.png", "dog/a.png"])
        with pytest.raises(
            DataError, match=r"data.test = 0.5 leaves nothing to train on of the class 'dog', which has 1"
        ):
            read(write(tmp_path / "p", files), test=0.5)

    def test_no_such_place(self, tmp_path, read):
        with pytest.raises(DataError, match=r"none: not found. data.folder must name class folders"):
            read(tmp_path / "none")
        (tmp_path / "a.txt").write_text("a")
        with pytest.raises(DataError, match=r"a.txt: is neither a folder nor a .zip or .npz file"):
            read(tmp_path / "a.txt")


class TestLinks:
    def test_inside_are_followed(self, tmp_path, read, split):
        place = write(tmp_path / "p", split)
        (place / "train" / "dog" / "b.png").symlink_to("../cat/b.png")
        assert numbers(read(place).train_images) == [0, 2, 1, 1]

    def test_outside_are_refused(self, tmp_path, read, split):
        place = write(tmp_path / "p", split)
        write(tmp_path, {"secret.png": png(9)})
        link = place / "train" / "dog" / "b.png"
        link.symlink_to(tmp_path / "secret.png")
        with pytest.raises(DataError, match=r"b.png: must be a file, got a link that leads out of .*, to .*secret.png"):
            read(place)
        link.unlink()
        link.symlink_to("nowhere")
        with pytest.raises(DataError, match=r"b.png: is a link that leads nowhere"):
            read(place)
        link.unlink()
        link.symlink_to(place / "train")
        with pytest.raises(DataError, match=r"b.png: must be a folder, got a link to one"):
            read(place)
