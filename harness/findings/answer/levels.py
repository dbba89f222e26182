"""Variants as people name them: "a stride", "dropout 0.5 with 5,000 training images"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.findings.answer.phrases import Words, phrase
from harness.findings.rows import Row
from harness.findings.wording import listed, quoted
from harness.study.variant import short_names


def capital(text: str) -> str:
    """Return a text as a sentence begins, but for names that begin small: ``bfloat16``, ``kernel=3``."""
    first, _, _ = text.partition(" ")
    return text if re.search(r"[=\d_]", first) else text[:1].upper() + text[1:]


def words_of(rows: Sequence[Row]) -> dict[str, Words]:
    """Return label of a variant -> how it is said, each different from the others.

    Only what differs from the reference is said; that one is "the base" unless the study varies one thing. A variant
    whose settings are not known, or that would be said as another is, keeps its label.

    Args:
        rows: the reference first.
    """
    base, *others = rows
    found = {base.label: Words("the base")}
    if len(base.settings) == 1:
        ((path, level),) = base.settings.items()
        found[base.label] = level_in_words(path, level, base.settings)
    for row in others:
        changes = _changes(row.settings, base.settings)
        known = [level_in_words(path, level, row.settings) for path, level in changes]
        found[row.label] = _together(known) if known else Words(quoted(row.label))
        if len(changes) == 1:
            ((path, level),) = changes
            found[row.label] = instead_of(path, level, base.settings[path], row.settings)
    often = Counter(words.text for words in found.values())
    return {label: words if often[words.text] == 1 else Words(quoted(label)) for label, words in found.items()}


def level_in_words(path: str, level: str, settings: Mapping[str, object]) -> Words:
    """Return how a level of a factor is said; what nobody put into words keeps its key and value.

    Args:
        path: dotted path of the setting.
        level: its value, as text.
        settings: all settings that the study varies: their keys are short where that is enough to tell them apart.
    """
    if said := phrase(path, level):
        return said
    return Words(quoted(f"{short_names(list(settings)).get(path, path)}={level}"), short=level)


def instead_of(path: str, level: str, against: str, settings: Mapping[str, object]) -> Words:
    """Return how a level is said with what it stands in the place of: of numbers the number alone.

    Args:
        path: dotted path of the setting.
        level: its value, as text.
        against: the value that it is compared with.
        settings: as of :func:`level_in_words`.
    """
    new, old = level_in_words(path, level, settings), level_in_words(path, against, settings)
    like = new.short and old.short and new.text.replace(new.short, "") == old.text.replace(old.short, "")
    return replace(new, instead=old.short if like or old.short == "none" else old.text)


def _changes(settings: Mapping[str, str], base: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(path, level) for path, level in settings.items() if level and base.get(path) not in (level, None, "")]


def _together(parts: Sequence[Words]) -> Words:
    if len(parts) == 1:
        return parts[0]
    first, *others = parts
    return Words(f"{first.text} with {listed([one.text for one in others])}", first.plural)
