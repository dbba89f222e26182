import json
import shutil

import pytest

from harness.reports.index import write_index
from harness.reports.writing import write_report


@pytest.fixture
def reports(tmp_path, study, trials, history):
    """A folder of reports, with one in it."""
    folder = tmp_path / "reports"
    write_report(study, trials, history, folder / "one")
    return folder


def listed(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    return [part.split('/comparison.html"')[0] for part in text.split('<a href="')[1:]]


def test_an_index_is_made_with_the_second_report_and_kept_with_each(reports, study, trials, history):
    assert sorted(path.name for path in reports.iterdir()) == ["one"]
    write_report(study, trials, history, reports / "two")
    assert sorted(path.name for path in reports.iterdir()) == ["index.html", "one", "two"], "nothing is left behind"
    assert listed(reports) == ["one", "two"]
    shutil.rmtree(reports / "one")
    write_report(study, trials, history, reports / "two")
    assert listed(reports) == ["two"], "what is gone is listed no more"


def test_one_report_gets_an_index_where_it_is_asked_for(reports, tmp_path):
    assert write_index(reports) is None
    assert write_index(reports, always=True) == reports / "index.html"
    assert listed(reports) == ["one"]
    assert write_index(tmp_path / "none", always=True) is None


def test_only_reports_are_listed(reports, tmp_path):
    shutil.copytree(reports / "one", reports / "copy")
    (reports / "copy" / "report.json").unlink()
    (reports / "empty").mkdir()
    shutil.copytree(reports / "one", reports / ".one.harness-0123456789ab")
    (reports / "link").symlink_to(reports / "one")
    (reports / "copy" / "report.json").symlink_to(reports / "one" / "report.json")
    write_index(reports)
    assert listed(reports) == ["copy", "one"]
    assert (reports / "index.html").read_text().count("cannot be read") == 1, "links are not followed"


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_a_page_of_somebody_stays(reports, study, trials, history, kind):
    mine = reports / "index.html"
    if kind == "file":
        mine.write_text("mine")
    elif kind == "link":
        (reports.parent / "elsewhere.html").write_text("mine")
        mine.symlink_to(reports.parent / "elsewhere.html")
    else:
        mine.mkdir()
    write_report(study, trials, history, reports / "two")
    assert write_index(reports, always=True) is None
    if kind == "folder":
        assert list(mine.iterdir()) == []
    else:
        assert mine.read_text() == "mine"
        assert mine.is_symlink() == (kind == "link")


def test_what_a_report_says_now_is_listed(reports):
    file = reports / "one" / "report.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**told, "question": "What else?"}), encoding="utf-8")
    write_index(reports, always=True)
    assert ">What else?</a>" in (reports / "index.html").read_text(encoding="utf-8")
