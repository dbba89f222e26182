"""Pictures of steps are where MLflow's image grid looks for them."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from harness.store.local.database import open_client
from harness.store.local.files.disk import FolderDisk
from harness.store.record.recorder import Recorder
from tests.conftest import make_result

KEY = "conv_1 weights"


@pytest.fixture
def recorded(store, tiny, tmp_path):
    """Close a run whose worker left some files; return the client and the run's id."""

    def make(files):
        recorder = Recorder(open_client(store), FolderDisk(store), tiny(), {})
        run_id = recorder.start(0, recorder.study.base, 0, "design")
        staged = tmp_path / "staged"
        for name, content in files.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Image.Image):
                content.save(staged / name)
            else:
                (staged / name).write_text(content)
        recorder.finish(run_id, make_result(), staged)
        assert not staged.exists()
        return recorder.client, run_id

    return make


def test_each_has_its_key_its_step_and_a_thumbnail(recorded, tmp_path):
    red, blue = Image.new("RGB", (20, 10), "red"), Image.new("RGB", (20, 10), "blue")
    client, run_id = recorded({f"steps/{KEY}/0.png": red, f"steps/{KEY}/100.png": blue, "summary.txt": "layers"})
    assert sorted(file.path for file in client.list_artifacts(run_id)) == ["images", "summary.txt"]
    # what MLflow's UI takes apart: key, step, time, a random name; beside each a small copy
    pattern = rf"images/{KEY}\+step\+(\d+)\+timestamp\+\d+\+[0-9a-f-]{{36}}(\.png|\+compressed\.webp)"
    names = [file.path for file in client.list_artifacts(run_id, "images")]
    found = sorted(re.fullmatch(pattern, name).groups() for name in names)
    assert found == [("0", "+compressed.webp"), ("0", ".png"), ("100", "+compressed.webp"), ("100", ".png")]
    assert client.get_run(run_id).data.tags["mlflow.loggedImages"] == "True"
    (first,) = (name for name in names if "+step+0+" in name and name.endswith(".png"))
    with Image.open(client.download_artifacts(run_id, first, str(tmp_path))) as image:
        assert (image.size, image.getpixel((0, 0))) == ((20, 10), (255, 0, 0))
    (small,) = (name for name in names if "+step+0+" in name and name.endswith(".webp"))
    with Image.open(client.download_artifacts(run_id, small, str(tmp_path))) as image:
        assert image.format == "WEBP"


def test_what_is_no_picture_of_a_step_is_an_artifact(recorded):
    square = Image.new("L", (4, 4))
    client, run_id = recorded(
        {"steps/a/last.png": square, "steps/b/3.png": "no picture", "steps/c:d/3.png": square, "steps/e/3.png": square}
    )
    assert [file.path for file in client.list_artifacts(run_id, "steps")] == ["steps/a", "steps/b", "steps/c:d"]
    assert len(client.list_artifacts(run_id, "images")) == 2


def test_a_run_without_any(recorded):
    client, run_id = recorded({"summary.txt": "layers"})
    assert [file.path for file in client.list_artifacts(run_id)] == ["summary.txt"]
    assert "mlflow.loggedImages" not in client.get_run(run_id).data.tags
