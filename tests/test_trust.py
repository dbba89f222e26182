from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.study.code import digest_of
from harness.trust import remember, require_trusted


def test_what_was_run_here_is_trusted_and_nothing_else():
    require_trusted({}, "plain#3")
    mine, other = {"nets.py": "mine = 1\n"}, {"nets.py": "mine = 2\n"}
    digest = digest_of("mine = 1\n")[:16]
    with pytest.raises(UsageError, match=rf"^plain#3: is made by code .*nets\.py \(SHA-256 {digest}\)"):
        require_trusted(mine, "plain#3")
    remember(mine)
    require_trusted(mine, "plain#3")
    require_trusted({"called/otherwise.py": "mine = 1\n"}, "plain#3")
    with pytest.raises(UsageError, match="say so with --trust"):
        require_trusted({**mine, **other}, "plain#3")


def test_where_nothing_can_be_kept_nothing_is(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    remember({"nets.py": "kept = 1\n"})
    with pytest.raises(UsageError, match="never run here"):
        require_trusted({"nets.py": "kept = 1\n"}, "plain#3")
