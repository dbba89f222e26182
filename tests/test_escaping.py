"""What text of others may not do in Markdown, in a page, a spreadsheet, a terminal."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree import ElementTree

import pandas as pd
import pytest

from harness.escaping import (
    csv_cell,
    inline,
    markdown,
    markdown_code,
    markdown_paragraphs,
    markdown_prose,
    mathless,
    plain,
    shell,
    throughout,
)
from harness.reports.writing import write_report
from harness.store.record.describing import describe_study, describe_trial
from tests.findings.conftest import make_study, trial


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("as it is, größer – 1×1 µs\n\tnext", "as it is, größer – 1×1 µs\n\tnext"),
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("a\x00b\x07c\x7fd\x9be", "a\ufffdb\ufffdc\ufffdd\ufffde"),
        ("photo_\u202egnp.exe", "photo_\ufffdgnp.exe"),
        ("a\u2066b\u200bc\ufeffd", "a\ufffdb\ufffdc\ufffdd"),
        ("half \ud800 a character", "half \ufffd a character"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
)
def test_what_cannot_be_seen_is_replaced_by_a_mark(text, shown):
    assert plain(text) == shown
    assert plain(shown) == shown


def test_texts_are_changed_wherever_they_are_and_the_rest_stays():
    @dataclass(frozen=True)
    class Part:
        label: str
        points: tuple[float, ...]
        more: dict[str, object]

    clean = Part("a", (1.0, 2.0), {"x": 1})
    assert throughout(clean, plain).points is clean.points
    assert throughout((clean,), plain)[0] is not None
    dirty = Part("a\x00", (1.0,), {"b": ["c\x1b", None, True]})
    assert throughout([dirty], plain) == [Part("a\ufffd", (1.0,), {"b": ["c\ufffd", None, True]})]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
        ("[here](javascript:alert(1)) ![x](http://a/b.png)", r"\[here\](javascript:alert(1)) !\[x\](http://a/b.png)"),
        ("# big", r"\# big"),
        ("> said", r"\> said"),
        ("- a\n- b", r"\- a - b"),
        ("1. first", r"1\. first"),
        ("2024) x", r"2024\) x"),
        ("===", r"\==="),
        ("---", r"\---"),
        ("~~~\ncode", r"\~\~\~ code"),
        ("a|b `c` *d* _e_ max_pool __f__", r"a\|b \`c\` \*d\* \_e\_ max_pool \__f_\_"),
        ("&lt;b&gt; &#60;i> R&D", r"\&lt;b\&gt; \&#60;i> R&D"),
        ("\\<b>", r"\\\<b>"),
        ("-0.5 and 2.5", "-0.5 and 2.5"),
        ("", ""),
    ],
)
def test_markdown_shows_text_as_it_is(text, escaped):
    assert markdown(text) == escaped


def test_markdown_keeps_lines_of_notes_and_code_of_ours():
    assert markdown_paragraphs("\nOne *two*\n\n# three\n    four\n") == "One \\*two\\*\n\n\\# three\nfour"
    assert markdown_prose("By `a.b_c` of <i>Xeon_</i> - `d`. _x") == r"By `a.b_c` of \<i>Xeon\_\</i> - `d`. \_x"
    assert markdown_prose("lone ` <b>") == r"lone \` \<b>"
    assert markdown_code("a`b\nc") == "a'b c"
    assert inline("# not at the beginning") == "# not at the beginning"


def test_commands_that_a_reader_copies_are_one_word():
    assert shell("studies/x.toml") == "studies/x.toml"
    assert shell("x.toml; rm -rf ~") == "'x.toml; rm -rf ~'"
    assert shell("a\nb`c`") == "'a b`c`'"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("-0.5", "-0.5"),
        ("downsample=stride", "downsample=stride"),
        ("", ""),
    ],
)
def test_a_spreadsheet_computes_nothing(text, cell):
    assert csv_cell(text) == cell


def test_dollars_are_no_formulas():
    assert mathless(r"$\frac{1}$ 5 $") == r"\$\frac{1}\$ 5 \$"


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) ![y](http://evil/z.png) `code` "
    "\x1b[31m\x00\u202e ]]> --> \" onload=alert(4) x=' $\\frac$ </style></title></svg> {{ 7*7 }}"
)
SEEN = "".join(letter for letter in EVIL if letter.isprintable())
"""The same as a study file may have it: control characters are refused there, and may be in records all the same."""


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A report whose every text is hostile."""
    study = make_study(
        name=EVIL, question=SEEN, notes=f"{SEEN}\n# {SEEN}\n> {SEEN}",
        report={"metrics": ["test_accuracy"], "reference": [
            {"name": SEEN, "metric": "test_accuracy", "value": 0.9, "source": SEEN, "note": SEEN}]},
    )  # fmt: skip
    settings = ({"model.downsample": "max_pool"}, {"model.downsample": "stride"})
    texts = dict.fromkeys(("variant", "processor", "device", "backend", "keras", "python", "version"), EVIL)
    rows = [
        trial(study, 3 * place + replicate, each, replicate, **texts, data_digest=EVIL, git_revision=EVIL)
        for place, each in enumerate(settings)
        for replicate in range(3)
    ]
    rows.append(trial(study, 6, settings[1], 3, status="failed", stop_reason=None, error=EVIL, run_id="x"))
    rows.append(trial(study, 7, settings[1], 4, digest="0123456789ab", **texts))
    folder = tmp_path_factory.mktemp("page") / "x"
    return write_report(study, pd.DataFrame(rows), pd.DataFrame(), folder, store=EVIL)


