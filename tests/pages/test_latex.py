import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from harness.pages.latex import escape, to_latex
from harness.reports import report
from harness.reports.reading import read_report


def test_specials_are_escaped():
    assert escape("50 % & a_b #1 {x} ~ ^ $ \\ <0.1") == (
        r"50 \% \& a\_b \#1 \{x\} \textasciitilde{} \textasciicircum{} \$ \textbackslash{} \textless{}0.1"
    )
    assert escape("−0.2 – ×") == r"$-$0.2 -- $\times$"


def tables(text):
    """Return (label, letters of the columns, rows) of each table."""
    found = re.findall(r"\\label\{tab:([^}]+)\}.*?\n(?:.*?)    \\toprule\n(.*?)    \\bottomrule", text, re.DOTALL)
    return [(label, [line.strip() for line in body.splitlines() if line.endswith("\\\\")]) for label, body in found]


def test_labels_are_short_units_are_told_and_nothing_is_shrunk(study, trials, history):
    text = to_latex(report(study, trials, history))
    assert text.startswith("% Does a stride of 2 do the work of max-pooling?\n% Preamble: ")
    assert "resizebox" not in text
    (first, results), (second, more), (last, contrasts) = tables(text)
    assert (first, second) == ("pooling_or_stride-results", "pooling_or_stride-results-2")
    assert last == "pooling_or_stride-contrasts"
    assert r"\shortstack[r]{val acc (\%)} & \shortstack[r]{test\\accuracy (\%)}" in results[0]
    assert results[1].startswith(r"base & 3 & ")
    assert r" & 98.60 {\scriptsize[98.35, 98.85]}" in results[1]
    assert "base: downsample=max\\_pool." in text
    assert [row.split(" & ")[0] for row in more[1:]] == ["base", r"downsample\allowbreak=stride"]
    assert contrasts[0] == r"metric & difference [95\,\%] & $p$ & $p$ (Holm) & verdict \\"
    assert contrasts[1].startswith(r"\quad test accuracy & $-$0.20 points {\scriptsize[")
    assert r"\multicolumn{5}{@{}p{\linewidth}@{}}{\itshape downsample\allowbreak=stride} \\*" in text


def test_a_table_of_many_rows_goes_over_pages(study, trials, history):
    found = report(study, trials, history)
    few, row = to_latex(found), found.rows[1]
    assert "longtable}{" not in few
    many = (found.rows[0], *(replace(row, label=f"x={number}", title=f"x={number}") for number in range(20)))
    text = to_latex(replace(found, rows=many))
    assert text.count(r"\begin{longtable}") == text.count(r"\endhead") == 1, "the comparisons: 20 names, 60 rows"
    assert text.count(r"\begin{table}") == 2


def test_it_is_balanced(study, trials, history):
    text = to_latex(report(study, trials, history))
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    environments = re.findall(r"\\(begin|end)\{(\w+)\}", bare)
    one = [("begin", "table"), ("begin", "tabular"), ("end", "tabular"), ("end", "table")]
    assert environments == one * 3
    without = re.sub(r"\\[{}%&_#$]", "", bare)
    assert without.count("{") == without.count("}")
    assert without.isascii()
    for _, rows in tables(text):
        assert len({line.replace(r"\&", "").count("&") for line in rows}) == 1


def test_a_question_over_two_lines_stays_a_comment(study):
    comparison = replace(report(study, pd.DataFrame(), pd.DataFrame()), question="One?\nTwo?")
    assert to_latex(comparison).splitlines()[0] == "% One? Two?"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_the_tables_of_every_report_compile_and_fit(tmp_path):
    for folder in Path("reports").glob("*/trials.parquet"):
        name = folder.parent.name
        (tmp_path / f"{name}.tex").write_text(to_latex(report(*read_report(folder.parent))), encoding="utf-8")
    inputs = "\n".join(f"\\input{{{path.name}}}\\clearpage" for path in sorted(tmp_path.glob("*.tex")))
    preamble = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{array,booktabs,longtable}"
    (tmp_path / "all.tex").write_text(f"{preamble}\n\\begin{{document}}\n{inputs}\n\\end{{document}}\n")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout, "every table fits the text width of an article"
