from __future__ import annotations

import json

from harness.store import open_store


def test_files_of_the_users_code_are_artifacts_under_names_without_folders(tmp_path, tiny):
    code = {"nets.py": "first = 1\n", "../nets.py": "second = 2\n"}
    store = open_store(tmp_path / "mlruns")
    with store.hold("tiny") as hold:
        hold.begin(tiny().model_copy(update={"code": code}), {}).close("FINISHED")
    (kept,) = (tmp_path / "mlruns").rglob("study.json")
    assert (kept.parent / "nets.py").read_text() == "first = 1\n"
    assert (kept.parent / "nets-2.py").read_text() == "second = 2\n"
    assert json.loads(kept.read_text())["code"] == code
