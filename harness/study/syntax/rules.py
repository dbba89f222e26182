"""What the reader of TOML met where it expected something else: a function for each kind of place."""

from __future__ import annotations

import re

from harness.errors import show_value
from harness.study.syntax.place import Place, Said, open_at

FIRST_STEPS = 'A study file begins like this: question = "...", then [data], [model], [train] and [design].'


_WORDS = {
    **dict.fromkeys(("true", "yes", "on"), "Write true."),
    **dict.fromkeys(("false", "no", "off"), "Write false."),
    **dict.fromkeys(("none", "null", "nil"), 'Leave the key out, or write "none" where it is one of the choices.'),
}

_BEGUN = re.compile(r"""^[ \t]*(?:\[{1,2}[ \t]*([^]\n]+?)[ \t]*\]|([\w."'-]+)[ \t]*=)""", re.MULTILINE)
"""The beginning of a heading, or of a setting."""


def value(place: Place) -> Said:
    """Where a value is expected."""
    rest = place.rest
    if (unclosed := _unclosed(place)) is not None:
        return unclosed
    if not rest.strip() or rest[0] == "#":
        return place, "a value must follow the =", "Write one, or remove the line."
    if rest[0] == "=":
        return place, "a setting has one =", "Remove the second."
    if found := re.match(r"([+-]?)(\.\d[\d_]*(?:[eE][+-]?\d+)?)", rest):
        return place, "a number needs a digit before its point", f"Write {found[1]}0{found[2]}."
    if rest[0] == "(":
        return place, "a list is written with [ and ]", f"Write [{rest[1:].partition(')')[0]}]."
    if rest[0] in ",]":
        return place, "a value is missing between the commas of a list", "Remove the comma, or write the value."
    if (found := re.match(r"""[^#",\]}]+""", rest)) and found[0].strip():
        words = found[0].strip()
        if fix := _WORDS.get(words.lower()):
            return place, f"this is no value of TOML: {show_value(words)}", fix
        return place, f"text goes in quotes, got {show_value(words)}", f'Write "{words}".'
    return place, f"this is no value: {show_value(rest.strip())}", "Text goes in quotes, a list in [ ], a table in { }."


def _unclosed(place: Place) -> Said | None:
    """Return a list or a table whose end is missing, if the reader gave up on another line, or at the end."""
    _, brackets = open_at(place)
    line = place.offset - place.column + 1
    begins = re.match(r"""\s*(?:[\w."'-]+\s*=|\[|#|$)""", place.here)
    ended = place.offset >= len(place.text.rstrip())
    around = brackets if ended else [one for one in brackets if begins and one < line]  # a heading is a list, too
    if not around:
        return None
    opened = place.at(around[-1])
    if opened.rest[0] == "{":
        return opened, "a table in { } stands on one line", "Close it with } there, or make it a table of its own."
    return opened, "the list that begins here has no end", "Close it with ]."


def after(place: Place) -> Said:
    """What follows a setting that was whole."""
    before, rest, key = place.before, place.rest, place.here.partition("=")[0].strip()
    number = re.search(r"[=\[,]\s*([+-]?\d[\d_]*(?:\.\d+)?)$", before.rstrip())
    digits = number[1] if number else ""
    word = re.match(r"[^\s#]+", rest)
    tail = word[0] if word else rest
    rule, fix = f"nothing may follow a setting on its line, got {show_value(rest.strip())}", "Begin a new line."
    if rest[0] in "]})":
        rule, fix = f"there is a {rest[0]} too many", "Remove it."
    elif re.fullmatch(r"\s*\[.*\]\s*", before):
        rule, fix = "a heading has a line of its own", "Begin a new line after it."
    elif rest.startswith(("//", "--", "%%")):
        rule, fix = f"a comment begins with #, got {rest[:2]}", f"Write #{rest[2:]}"
    elif digits and (found := re.match(r"(?:,\d{3})+\b", rest)):
        rule, fix = "a number has no commas", f"Write {digits}{found[0].replace(',', '_')}."
    elif digits and (found := re.match(r",(\d+)", rest)):
        rule, fix = "a number has a point, not a comma", f"Write {digits}.{found[1]}."
    elif digits in ("0", "+0", "-0") and (found := re.match(r"\d[\d_.]*", rest)):
        rule, fix = "a number must not begin with 0", f"Write {found[0]}."
    elif digits and re.match(r"\.(?![\w.])", rest):
        rule, fix = "a number needs a digit after its point", f"Write {digits}.0."
    elif digits and re.match(r"\s*%", rest):
        rule, fix = "a share is written as a number from 0 to 1", f"Write {float(digits) / 100:g}."
    elif digits and re.match(r"\s*[*/^]", rest):
        rule, fix = "nothing is computed in TOML", "Write the number that comes out, such as 1e-4."
    elif (begun := re.search(r"[\w.+-]+$", before)) and re.match(r"\w", rest):
        rule, fix = f"text goes in quotes, got {show_value(begun[0] + tail)}", f'Write "{begun[0]}{tail}".'
    elif before.rstrip()[-1:] == '"' and '"' in rest:
        rule, fix = (
            "the text in quotes has quotes in it",
            f"Write it in single quotes, {key} = '...', or \\\" for each.",
        )
    elif rest[0] == ";":
        fix = "Remove the ;."
    return place, rule, fix


