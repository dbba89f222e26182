from __future__ import annotations

import os

import pytest

from harness.errors import UserCodeError
from harness.rehearsal import rehearse, say_uncounted
from harness.study import build_study
from tests.conftest import TINY, changed
from tests.engines.own_networks import TEXT

FACTS = ((8, 8, 1), 10)


def study(text=TEXT, name="nested", levels=(0.5, 0.25), **more):
    changes = {"model": {"build": f"nets.py:{name}", **more}, "design.factors": {"model.rate": list(levels)}}
    return build_study(changed(TINY, changes), name="x", code={"nets.py": text})


@pytest.mark.slow
def test_every_network_is_built_once_in_another_process():
    text = TEXT + f"\nimport os\nassert os.getpid() != {os.getpid()}\nprint('said')\n"
    asked = study(text)
    built = rehearse(asked, lambda data: FACTS)
    assert list(built) == [variant.digest for variant in asked.variants]
    assert [one.label for one in built.values()] == ["base", "rate=0.25"]
    assert {tuple(one.costs.items()) for one in built.values()} == {(("parameters", 40 + 148 + 16 + 5 + 650),)}
    assert {one.uncounted for one in built.values()} == {("scale",)}
    assert say_uncounted(("scale",)) == "Operations are not counted: it is not known here what these layers do: scale."


def test_no_process_is_started_for_specified_networks(tiny, monkeypatch):
    monkeypatch.setattr("subprocess.run", lambda *args, **keys: pytest.fail("started"))
    assert rehearse(tiny(), lambda data: FACTS) == {}


@pytest.mark.slow
def test_what_is_wrong_names_the_variant_and_the_line():
    text = TEXT.replace("    block = keras", "    1 / (rate - 0.25)\n    block = keras")
    with pytest.raises(UserCodeError) as caught:
        rehearse(study(text), lambda data: FACTS)
    assert str(caught.value).splitlines()[0].startswith("variant rate=0.25: nets.py, line ")
    assert "nested(image_shape=(8, 8, 1), classes=10, rate=0.25) raised ZeroDivisionError" in str(caught.value)
