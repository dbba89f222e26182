"""What slipped in a text that should be TOML: the reader says where it gave up, this says why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from harness.study.syntax import rules
from harness.study.syntax.place import Place, Said, open_at
from harness.study.syntax.rules import FIRST_STEPS

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

_CURLED = {"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"}

_RULES: dict[str, Callable[[Place], Said]] = {
    "Invalid value": rules.value,
    "Expected newline": rules.after,
    "Expected '='": rules.equals,
    "Expected ']": rules.heading,
    "Unescaped": rules.backslash,
    "Invalid hex": rules.backslash,
    "Escaped character": rules.backslash,
    "Cannot overwrite": rules.twice,
    "Cannot declare": rules.twice,
    "Cannot mutate": rules.twice,
    "Cannot redefine": rules.twice,
    "Duplicate inline": rules.twice_inline,
    "Unclosed array": rules.in_list,
    "Unclosed inline": rules.in_table,
    "Invalid initial": rules.no_key,
    "Illegal character": rules.unseen,
    "Found invalid": rules.unseen,
    "Invalid statement": rules.statement,
}
"""How the reader's message begins -> what is looked at then."""


@dataclass(frozen=True)
class Slip:
    """A place where a text is no TOML.

    Attributes:
        line: number of the line, from 1.
        column: of the character, from 1.
        text: the line.
        rule: what is so, or must be.
        fix: what to write.
    """

    line: int
    column: int
    text: str
    rule: str
    fix: str


def find_slip(text: str, message: str) -> Slip:
    """Return what slipped.

    Args:
        text: that was read, with lines that end in a line feed.
        message: of `tomllib.TOMLDecodeError`.
    """
    place = _place(text, message)
    said = _AT.sub("", message)
    found = _anywhere(place)
    if found is None:
        rules = [rule for begin, rule in _RULES.items() if said.startswith(begin)]
        found = rules[0](place) if rules else None
    where, rule, fix = found or (place, said[0].lower() + said[1:], "See https://toml.io for what is.")
    return Slip(where.line, where.column, where.here, rule, fix)


def _place(text: str, message: str) -> Place:
    at = _AT.search(message)
    if at is None or at[1] is None:
        return Place(text, len(text.rstrip()))
    start = 0
    for _ in range(int(at[1]) - 1):
        start = text.index("\n", start) + 1
    return Place(text, min(start + int(at[2]) - 1, len(text)))


def _anywhere(place: Place) -> Said | None:
    """Return what is wrong with a text whatever the reader expected."""
    if place.text.lstrip()[:1] == "{":
        return place.at(place.text.index("{")), "this looks like JSON", FIRST_STEPS
    if re.match(r"<{7}|={7}|>{7}", place.here):
        return place.at(place.offset - place.column + 1), "this marks a merge conflict", "Keep one of its two sides."
    character = place.rest[:1]
    if character in _CURLED and character:
        fix = f"Write {_CURLED[character]} around the text, as on a keyboard."
        return place, f"quotes must be straight, got {character}", fix
    if character and unicodedata.category(character) in ("Zs", "Cf") and character != " ":
        code = f"U+{ord(character):04X}"
        return place, f"there is a character that only looks like a space, {code}", "Replace it by a space."
    quote, _ = open_at(place)
    if quote is not None:
        return _string(place.at(quote))
    return None


def _string(place: Place) -> Said:
    mark = '"""' if place.rest.startswith('"""') else "'''" if place.rest.startswith("'''") else place.rest[0]
    if curled := next((each for each in place.rest if _CURLED.get(each) == mark), None):
        return place.at(place.offset + place.rest.index(curled)), f"quotes must be straight, got {curled}", 'Write ".'
    where = ", on the same line" if len(mark) == 1 else ""
    return place, "the text that begins here has no end", f"End it with {mark}{where}."
