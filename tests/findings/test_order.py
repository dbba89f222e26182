from harness.findings import order
from harness.findings.finding import Finding, Section, Table
from harness.reports import report
from harness.reports.writing import write_report

TABLE = Table("What was asked", ("thing", "value"), (False, True), (("luck", "7"),), (False,))


def lucky(facts):
    """A question of a reader that no module answers."""
    return Finding(
        sentences=(f"{len(facts.trials)} trials were lucky.",),
        remarks=("Luck is no skill.",),
        sections=(Section("Luck", "", TABLE),),
    )


def test_a_finding_is_a_function_and_its_line_in_the_tuple(study, trials, history, monkeypatch, tmp_path):
    monkeypatch.setattr(order, "FINDINGS", (lucky, *order.FINDINGS))
    files = write_report(study, trials, history, tmp_path)
    assert files.report.sentences[0] == "6 trials were lucky."
    assert files.report.remarks[0] == "Luck is no skill."
    for page in (files.markdown, files.html):
        text = page.read_text()
        assert all(part in text for part in ("6 trials were lucky.", "Luck is no skill.", "What was asked"))


def test_what_the_only_variant_came_to_is_said_where_nothing_else_was(study, trials, history, monkeypatch):
    alone = Finding(sentences=("First.",)), Finding(sentences=("Second.",), otherwise=("Third.",))
    monkeypatch.setattr(order, "FINDINGS", tuple(lambda _facts, one=one: one for one in alone))
    assert report(study, trials, history).sentences == ("First.", "Second.")
    monkeypatch.setattr(order, "FINDINGS", (lambda _facts: alone[1],))
    assert report(study, trials, history).sentences == ("Second.", "Third.")
