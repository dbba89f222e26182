"""What an error came from, whoever wrapped it."""

from __future__ import annotations

from collections.abc import Iterator


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from, SQLAlchemy's own among them: the innermost last."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        original = getattr(cause, "orig", None)
        waiting += [original if isinstance(original, BaseException) else None, cause.__cause__, cause.__context__]
