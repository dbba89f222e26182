"""What was held fixed, and how it was measured."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from harness.findings.wording import listed
from harness.metrics import SECONDS, counted
from harness.records import unpack_hits
from harness.study import USED_BY, SeedSpec, Study
from harness.trials import spent_on

_CLOCK = (
    "Seconds are those of training steps alone: `time.perf_counter`, read after the device has finished. Preparing, "
    "compiling, evaluating and recording have clocks of their own. Seconds are compared only between trials with the "
    "same processor with the same instruction sets, device, backend, threads and workers, and only of those that had "
    "the machine to themselves; steps always."
)
_SPLITS = (
    "Stopping and choosing looked at {looked} data only; the test split was scored once, at the end of each trial."
)
_IMAGES = (
    "Intervals of test accuracies, and all verdicts, are about these {images}: what other seeds would give on them. "
    "The interval on new images is about new images like them, too: it adds the variance that comes from which images "
    "these happened to be, taken from the images that each trial got right."
)
_NO_IMAGES = (
    "Intervals of test accuracies, and all verdicts, are about these test images. Which of them each trial got right "
    "was not recorded, so that nothing can be said of new ones."
)


def held_fixed(study: Study) -> dict[str, str]:
    """Return dotted path -> setting of everything that no variant changes."""
    base = study.base.flat()
    varied = tuple(study.design.dimensions)
    if study.design.explores:
        if "model.preset" in varied:
            varied += tuple(key for key in base if key.startswith("model."))
    else:
        flat = [variant.flat() for variant in study.variants]
        varied += tuple(key for key in base if any(other.get(key) != base[key] for other in flat))
    held = {key: value for key, value in base.items() if not any(f"{path}.".startswith(f"{key}.") for path in varied)}
    for key, (other, users) in USED_BY.items():
        if held.get(other, users[0]) not in users:
            held.pop(key, None)
    return held


def how_measured(study: Study, trials: pd.DataFrame) -> dict[str, str]:
    """Return heading -> text, in the order in which it is read."""
    told = {"Clock": _CLOCK, "Splits": _splits(study)}
    told["Test images"] = _test_images(trials)
    margins = study.margins
    if margins:
        told["Margins"] = listed([f"{name} {value:g}" for name, value in margins.items()])
    told["Replicates"] = f"{_replicates(study)}{_saved(study, trials)}"
    if len(trials):
        told["Trials"] = _trials(trials)
        told["Machine"] = _machine(trials)
        told["Versions"] = _versions(trials)
        told["Data"] = _data(study, trials)
        told["When"] = _when(trials)
        told["Spent"] = _spent(trials)
    return {heading: text for heading, text in told.items() if text}


def _test_images(trials: pd.DataFrame) -> str:
    """Say what intervals of test accuracies are about."""
    done = trials[trials["status"] == "finished"]
    known = [packed for packed in done["test_hits"] if packed]
    if known:
        return _IMAGES.format(images=counted(len(unpack_hits(known[0])), "test image"))
    return _NO_IMAGES if len(done) else ""


def _splits(study: Study) -> str:
    text = _SPLITS.format(looked="validation" if study.data.validation else "training")
    if study.train.test_at:
        steps = listed([f"{step:,}" for step in study.train.test_at])
        text += f" For the record alone it was also scored after {steps} steps: nothing was stopped or chosen by that."
    if study.train.refit:
        text += (
            " Each network was then trained afresh on training and validation images together, for as many epochs; "
            "test scores are those of this second training, all others of the first."
        )
    return text


def _replicates(study: Study) -> str:
    design = study.design
    alike = "has the same split and batch order in every variant"
    if study.seeds != SeedSpec() or any(path.startswith("seeds.") for path in design.dimensions):
        alike = "has the same seeds in every variant but for those that are fixed, which are those of replicate 0"
    return f"Planned: {design.planned}. All seeds come from seed {study.seed}; a replicate {alike}."


def _saved(study: Study, trials: pd.DataFrame) -> str:
    """Return how many trainings adaptive replicates saved; empty for a fixed number."""
    first, last = study.design.replicate_range
    done = int((trials["status"] == "finished").sum())
    if study.design.explores or first == last or not done:
        return ""
    most = last * len(study.variants)
    return f" It took {done} trainings; {last} of every variant would have been {most}: {most - done} were saved."


def _trials(trials: pd.DataFrame) -> str:
    status = Counter(trials["status"].tolist())
    kinds = [f"{status[kind]} {kind}" for kind in ("finished", "pruned", "failed", "killed") if status[kind]]
    stops = Counter(text.replace("_", " ") for text in trials["stop_reason"] if text)
    ended = [f"{reason} {count}" for reason, count in sorted(stops.items(), key=lambda item: (-item[1], item[0]))]
    text = f"{counted(len(trials), 'trial')}: {listed(kinds)}." if kinds else f"{counted(len(trials), 'trial')}."
    if ended:
        text += f" Trainings ended by: {', '.join(ended)}."
    failed = trials[trials["status"] == "failed"]
    for number, error in zip(failed["trial"].head(3), failed["error"].head(3), strict=True):
        text += f" Trial {int(number)} failed: {error or 'no message'}."
    return text


def _machine(trials: pd.DataFrame) -> str:
    known = trials[trials["processor"] != ""]
    columns = ("processor", "processor_model", "instructions", "device", "threads", "workers", "pack")
    places = Counter(zip(*(known[column].tolist() for column in columns), strict=True))
    parts = []
    for (name, model, instructions, device, threads, workers, pack), count in sorted(
        places.items(), key=lambda item: -item[1]
    ):
        shared = [text for text in (model, instructions) if text]
        shared += [] if pd.isna(threads) else [counted(int(threads), "thread")]
        shared += [] if pd.isna(workers) else [f"{counted(int(workers), 'worker')} at a time"]
        shared += [f"in packs of {int(pack)}"] if pack > 1 else []
        parts.append(f"{name} ({', '.join([device, *shared])}): {counted(count, 'trial')}")
    return "; ".join(parts) + "." if parts else ""


def _versions(trials: pd.DataFrame) -> str:
    parts = [_distinct(trials, "version", "harness "), _distinct(trials, "backend", "")]
    parts += [_distinct(trials, "keras", "Keras "), _distinct(trials, "python", "Python ")]
    parts += [_distinct(trials, "git_revision", "revision ")]
    return "; ".join(part for part in parts if part)


def _data(study: Study, trials: pd.DataFrame) -> str:
    digests = _distinct(trials, "data_digest", "")
    name = study.data.image_set.title
    return f"{name}; SHA-256 of the images and labels used: {digests}." if digests else name


def _when(trials: pd.DataFrame) -> str:
    started, ended = trials["started"].min(), trials["ended"].max()
    if pd.isna(started):
        return ""
    spent = trials["train_seconds"].sum()
    until = "" if pd.isna(ended) else f" to {ended:%Y-%m-%d %H:%M}"
    return f"{started:%Y-%m-%d %H:%M}{until} UTC; {SECONDS.write(float(spent))} seconds of training in all."


def _spent(trials: pd.DataFrame) -> str:
    """Say what the study took: by the clock on the wall, and of the machine."""
    spent = spent_on(trials)
    if not spent.seconds and spent.kwh is None:
        return ""
    cores = show_minutes(spent.core_seconds, "core-")
    energy = "" if spent.kwh is None else f" {spent.kwh:.2g} kWh of the whole machine, by its counters (CodeCarbon)."
    text = (
        f"{show_minutes(spent.seconds)}, without pauses; {cores}: all clocks of a finished training times its threads."
    )
    return text + energy


def show_minutes(seconds: float, kind: str = "") -> str:
    """Write how long something took: ``2.4 core-minutes``, ``1,234 minutes``."""
    minutes = seconds / 60
    return f"{minutes:.2g} {kind}minutes" if minutes < 10 else f"{minutes:,.0f} {kind}minutes"


def _distinct(trials: pd.DataFrame, column: str, prefix: str) -> str:
    values = sorted({str(value) for value in trials[column].unique()} - {""})
    if len(values) > 3:
        return f"{prefix}{', '.join(values[:3])} and {len(values) - 3} more"
    return f"{prefix}{', '.join(values)}" if values else ""
