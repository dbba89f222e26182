import itertools

import pandas as pd
import pytest

from harness.stats import interactions, main_effects

FACTORS = {"pool": ["max", "stride"], "width": [16, 32, 64]}


def frame(value, replicates=3):
    rows = [
        {"pool": pool, "width": width, "replicate": replicate, "y": value(pool, width, replicate)}
        for pool, width, replicate in itertools.product(*FACTORS.values(), range(replicates))
    ]
    return pd.DataFrame(rows)


def test_main_effects_average_over_the_other_factor():
    # stride costs 2; 32 gives 1 and 64 gives 3; each replicate has a level of its own, which cancels
    data = frame(lambda pool, width, replicate: -2 * (pool == "stride") + {16: 0, 32: 1, 64: 3}[width] + 10 * replicate)
    found = {effect.levels: effect for effect in main_effects(data, "y", FACTORS)}
    assert {levels: effect.difference.estimate for levels, effect in found.items()} == pytest.approx(
        {("stride",): -2, (32,): 1, (64,): 3}
    )
    assert found[(32,)].factors == ("width",)
    assert found[(32,)].difference.n == 3
    assert all(effect.difference.estimate == pytest.approx(0) for effect in interactions(data, "y", FACTORS))


def test_interaction_is_what_two_levels_do_beyond_their_sum():
    # 64 with stride gives 4 more; by replicate 3, 4 and 5
    data = frame(lambda pool, width, replicate: (3 + replicate) * (pool == "stride" and width == 64))
    found = {effect.levels: effect.difference for effect in interactions(data, "y", FACTORS)}
    assert set(found) == {("stride", 32), ("stride", 64)}
    assert found[("stride", 64)].estimate == pytest.approx(4)
    assert found[("stride", 64)].low == pytest.approx(4 - 4.30265 / 3**0.5, abs=1e-4)
    assert found[("stride", 32)].estimate == 0
    # half of it shows in the main effect of 64, a third in that of stride
    main = {effect.levels: effect.difference.estimate for effect in main_effects(data, "y", FACTORS)}
    assert main == pytest.approx({("stride",): 4 / 3, (32,): 0, (64,): 2})


def test_a_replicate_without_a_whole_design_is_left_out():
    data = frame(lambda pool, width, replicate: float(pool == "stride"))
    broken = data.drop(data.index[(data["replicate"] == 1) & (data["width"] == 32)][:1])
    assert main_effects(broken, "y", FACTORS)[0].difference.n == 2
    missing = data.assign(y=data["y"].where(data["replicate"] != 0))
    assert main_effects(missing, "y", FACTORS)[0].difference.n == 2


def test_one_factor():
    data = pd.DataFrame({"rate": [0.1, 0.5] * 2, "replicate": [0, 0, 1, 1], "y": [1.0, 2.0, 2.0, 5.0]})
    (effect,) = main_effects(data, "y", {"rate": [0.1, 0.5]})
    assert effect.difference.estimate == 2
    assert interactions(data, "y", {"rate": [0.1, 0.5]}) == []
