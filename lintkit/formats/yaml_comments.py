"""The comments of a YAML file: every `#` that libyaml skips, none that is content."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from lintkit.model import Span

_COMMENT = re.compile("#[^\r\n\x85\u2028\u2029]*")


def comment_spans(text: str, path: str, starts: Sequence[int], ends: Sequence[int]) -> tuple[Span, ...]:
    """The spans of all comments, without the end of the line.

    starts, ends  where the content of each scalar begins and ends, in the order of the file: without its tag
                  and anchor, and without the line of the indicator of a block scalar, since comments may
                  stand there. Everywhere else libyaml lets no `#` pass that is not a comment.
    """
    spans: list[Span] = []
    position = text.find("#")
    while position >= 0:
        index = bisect_right(starts, position) - 1
        if index >= 0 and position < ends[index]:
            position = text.find("#", ends[index])
            continue
        match = _COMMENT.match(text, position)
        assert match is not None
        spans.append(Span(path, position, match.end()))
        position = text.find("#", match.end())
    return tuple(spans)
