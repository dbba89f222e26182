"""Networks of the user's, built once before anything is trained: what is wrong with them, and what they cost.

They are built in a process of their own: this one needs no Keras for it, and keeps its GPU and its imports as they are.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.errors import HarnessError, RunError, UserCodeError
from harness.study import BASE, DataSpec, OwnModel, Study, canonical
from harness.surroundings import PYTHON_OPTIONS, child_environment

Facts = Callable[[DataSpec], tuple[tuple[int, int, int], int]]
"""Gives image shape (height, width, channels) and number of classes."""

MOST = 200
"""Networks that are built of a design; one of more has the others' settings in other combinations."""


@dataclass(frozen=True)
class Built:
    """A network that was asked for: what it is built from, and what came of it.

    Attributes:
        label: of the first variant that has it.
        model: function and settings.
        code: texts of files of the user's code.
        image_shape: (height, width, channels).
        classes: number of logits.
        precision: Keras dtype policy.
        costs: its cost figures, as :func:`harness.cost.total_of` gives them.
        uncounted: names of the layers whose operations are not counted.
    """

    label: str
    model: OwnModel
    code: Mapping[str, str]
    image_shape: tuple[int, int, int]
    classes: int
    precision: str
    costs: Mapping[str, int]
    uncounted: tuple[str, ...] = ()


def rehearse(study: Study, facts: Facts) -> dict[str, Built]:
    """Build the networks of the user's that a design has, in a process of their own; of a search the base's.

    Args:
        study: the study.
        facts: tells of the images.

    Returns:
        Variant digest -> its network. Empty, and no process is started, where none is the user's.

    Raises:
        UserCodeError: if executing the user's code raises, or a network cannot be trained. It names the variant.
    """
    asked: dict[str, Built] = {}
    keys: dict[str, str] = {}
    for variant in study.variants:
        if not isinstance(variant.model, OwnModel):
            continue
        image_shape, classes = facts(variant.data)
        precision = variant.train.precision
        key = canonical([variant.model.model_dump(mode="json"), list(image_shape), classes, precision])
        if key in asked or len(asked) < MOST:
            keys[variant.digest] = key
            asked.setdefault(
                key, Built(variant.label, variant.model, variant.code, image_shape, classes, precision, {})
            )
    if not asked:
        return {}
    built = dict(zip(asked, _in_a_process(tuple(asked.values())), strict=True))
    return {digest: built[key] for digest, key in keys.items()}


def say_uncounted(layers: Sequence[str]) -> str:
    """Say of which layers it is not known what they compute."""
    shown = ", ".join(layers[:10]) + (f" and {len(layers) - 10} more" if len(layers) > 10 else "")
    return f"Operations are not counted: it is not known here what these layers do: {shown}."


def _in_a_process(asked: tuple[Built, ...]) -> tuple[Built, ...]:
    environment = {**child_environment(1), "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, *PYTHON_OPTIONS, "-m", "harness.rehearsal"],
        input=pickle.dumps(asked), capture_output=True, env=environment, check=False,
    )  # fmt: skip
    try:
        found = pickle.loads(done.stdout)  # noqa: S301  what the process that was started here says
    except Exception:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise RunError(f"building the networks ended with code {done.returncode}: {''.join(last)}") from None
    if isinstance(found, HarnessError):
        raise found
    built: tuple[Built, ...] = found
    return built


def _build(asked: Built) -> Built:
    from dataclasses import replace

    from harness.cost import built_costs, total_of, uncounted
    from harness.network import build_own_network

    try:
        network = build_own_network(
            asked.model, asked.code, asked.image_shape, asked.classes, 0, asked.precision
        )  # fmt: skip
    except UserCodeError as error:
        prefix = "" if asked.label == BASE else f"variant {asked.label}: "
        raise UserCodeError(f"{prefix}{error}") from None
    layers = built_costs(network)
    return replace(asked, costs=total_of(layers), uncounted=tuple(uncounted(layers)))


def _main() -> None:
    """Build what comes on standard input, and answer on standard output, which the user's code does not get."""
    import os

    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answer: object
    try:
        answer = tuple(_build(asked) for asked in pickle.loads(sys.stdin.buffer.read()))  # noqa: S301  of our parent
    except HarnessError as error:
        answer = error
    out.write(pickle.dumps(answer))
    out.close()


if __name__ == "__main__":
    _main()
