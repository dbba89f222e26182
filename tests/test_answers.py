import runpy

import pytest

REPORT = {
    "sentences": ["34.2 of 128 units are dead."],
    "rows": [
        {"label": "base", "scores": {"test_accuracy": {"estimate": 0.98}}, "contrasts": []},
        {
            "label": "downsample=stride",
            "scores": {},
            "contrasts": [
                {"metric": "test_accuracy", "kind": "difference", "estimate": -0.0098, "low": -0.0126, "high": -0.007,
                 "verdict": "worse"},
                {"metric": "seconds_to_target", "kind": "ratio", "estimate": 0.654, "low": 0.6, "high": 0.71,
                 "verdict": "better"},
                {"metric": "parameters", "kind": "exact", "estimate": 3.82, "low": None, "high": None,
                 "verdict": "worse"},
            ],
        },
    ],
}  # fmt: skip


@pytest.fixture
def answer(tmp_path):
    """Writes an answer and returns it with its numbers."""
    module = runpy.run_path("docs/answering.py")

    def told(written):
        (tmp_path / "answers.toml").write_text(f"[study]\n{written}", encoding="utf-8")
        module["answer"].__globals__["WRITTEN"] = tmp_path / "answers.toml"
        return module["answer"]("study", REPORT)

    return told


def test_numbers_of_the_report_are_put_in(answer):
    assert (
        answer(
            '''answer = """
**No.** It costs [[downsample=stride | test_accuracy | size]] of [[base | test_accuracy | mean]] points
([[downsample=stride | test_accuracy | ends]]), in [[downsample=stride | seconds_to_target | less]] % less time
([[downsample=stride | seconds_to_target | span]]), and has [[downsample=stride | parameters | times]] times the
parameters.
"""
rests_on = ["downsample=stride | test_accuracy | worse"]
quotes = ["34.2 of 128"]'''
        )
        == "**No.** It costs 0.98 of 98.00 points (−1.26 to −0.70), in 35 % less time "
        "(−40 to −29 %), and has 3.8 times the parameters."
    )


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            'answer = "No."\nrests_on = ["downsample=stride | test_accuracy | better"]',
            "rests on 'downsample=stride | test_accuracy | better', but the report says worse. Write it anew.",
        ),
        ('answer = "No."\nquotes = ["35 of 128"]', "quotes '35 of 128', which its report does not say."),
        ('answer = "[[downsample=none | test_accuracy | size]]"', "names 'downsample=none', which its report does not"),
        ('answer = "[[downsample=stride | macs | size]]"', "in macs, which its report does not compare."),
        ('answer = "[[downsample=stride | seconds_to_target | more]]"', "in seconds_to_target is no 'more': 0.654."),
        ('answer = "[[downsample=stride | test_accuracy | mean]]"', "which its report does not have."),
    ],
)
def test_what_a_report_no_longer_says_is_refused(answer, written, message):
    with pytest.raises(ValueError, match=r"answers\.toml") as caught:
        answer(written)
    assert message in str(caught.value)