def equals(place: Place) -> Said:
    """Where an = is expected, after a key."""
    before, rest = place.before.strip(), place.rest.strip()
    if before.startswith("-"):
        return place.at(place.offset - len(place.before.lstrip())), "this looks like YAML", FIRST_STEPS
    if rest.startswith(":"):
        return place, "a key is followed by =, not by :", f"Write {before} = {rest[1:].strip() or '...'}"
    if not rest or rest[0] == "#":
        return place, f"the key {show_value(before)} has no value", f"Write {before} = ..., or begin the line with #."
    key, equals, _ = place.here.partition("=")
    if equals and place.column <= len(key):
        words = re.findall(r"[^\s\"']+", key)
        written = "_".join(words) if len(words) > 1 else f'"{"".join(words)}"'
        return place, f"a key is one word of a-z, 0-9, _ and -, got {show_value(key.strip())}", f"Write {written} = ..."
    return place, f"a key is followed by =, got {show_value(rest)}", "Write KEY = VALUE, or begin the line with #."


def heading(place: Place) -> Said:
    """Where the end of a heading is expected."""
    open_, close = ("[[", "]]") if place.here.strip().startswith("[[") else ("[", "]")
    name = re.sub(r"\s+", "_", place.here.partition("#")[0].strip().strip("[] "))
    return place, f"a heading ends with {close}", f"Write {open_}{name}{close}."


def backslash(place: Place) -> Said:
    """Where a backslash begins what is no special character."""
    start = place.text.rfind("\\", 0, place.offset)
    rule = "a \\ in double quotes begins a special character"
    return place.at(max(start, 0)), rule, "Write the text in single quotes, or / or \\\\ for each \\."


def twice(place: Place) -> Said:
    """Where a key, or a heading, is there already; the reader says so after its value."""
    begun = [one for one in _BEGUN.finditer(place.text) if one.start() < place.offset]
    if not begun:
        return place, "something is given that is there already", "Put all of it in one place."
    last = begun[-1]
    name, table = last[1] or last[2], bool(last[1])
    headings = [0, *(one.start() for one in begun[:-1] if one[1])]
    earlier = [one for one in begun[:-1] if (one[1] or one[2]) == name and (table or one.start() >= headings[-1])]
    where, shown = place.at(last.start(1 if last[1] else 2)), f"[{name}]" if table else name
    if not earlier:
        return where, f"{shown} is given already, in another way", "Put all of it in one place."
    fix = "Put its keys below the first." if table else "Remove one of them."
    return where, f"{shown} is there twice, on line {place.at(earlier[-1].start()).line:,} already", fix


def twice_inline(place: Place) -> Said:
    """Where a key of a table in { } is there already."""
    return place, "a key is there twice in { }", "Remove one of them."


def in_list(place: Place) -> Said:
    """Where a comma or the end of a list is expected."""
    return _unclosed(place) or (place, "a comma must be between the entries of a list", "Write it here.")


def in_table(place: Place) -> Said:
    """Where a comma or the end of a table in { } is expected."""
    if not place.rest.strip() or place.rest.startswith("#"):
        return place, "a table in { } stands on one line", "Close it with } here, or make it a table of its own."
    return place, "a comma must be between the keys of a table", "Write it here."


def no_key(place: Place) -> Said:
    """Where a part of a key is expected."""
    if place.rest.startswith("}"):
        return place, "a table in { } has no comma after its last key", "Remove it."
    if place.before.rstrip().endswith((",", "{")) and not place.rest.strip():
        return in_table(place)
    return place, "a key must be here: a word of a-z, 0-9, _ and -", "Write one, or remove the . or the bracket."


def unseen(place: Place) -> Said:
    """Where there is a character that no text file has."""
    return place, f"a character that cannot be seen must not be here, got {show_value(place.rest[:1])}", "Remove it."


def statement(place: Place) -> Said:
    """Where a setting or a heading is expected."""
    rest = place.rest
    if rest.startswith("//"):
        return place, "a comment begins with #, got //", f"Write #{rest[2:]}"
    if rest[:1] in "]})," and rest:
        return place, f"there is a {rest[0]} too many", "Remove it, or the line that closed the list too early."
    if rest.startswith("="):
        return place, "a key must be before the =", "Write one, or remove the line."
    return (
        place,
        f"a line must be a [heading] or KEY = VALUE, got {show_value(rest.strip())}",
        "A comment begins with #.",
    )
