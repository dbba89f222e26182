"""Pictures of what networks learned, in a report."""

import base64
import shutil

import pytest

from harness.pages.insight_pictures import KEPT
from harness.reports.reading import read_report
from harness.reports.writing import write_report

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def drawn(study, tmp_path):
    """Pictures of the stride variant, one of them not for reports."""
    folder = tmp_path / "drawn"
    folder.mkdir()
    for name in ("network.png", "misclassified.png", "outputs_conv_2_test0.png"):
        (folder / name).write_bytes(PNG)
    return {study.variants[1].digest: folder}


def test_a_few_are_kept_and_shown(study, trials, history, tmp_path, drawn):
    folder = tmp_path / "x"
    files = write_report(study, trials, history, folder, pictures=drawn)
    (digest,) = drawn
    assert sorted(path.name for path in (folder / "insight" / digest).iterdir()) == ["misclassified.png", "network.png"]
    page = files.html.read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,iVBORw0KGgo") == 2
    assert 'alt="Diagram of the network downsample=stride: its layers' in page
    text = files.markdown.read_text(encoding="utf-8")
    assert f"](insight/{digest}/network.png)" in text
    assert [*KEPT][0::4] == ["network.png", "misclassified.png"]
    assert text.index("network.png") < text.index("misclassified.png")


def test_they_stay_when_the_report_is_built_from_its_tables(study, trials, history, tmp_path, drawn):
    folder = tmp_path / "x"
    before = write_report(study, trials, history, folder, pictures=drawn).html.read_bytes()
    shutil.rmtree(tmp_path / "drawn")
    assert write_report(*read_report(folder), folder).html.read_bytes() == before


def test_without_pictures_there_is_no_chapter(study, trials, history, tmp_path):
    files = write_report(study, trials, history, tmp_path / "x")
    assert "What the networks learned" not in files.html.read_text(encoding="utf-8")
    assert not (tmp_path / "x" / "insight").exists()


def test_of_many_variants_the_first_two_are_shown(study, trials, history, tmp_path, drawn):
    (folder,) = drawn.values()
    everywhere = {variant.digest: folder for variant in study.variants}
    page = write_report(study, trials, history, tmp_path / "x", pictures=everywhere).html.read_text(encoding="utf-8")
    assert page.count("<summary>base") + page.count("<summary>downsample") == 2
