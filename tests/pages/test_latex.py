import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from harness.pages.latex import escape, to_latex
from harness.reports import report


def test_specials_are_escaped():
    assert escape("50 % & a_b #1 {x} ~ ^ $ \\ <0.1") == (
        r"50 \% \& a\_b \#1 \{x\} \textasciitilde{} \textasciicircum{} \$ \textbackslash{} \textless{}0.1"
    )
    assert escape("−0.2 – ×") == r"$-$0.2 -- $\times$"


def test_booktabs_tables(study, trials, history):
    text = to_latex(report(study, trials, history))
    assert text.startswith("% Does a stride of 2 do the work of max-pooling?\n")
    for rule in ("toprule", "midrule", "bottomrule"):
        assert text.count(f"\\{rule}") == 2
    assert r"base (downsample=max\_pool) & 3 & 98.60 (98.35 to 98.85)" in text
    assert r"downsample=stride & test accuracy & $-$0.20 points" in text


def test_it_is_balanced(study, trials, history):
    text = to_latex(report(study, trials, history))
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    environments = re.findall(r"\\(begin|end)\{(\w+)\}", bare)
    one = [("begin", "table"), ("begin", "tabular"), ("end", "tabular"), ("end", "table")]
    assert environments == one * 2
    without = re.sub(r"\\[{}%&_#$]", "", bare)
    assert without.count("{") == without.count("}")
    assert without.isascii()
    for columns, body in re.findall(r"\\begin\{tabular\}\{(\w+)\}(.*?)\\end\{tabular\}", without, re.DOTALL):
        rows = [line for line in body.splitlines() if line.endswith("\\\\")]
        assert {line.count("&") for line in rows} == {len(columns) - 1}


def test_a_question_over_two_lines_stays_a_comment(study):
    comparison = replace(report(study, pd.DataFrame(), pd.DataFrame()), question="One?\nTwo?")
    assert to_latex(comparison).splitlines()[0] == "% One? Two?"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_every_committed_report_compiles(tmp_path):
    inputs = "\n".join(f"\\input{{{path.resolve()}}}\\clearpage" for path in Path("reports").glob("*/comparison.tex"))
    preamble = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{booktabs}\usepackage{graphicx}"
    (tmp_path / "all.tex").write_text(f"{preamble}\n\\begin{{document}}\n{inputs}\n\\end{{document}}\n")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
