from harness.notebook import facts_table, paragraph, table


def test_texts_are_escaped():
    assert paragraph("a < b & c", strong=True) == "<p><strong>a &lt; b &amp; c</strong></p>"
    assert "<script>" not in facts_table([("<script>", "<script>")])
    assert "<script>" not in table("<script>", ["<script>"], [["<script>"]], [False])


def test_facts_without_text_are_left_out():
    assert facts_table([("a", "1"), ("b", "")]).count("<tr>") == 1


def test_numbers_are_on_the_right():
    shown = table("what", ["name", "n"], [["x", "1"], ["y", "2"]], [False, True])
    assert shown.startswith('<table><caption style="text-align:left">what</caption><thead><tr>')
    assert shown.count('<td style="text-align:right">') == 2
    assert '<td style="text-align:left">x</td><td style="text-align:right">1</td>' in shown
    assert "<caption" not in table("", ["n"], [], [True])


def test_no_colours_of_its_own():
    shown = table("c", ["n"], [["1"]], [True]) + facts_table([("a", "b")]) + paragraph("p", small=True)
    assert "color" not in shown
    assert "background" not in shown
