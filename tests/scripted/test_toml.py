import tomllib

from hypothesis import given
from hypothesis import strategies as some

from harness.scripted.toml import write_toml
from tests.conftest import TINY

KEYS = some.text(max_size=8)
VALUES = some.recursive(
    some.text(max_size=12) | some.booleans() | some.integers(-(2**63), 2**63 - 1)
    | some.floats(allow_nan=False, allow_infinity=False),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def test_a_study_as_a_person_would_write_it():
    assert write_toml(TINY) == (
        'question = "Is a stride of 2 as good as pooling on 8x8 digits?"\n'
        'insight = "basic"\n\n'
        '[data]\nname = "digits"\nvalidation = 300\n\n'
        "[model]\nconv = [{ filters = 4 }]\ndense = [16]\n\n"
        "[train]\nlearning_rate = 0.01\nbatch_size = 32\nmax_steps = 60\nevaluate_every = 20\n\n"
        '[target]\nmetric = "val_accuracy"\nvalue = 0.99\n\n'
        '[design]\nkind = "factorial"\nreplicates = 2\n'
        'factors = { "model.downsample" = ["max_pool", "stride"] }\n'
    )


@given(some.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_written_is_what_is_read(tables):
    assert tomllib.loads(write_toml(tables)) == tables


def test_characters_that_toml_wants_escaped():
    tables = {'a "b"\n': {"x.y": 'quote " back \\ line \n delete \x7f tab \t é'}}
    assert tomllib.loads(write_toml(tables)) == tables
