"""What a message quotes from a file stands in backticks; all else is lintkit's own words."""

from __future__ import annotations

_TICK = "`"


def quotations(words: str) -> list[tuple[int, int]]:
    """The ranges of `words` within backticks, without them; a quotation that does not end goes to the end."""
    ticks = [index for index, char in enumerate(words) if char == _TICK]
    ends = [*ticks[1::2], len(words)]
    return [(start + 1, end) for start, end in zip(ticks[::2], ends, strict=False)]


def quoted_at(template: str, position: int, text: str) -> str:
    """`text` from a file as it may be put in at `position` of the template of a message.

    In backticks, unless the template has them there, and without any of its own, which would end the quotation.
    """
    if not text:
        return text
    text = text.replace(_TICK, "'")
    return text if template.count(_TICK, 0, position) % 2 else f"{_TICK}{text}{_TICK}"
