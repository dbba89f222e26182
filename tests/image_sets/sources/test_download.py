import functools
import os
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.errors import DataError
from harness.image_sets.sources.download import download


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def mirror(tmp_path):
    """A web server on this machine: its address, and the folder it serves."""
    served = tmp_path / "served"
    served.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=served)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", served
        server.shutdown()


def refuse(path):
    raise DataError(f"{path}: not what it should be.")


def test_the_first_mirror_that_has_it_is_used(mirror, tmp_path):
    address, served = mirror
    (served / "good").mkdir()
    (served / "good" / "x.gz").write_bytes(b"contents")
    checked = []
    target = tmp_path / "deep" / "target"
    download("x.gz", [f"{address}none/", f"{address}good/"], target, checked.append)
    assert [path.name for path in target.iterdir()] == ["x.gz"]
    assert (target / "x.gz").read_bytes() == b"contents"
    assert [path.name for path in checked] == ["x.gz"]
    assert checked[0].parent != target, "it must be checked before it gets its place"


def test_every_mirror_and_its_problem_is_named(mirror, tmp_path):
    address, served = mirror
    (served / "x.gz").write_bytes(b"contents")
    gone = "http://127.0.0.1:9/"  # the discard port: nothing listens
    with pytest.raises(DataError) as caught:
        download("x.gz", [gone, f"{address}none/", address], tmp_path / "target", refuse)
    assert str(caught.value) == (
        f"x.gz could not be downloaded: tried {gone}x.gz (no connection), {address}none/x.gz (HTTP status 404), "
        f"{address}x.gz (not what it should be)"
    )
    assert list((tmp_path / "target").iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be written: Not a directory. Free some space"):
        download("x.gz", ["http://127.0.0.1:9/"], tmp_path / "file" / "target", refuse)


class _Half(_Quiet):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b"half")


def test_a_download_that_breaks_off_leaves_nothing(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), _Half) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(DataError, match=r"x\.gz could not be downloaded: tried .*x\.gz \([A-Z]"):
            download("x.gz", [f"http://127.0.0.1:{server.server_port}/"], tmp_path / "target", lambda path: None)
        server.shutdown()
    assert list((tmp_path / "target").iterdir()) == []


def test_what_a_killed_download_left_is_removed_after_an_hour(mirror, tmp_path):
    address, served = mirror
    (served / "x.gz").write_bytes(b"contents")
    target = tmp_path / "target"
    for name, hours in (("old", 2), ("new", 0)):
        folder = target / f".download-{name}"
        folder.mkdir(parents=True)
        (folder / "part").write_bytes(b"half")
        for path in (folder / "part", folder):
            os.utime(path, (time.time() - 3600 * hours,) * 2)
    download("x.gz", [address], target, lambda path: None)
    assert {path.name for path in target.iterdir()} == {".download-new", "x.gz"}
