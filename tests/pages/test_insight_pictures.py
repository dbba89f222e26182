"""Pictures of what networks learned, in a report."""

import base64
import shutil
from dataclasses import replace

import pytest

from harness.errors import DataError
from harness.judging import Contrast
from harness.pages.insight_pictures import side_by_side
from harness.reports import report
from harness.reports.reading import read_report
from harness.reports.writing import write_report
from harness.stats import Verdict

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
    assert text.index("misclassified.png") < text.index("network.png")


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


TABLE = "true \\\\ predicted,cat,dog\n cat,9,1\n dog,4,6\n"


@pytest.fixture
def both(study, tmp_path):
    """Mistakes and confusion matrices of both variants."""
    folders = {}
    for place, variant in enumerate(study.variants):
        folders[variant.digest] = tmp_path / f"drawn{place}"
        folders[variant.digest].mkdir()
        (folders[variant.digest] / "misclassified.png").write_bytes(PNG)
        (folders[variant.digest] / "confusion_matrix.csv").write_text(TABLE.replace("9,1", f"{9 - place},{1 + place}"))
    return folders


def test_confusion_matrices_and_mistakes_of_two_variants_stand_side_by_side(study, trials, history, tmp_path, both):
    folder = tmp_path / "x"
    files = write_report(study, trials, history, folder, pictures=both)
    page, text = (file.read_text(encoding="utf-8") for file in (files.html, files.markdown))
    for title in ("base: 15 of 20 right", "downsample=stride: 14 of 20 right"):
        assert f"<figcaption><span>{title}</span> <a href=" in page
    assert "| base: 15 of 20 right | downsample=stride: 14 of 20 right |" in text
    assert "dog taken for cat 4 times" in text
    assert "](figures/confusion_1.svg) | ![Confusion matrix of downsample=stride" in text
    for drawing in ("confusion_1.svg", "confusion_2.svg"):
        assert (folder / "figures" / drawing).is_file()
    assert page.count("its surest mistakes</figcaption>") == 2
    assert text.count(": its surest mistakes") == 2
    for digest in both:
        assert f'<a href="insight/{digest}/confusion_matrix.csv">' in page
        assert (folder / "insight" / digest / "confusion_matrix.csv").is_file()
    assert "<summary>base" not in page  # there are no other pictures
    before = files.html.read_bytes()
    assert write_report(*read_report(folder), folder).html.read_bytes() == before


def test_beside_the_base_stands_what_differs_most(study, trials, history):
    found = report(study, trials, history)
    assert [row.label for row in side_by_side(found)] == ["base", "downsample=stride"]
    base, stride = found.rows

    def judged(label, verdict, estimate):
        return replace(
            stride, label=label, contrasts=(Contrast("test_accuracy", "difference", estimate, verdict=verdict),)
        )

    rows = (
        base,
        judged("undecided", Verdict.UNDECIDED, 0.03),
        judged("worse", Verdict.WORSE, -0.05),
        judged("better", Verdict.BETTER, 0.01),
        judged("more", Verdict.BETTER, 0.02),
    )
    assert [row.label for row in side_by_side(replace(found, rows=rows))][:3] == ["base", "more", "better"]
    assert [row.label for row in side_by_side(replace(found, rows=rows[:3]))] == ["base", "worse", "undecided"]


@pytest.mark.parametrize("text", ["", "a,b\na,1", "a,b\na,-1", "a,b\na,x\n", "x" * 100, "a,b,c\nb,1,2\n"])
def test_what_is_no_table_of_counts_is_refused(study, trials, history, tmp_path, both, text):
    folder = both[study.variants[0].digest]
    (folder / "confusion_matrix.csv").write_text(text)
    if text == "a,b\na,1":
        write_report(study, trials, history, tmp_path / "x", pictures=both)  # of one class
        return
    with pytest.raises(DataError, match=r"confusion_matrix\.csv: must be a square table of how often"):
        write_report(study, trials, history, tmp_path / "x", pictures=both)


def test_a_link_in_the_place_of_a_table_is_refused(study, trials, history, tmp_path, both):
    table = both[study.variants[0].digest] / "confusion_matrix.csv"
    table.unlink()
    table.symlink_to(both[study.variants[1].digest] / "confusion_matrix.csv")
    with pytest.raises(DataError, match="is a link"):
        write_report(study, trials, history, tmp_path / "x", pictures=both)


def test_what_is_kept_of_a_table_holds_no_formula(study, trials, history, tmp_path, both):
    digest = study.variants[0].digest
    (both[digest] / "confusion_matrix.csv").write_text("x,=1+1,<b>\n=1+1,3,0\n<b>,0,2\n")
    files = write_report(study, trials, history, tmp_path / "x", pictures=both)
    kept = (tmp_path / "x" / "insight" / digest / "confusion_matrix.csv").read_text()
    assert kept.splitlines()[1] == "'=1+1,3,0"
    assert "<b>" not in files.html.read_text(encoding="utf-8")


def test_of_many_classes_there_is_the_table_alone(study, trials, history, tmp_path, both):
    names = [f"c{place}" for place in range(21)]
    rows = [",".join([name, *("1" if name == other else "0" for other in names)]) for name in names]
    for folder in both.values():
        (folder / "confusion_matrix.csv").write_text("\n".join([",".join(["x", *names]), *rows]))
    page = write_report(study, trials, history, tmp_path / "x", pictures=both).html.read_text(encoding="utf-8")
    assert "Confusion matrices as tables" in page
    assert "confusion_1.svg" not in page
