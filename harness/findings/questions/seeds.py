"""Whether trainings with equal seeds are equal bit by bit, and what each seed adds to the spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.findings.facts import Facts, is_audit
from harness.findings.finding import Finding, Section, Table
from harness.findings.groups import Group
from harness.findings.trainings.figures import Strip, StripFigure
from harness.findings.wording import show_interval
from harness.judging import hits_of
from harness.metrics import METRICS, NOTHING, counted
from harness.stats import coin_spread, spread_interval
from harness.study import OwnModel, Study

CHAPTER = "Every training"
_METRICS = ("test_accuracy", "test_loss")
_MOST_STRIPS = 20

_IMAGES = ("images right in all", "in some", "in none", "SD of coins (points)")


def analyse(facts: Facts) -> Finding:
    """Return what an audit of seeds found; nothing for studies that vary none."""
    if not is_audit(facts.study):
        return Finding()
    return Finding(
        sentences=_sentences(facts.study, facts.groups),
        sections=(_section(facts.groups),),
        plots=_strips(facts.groups),
    )


def _strips(groups: Sequence[Group]) -> tuple[StripFigure, ...]:
    """Return a dot a training for the test accuracy; nothing where no variant has two trainings."""
    metric = METRICS["test_accuracy"]
    strips = []
    for group in groups:
        values = group.values(metric.name).astype(float)
        known = values[~np.isnan(values)]
        if not len(known):
            continue
        spread = spread_interval(known).estimate
        same = len(known) > 1 and len(set(known.tolist())) == 1
        says = f"all {len(known)} equal" if same else f"SD {metric.show(spread)}" if len(known) > 1 else ""
        strips.append(Strip(group.label, tuple((metric.unit.scale * known).tolist()), says))
    if not any(len(strip.values) > 1 for strip in strips):
        return ()
    figure = StripFigure(
        name="every_training",
        title="Test accuracy of every training",
        x_title=metric.heading,
        strips=tuple(strips[:_MOST_STRIPS]),
        description=f"A dot a training: {'; '.join(map(_ends, strips[:_MOST_STRIPS]))}.",
        chapter=CHAPTER,
        note="A dot is one training, a vertical line the mean; SD is the standard deviation in points. Dots that would "
        "cover each other are stacked."
        + (f" {counted(len(strips) - _MOST_STRIPS, 'more variant')} not drawn." if len(strips) > _MOST_STRIPS else ""),
    )
    return (figure,)


def _ends(strip: Strip) -> str:
    low, high = min(strip.values), max(strip.values)
    return f"{strip.label} all at {low:.2f} %" if low == high else f"{strip.label} from {low:.2f} to {high:.2f} %"


def _section(groups: Sequence[Group]) -> Section:
    """Return distinct weights and histories, and the standard deviation of scores, of each variant."""
    rows: list[tuple[str, ...]] = []
    images = {group.digest: _images(group) for group in groups}
    known = any(images.values())
    for group in groups:
        row = [group.label, str(int(group.finished.sum()))]
        row += [_distinct(group, f"{name}_digest") for name in ("weights", "history")]
        row += [show_interval(name, spread_interval(group.values(name).astype(float))) for name in _METRICS]
        rows.append((*row, *(images[group.digest] or (NOTHING,) * len(_IMAGES) if known else ())))
    table = Table(
        caption="Distinct results among the trainings of each variant, and their standard deviation with 95 % interval",
        headings=(
            "variant", "n", "distinct weights", "distinct histories",
            "SD of test accuracy (points)", "SD of test loss", *(_IMAGES if known else ()),
        ),
        numeric=(False, *(True,) * (5 + len(_IMAGES) * known)),
        rows=tuple(rows),
        faint=(False,) * len(rows),
    )  # fmt: skip
    text = (
        "Weights and history (every loss and accuracy that was evaluated) are compared bit by bit, by their SHA-256. "
        "Intervals of standard deviations are chi-square intervals."
    )
    if known:
        text += (
            " The last column is the standard deviation of test accuracies if each test image came out like a coin of "
            "its own, with its own chance: where they spread no more, no network is a better one than another."
        )
    return Section("What makes runs differ", text, table)


def _sentences(study: Study, groups: Sequence[Group]) -> tuple[str, ...]:
    """Return what an audit of seeds found, a sentence for each variant."""
    said = []
    for group in groups:
        count = int(group.finished.sum())
        if count < 2:
            continue
        weights, histories = (_distinct(group, f"{name}_digest") for name in ("weights", "history"))
        free = _free_seeds(study, group)
        who = f"With {'every seed the same' if not free else f'a new seed for {free} alone'}"
        if "," in free:
            who = f"With new seeds for {free}"
        if weights == histories == "1":
            said.append(
                f"{who}, {count} of {count} trainings are equal bit by bit: the same weights, the same history."
            )
            continue
        spread = spread_interval(group.values("test_accuracy").astype(float))
        said.append(
            f"{who}, {counted(count, 'training')} gave {weights} different sets of weights; the test accuracy spreads "
            f"with a standard deviation of {show_interval('test_accuracy', spread)} points.{_of_images(group)}"
        )
    return tuple(said)


def _images(group: Group) -> tuple[str, ...]:
    """Return how many test images all, some and none of the trainings got right, and the spread of coins.

    Empty where that was not recorded of two trainings or more.
    """
    (hits,) = hits_of(group.sample())
    if len(hits) < 2:
        return ()
    right, count = hits.sum(axis=0), len(hits)
    sizes = [(right == count).sum(), ((right > 0) & (right < count)).sum(), (right == 0).sum()]
    return (*(f"{int(size):,}" for size in sizes), METRICS["test_accuracy"].show(coin_spread(hits)))


def _of_images(group: Group) -> str:
    """Say how many test images make the accuracies differ; empty where that was not recorded."""
    found = _images(group)
    if not found:
        return ""
    every, some, none, coins = found
    total = sum(int(size.replace(",", "")) for size in (every, some, none))
    return (
        f" Of {total:,} test images {some} came out right in some of them and wrong in others; if each of these were a "
        f"coin of its own, the standard deviation would be {coins} points."
    )


def _free_seeds(study: Study, group: Group) -> str:
    """Return which seeds a variant draws anew in every replicate, in words."""
    words = {
        "split": "the split", "weights": "initial weights", "order": "batch order", "dropout": "dropout masks",
        "augment": "augmentation",
    }  # fmt: skip
    base = study.base.seeds.model_dump()
    drawn = {**base, **{path.split(".")[1]: level for path, level in group.settings.items() if "seeds." in path}}
    used = [name for name, how in drawn.items() if how == "replicate" and _is_used(study, name)]
    return ", ".join(words[name] for name in used)


def _is_used(study: Study, name: str) -> bool:
    """Whether a seed matters: that of the split only where images are drawn, others only with what they are for."""
    if name == "split":
        return study.data.is_drawn
    if name == "augment":
        return any(study.train.augment.changes)
    if name != "dropout" or isinstance(study.model, OwnModel):  # what is random in a user's network is not known here
        return True
    return study.model.dense_dropout > 0 or study.model.conv_dropout > 0


def _distinct(group: Group, column: str) -> str:
    """Count the different digests of the finished trials; a dash if one of them was not recorded."""
    digests = group.values(column).tolist()
    return NOTHING if not digests or "" in digests else str(len(set(digests)))
