import numpy as np
import pytest

from harness.records import pack_hits
from harness.trials import left_out_of, sift, tidy_trials, with_hits

HITS = np.arange(1000) < 986  # the test accuracy of trial 0


def test_the_files_become_a_column(trials, history, tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(pack_hits(HITS))
    trials.attrs = {"study": "kept"}
    files = {trials["run_id"][0]: file, trials["run_id"][1]: tmp_path / "gone.bin"}
    found, evaluations = with_hits(trials, history, files)
    assert found["test_hits"].tolist() == [pack_hits(HITS), b"", b"", b"", b"", b""]
    assert found.attrs == {"study": "kept"}
    assert len(evaluations) == len(history)
    assert "test_hits" not in with_hits(trials, history, {})[0]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\0\0", r"its test_hits must be bits, with one of 1 behind the last, got b'\x00\x00'"),
        (pack_hits(HITS[:-1]), "its test_hits are 986 of 999 images, and its test_accuracy is 0.986"),
        (pack_hits(HITS[:0]), "its test_hits are 0 of 0 images, and its test_accuracy is 0.986"),
    ],
)
def test_a_trial_whose_file_cannot_be_its_own_is_left_out(trials, history, tmp_path, content, fault):
    file = tmp_path / "a.bin"
    file.write_bytes(content)
    found, evaluations = with_hits(trials, history, {trials["run_id"][0]: file})
    (said,) = left_out_of(found)
    assert (said.trial, said.fault) == ("0", fault)
    assert found["trial"].tolist() == [1, 2, 3, 4, 5]
    assert set(evaluations["trial"]) == {1, 2, 3, 4, 5}


def test_tables_without_them_have_empty_ones(study, trials):
    assert tidy_trials(study, trials)["test_hits"].tolist() == [b""] * 6
    some = trials.assign(test_hits=[None, np.nan, b"", b"\x80", None, None])
    assert tidy_trials(study, some)["test_hits"].tolist() == [b"", b"", b"", b"\x80", b"", b""]


def test_text_is_no_hits(trials, history):
    _, _, said = sift(trials.assign(test_hits="1"), history)
    assert len(said) == 6
