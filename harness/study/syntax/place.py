"""A place in a text that should be TOML: the line around it, and what is open there."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|'  # whole strings
    r"'''.*?'''|"
    r'"""|'  # quotes of strings that have no end
    r"'''|"
    r'"(?:[^"\\\n]|\\.)*+"|'
    r"'[^'\n]*+'|"
    r'"|'
    r"'|"
    r"#[^\n]*+|[][{}]",
    re.DOTALL,
)
"""A whole string, the quote of one that has no end, a comment, a bracket."""

_QUOTES = ('"""', "'''", '"', "'")


@dataclass(frozen=True)
class Place:
    """A place in a text, with the line around it.

    Attributes:
        text: the whole.
        offset: of the place, in characters.
    """

    text: str
    offset: int

    @property
    def line(self) -> int:
        """Number of the line, from 1."""
        return self.text.count("\n", 0, self.offset) + 1

    @property
    def column(self) -> int:
        """Of the line, from 1."""
        return self.offset - self.text.rfind("\n", 0, self.offset)

    @property
    def here(self) -> str:
        """The line."""
        return self.text[self.offset - self.column + 1 :].partition("\n")[0]

    @property
    def before(self) -> str:
        """The line up to the place."""
        return self.here[: self.column - 1]

    @property
    def rest(self) -> str:
        """The line from the place on."""
        return self.here[self.column - 1 :]

    def at(self, offset: int) -> Place:
        """Return another place in the same text."""
        return Place(self.text, offset)


Said = tuple[Place, str, str]
"""Where the slip is, the rule, and the fix."""


def open_at(place: Place) -> tuple[int | None, list[int]]:
    """Return where the string begins that is open here, and where the brackets do."""
    brackets: list[int] = []
    for token in _TOKEN.finditer(place.text, 0, max(place.offset + 1, 1)):
        if token[0] in _QUOTES:
            whole = _TOKEN.match(place.text, token.start())
            if whole is None or whole[0] == token[0]:
                return token.start(), brackets
            break  # it ends beyond the place
        if token[0] in "[{" and token.start() < place.offset:
            brackets.append(token.start())
        elif token[0] in "]}" and token.start() < place.offset and brackets:
            brackets.pop()
    return None, brackets
