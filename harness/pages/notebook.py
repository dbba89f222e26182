"""A report as a notebook shows it. Importing this module lets notebooks do so."""

from __future__ import annotations

from harness.findings.report import Report
from harness.findings.tables import contrasts_table, results_table
from harness.notebook import html_of, paragraph, table

_MOST = 20
"""Variants that are shown."""


@html_of.register
def report_html(report: Report) -> str:
    """Return the answer, the two tables and the remarks, as HTML."""
    parts = [paragraph(report.question, strong=True), *(paragraph(sentence) for sentence in report.sentences)]
    for one in (results_table(report, _MOST, costs=False), contrasts_table(report, _MOST)):
        if one is not None:
            parts.append(table(one.caption, one.headings, one.rows, one.numeric))
    return "".join([*parts, *(paragraph(remark, small=True) for remark in report.remarks)])