class TestAPageOfAStranger:
    def test_html_has_the_one_script_and_no_handlers_or_strange_addresses(self, page):
        reader = Reader()
        text = page.html.read_text(encoding="utf-8")
        reader.feed(text)
        tags = [tag for tag, _ in reader.found]
        assert tags.count("script") == 1
        assert "img" not in tags
        attributes = [(name, value) for _, attrs in reader.found for name, value in attrs.items()]
        assert [name for name, _ in attributes if name.startswith("on")] == []
        links = {value.split("/")[0].split("#")[0] for name, value in attributes if name in ("href", "xlink:href")}
        assert links <= {"", "http:", "trials.parquet", "history.parquet", "comparison.csv", "comparison.tex",
                         "report.json", "comparison.md", "tidy.csv", "figures"}  # fmt: skip
        assert "script-src 'sha256-" in text
        assert not re.search("[\x00\x1b\u202e]", text)

    def test_svg_is_whole_xml_without_scripts(self, page):
        assert page.figures
        for file in page.figures:
            names = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(file.read_bytes()).iter()]
            assert "script" not in names
            assert "foreignObject" not in names

    def test_markdown_has_no_markup_of_theirs(self, page):
        text = page.markdown.read_text(encoding="utf-8")
        body = re.sub(r"(?s)<details>.*?</details>|```sh.*?```|`[^`\n]*`", "", text)
        assert re.findall(r"(?<!\\)<", body) == []
        assert {address.split("/")[0] for address in re.findall(r"(?<!\\)\]\((.*?)\)", body)} == {"figures"}
        assert [line for line in text.splitlines() if line.startswith("# ")] == [f"# {markdown(SEEN)}"]

    def test_csv_json_and_latex_are_what_they_should_be(self, page):
        table = pd.read_csv(page.csv)
        assert len(table) == 3
        assert json.loads(page.json.read_text(encoding="utf-8"))["question"] == SEEN
        latex = page.latex.read_text(encoding="utf-8")
        assert all("\\frac" not in line for line in latex.splitlines() if not line.startswith("%"))
        assert re.search(r"\\label\{tab:[A-Za-z0-9._-]+-results\}", latex)

    def test_descriptions_in_mlflow_are_escaped(self):
        study = make_study(question=SEEN, notes=SEEN)
        for text in (
            describe_study(study, EVIL, is_run=True),
            describe_trial(study, EVIL, study.base, 0, "design"),
        ):
            assert re.findall(r"(?<!\\)<|(?<!\\)\]\(", re.sub(r"`[^`\n]*`", "", text)) == []
            assert "\x1b" not in text
