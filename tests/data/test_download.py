import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.data.download import download
from harness.errors import DataError


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
